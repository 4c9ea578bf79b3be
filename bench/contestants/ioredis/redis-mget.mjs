import { Redis } from 'ioredis';
import { redisRoom, TTL_MS } from '../../kit/redis-room.mjs';

/** Limit: many keys in one MGET, as one would write it by hand. */
export const open = redisRoom(async ({ port }) => {
  const redis = new Redis({ port });
  const parse = (/** @type {string | null} */ text) => JSON.parse(text ?? 'null');
  return {
    get: async (key) => parse(await redis.get(`mget:${key}`)),
    getMany: async (keys) => (await redis.mget(keys.map((key) => `mget:${key}`))).map(parse),
    set: (key, value) => redis.set(`mget:${key}`, JSON.stringify(value), 'PX', TTL_MS),
    close: () => redis.disconnect(),
  };
});
