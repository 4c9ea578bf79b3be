import { createKeyv } from '@keyv/redis';
import { redisRoom, TTL_MS } from '../../kit/redis-room.mjs';

export const open = redisRoom(async ({ port, compressed }) => {
  // Compression is an adapter that one adds.
  if (compressed) return undefined;
  const keyv = createKeyv(`redis://127.0.0.1:${port}`);
  return {
    get: (key) => keyv.get(key),
    getMany: (keys) => keyv.getMany(keys),
    set: (key, value) => keyv.set(key, value, TTL_MS),
    note: 'on node-redis, which sends what one turn asks for together',
    close: () => keyv.disconnect(),
  };
});
