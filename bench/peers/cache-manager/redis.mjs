import { createKeyv } from '@keyv/redis';
import { createCache } from 'cache-manager';
import { redisRoom, TTL_MS } from '../../kit/redis-room.mjs';

/** As `@nestjs/cache-manager` uses it: a store of keyv. */
export const open = redisRoom(async ({ port, compressed }) => {
  if (compressed) return undefined;
  const cache = createCache({ stores: [createKeyv(`redis://127.0.0.1:${port}`)], ttl: TTL_MS });
  return {
    get: (key) => cache.get(key),
    getMany: (keys) => cache.mget(keys),
    set: (key, value) => cache.set(key, value),
    note: 'on node-redis, which sends what one turn asks for together',
    close: () => cache.disconnect(),
  };
});
