import { IoRedisAdapter } from '@type-cacheable/ioredis-adapter';
import { Redis } from 'ioredis';
import { redisRoom, TTL_MS } from '../../kit/redis-room.mjs';

/** It has no reading of many keys. */
export const open = redisRoom(async ({ port, compressed }) => {
  if (compressed) return undefined;
  const redis = new Redis({ port });
  const cache = new IoRedisAdapter(redis);
  // It asks the server for its version, and whoever leaves before the answer ends the process.
  await redis.ping();
  return {
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value, TTL_MS / 1_000),
    note: 'its adapter alone, without a decorator round it',
    close: () => redis.disconnect(),
  };
});
