import { Redis } from 'ioredis';
import { CacheContainer } from 'node-ts-cache';
import { IoRedisStorage } from 'node-ts-cache-storage-ioredis';
import { redisRoom, TTL_MS } from '../../kit/redis-room.mjs';

/** It has no reading of many keys. */
export const open = redisRoom(async ({ port, compressed }) => {
  if (compressed) return undefined;
  const redis = new Redis({ port });
  const cache = new CacheContainer(new IoRedisStorage(/** @type {any} */ (redis)));
  return {
    get: (key) => cache.getItem(key),
    set: (key, value) => cache.setItem(key, value, { ttl: TTL_MS / 1_000 }),
    note: 'keys never expire in Redis: the time is inside the value',
    close: () => redis.disconnect(),
  };
});
