import { createCache } from 'async-cache-dedupe';
import { Redis } from 'ioredis';
import { redisRoom, TTL_MS } from '../../kit/redis-room.mjs';

/** It reads through only: `set` is a load of what is to be stored, and there is no reading of many keys. */
export const open = redisRoom(async ({ port, operation, compressed }) => {
  if (compressed || operation === 'set') return undefined;
  const redis = new Redis({ port });
  /** @type {Map<string, unknown>} */
  const given = new Map();
  const cache = createCache({ ttl: TTL_MS / 1_000, storage: { type: 'redis', options: { client: redis } } });
  cache.define('find', async (/** @type {string} */ key) => given.get(key));
  const { find } = /** @type {any} */ (cache);
  return {
    get: (key) => find(key),
    set: async (key, value) => {
      given.set(key, value);
      await find(key);
      given.delete(key);
    },
    note: 'callers who ask for one key at the same time are given one object',
    close: () => redis.disconnect(),
  };
});
