import { Redis } from 'ioredis';
import { redisRoom, TTL_MS } from '../../kit/redis-room.mjs';

/** Limit: ioredis that sends the commands of one turn together. */
export const open = redisRoom(async ({ port }) => {
  const redis = new Redis({ port, enableAutoPipelining: true });
  const get = async (/** @type {string} */ key) => JSON.parse((await redis.get(`auto:${key}`)) ?? 'null');
  return {
    get,
    getMany: (keys) => Promise.all(keys.map(get)),
    set: (key, value) => redis.set(`auto:${key}`, JSON.stringify(value), 'PX', TTL_MS),
    close: () => redis.disconnect(),
  };
});
