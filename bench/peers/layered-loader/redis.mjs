import { Redis } from 'ioredis6';
import { RedisCache } from 'layered-loader';
import { redisRoom, TTL_MS } from '../../kit/redis-room.mjs';

export const open = redisRoom(async ({ port, compressed }) => {
  if (compressed) return undefined;
  const redis = new Redis({ port });
  const cache = new RedisCache(redis, { json: true, ttlInMsecs: TTL_MS, prefix: 'layered' });
  return {
    get: (key) => cache.get(key),
    getMany: async (keys) => (await cache.getMany(keys)).resolvedValues,
    set: (key, value) => cache.set(key, value),
    note: 'its `RedisCache` alone, without a loader round it',
    close: () => redis.disconnect(),
  };
});
