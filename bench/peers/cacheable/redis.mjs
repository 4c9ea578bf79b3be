import { createKeyv } from '@keyv/redis';
import { Cacheable } from 'cacheable';
import { redisRoom, TTL_MS } from '../../kit/redis-room.mjs';

export const open = redisRoom(async ({ port, compressed }) => {
  if (compressed) return undefined;
  const cache = new Cacheable({ primary: createKeyv(`redis://127.0.0.1:${port}`), ttl: TTL_MS });
  return {
    get: (key) => cache.get(key),
    getMany: (keys) => cache.getMany(keys),
    set: (key, value) => cache.set(key, value),
    note: 'on node-redis, which sends what one turn asks for together',
    close: () => cache.disconnect(),
  };
});
