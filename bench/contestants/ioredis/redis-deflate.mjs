import { deflateSync, inflateSync } from 'node:zlib';
import { Redis } from 'ioredis';
import { redisRoom, TTL_MS } from '../../kit/redis-room.mjs';

/** Limit: JSON, deflated at the quickest level. */
export const open = redisRoom(async ({ port }) => {
  const redis = new Redis({ port });
  return {
    get: async (key) => {
      const bytes = await redis.getBuffer(`deflated:${key}`);
      return bytes === null ? null : JSON.parse(inflateSync(bytes).toString());
    },
    set: (key, value) => redis.set(`deflated:${key}`, deflateSync(JSON.stringify(value), { level: 1 }), 'PX', TTL_MS),
    close: () => redis.disconnect(),
  };
});
