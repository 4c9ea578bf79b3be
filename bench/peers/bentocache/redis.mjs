import { BentoCache, bentostore } from 'bentocache';
import { redisDriver } from 'bentocache/drivers/redis';
import { redisRoom, TTL_MS } from '../../kit/redis-room.mjs';

/** It has no reading of many keys. */
export const open = redisRoom(async ({ port, compressed }) => {
  if (compressed) return undefined;
  const store = bentostore().useL2Layer(redisDriver({ connection: { host: '127.0.0.1', port } }));
  const cache = new BentoCache({ default: 'redis', ttl: TTL_MS, stores: { redis: store } });
  return {
    get: (key) => cache.get({ key }),
    set: (key, value) => cache.set({ key, value }),
    close: () => cache.disconnectAll(),
  };
});
