import { redisRoom } from '../../kit/redis-room.mjs';
import { openApp } from './open-cache.mjs';

/** No row of these is about outages, and a busy machine may stall a process for longer than the default of 100 ms. */
const COMMAND_TIMEOUT = '3s';

/** Without a tier in the process. */
export const open = redisRoom(async ({ port, compressed = false }) => {
  const { app, cache } = await openApp({
    backend: 'redis',
    redis: { port, commandTimeout: COMMAND_TIMEOUT },
    // Compression is on by default; where it is not what is compared, the limit has none either.
    ...(compressed ? {} : { compression: false }),
  });
  while (!(await cache.set('ready', true))) await new Promise((resolve) => setTimeout(resolve, 10));
  return {
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
    getMany: async (keys) => {
      const found = await cache.getMany(keys);
      return keys.map((key) => found.get(key));
    },
    close: () => app.close(),
  };
});
