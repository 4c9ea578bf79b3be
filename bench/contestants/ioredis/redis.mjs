import { Redis } from 'ioredis';
import { redisRoom, TTL_MS } from '../../kit/redis-room.mjs';

/** Limit: a command for each call, as ioredis does by itself. */
export const open = redisRoom(async ({ port, compressed }) => {
  if (compressed) return undefined;
  const redis = new Redis({ port });
  return {
    get: async (key) => JSON.parse((await redis.get(`plain:${key}`)) ?? 'null'),
    set: (key, value) => redis.set(`plain:${key}`, JSON.stringify(value), 'PX', TTL_MS),
    close: () => redis.disconnect(),
  };
});
