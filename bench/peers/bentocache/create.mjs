import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { TTL_MS } from '../../kit/values.mjs';

/** @param {boolean} serialize @returns {(limits: { max: number }) => import('../../kit/memory-room.mjs').MemoryCache} */
export const creator =
  (serialize) =>
  ({ max }) => {
    const memory = bentostore().useL1Layer(memoryDriver({ maxItems: max, serialize }));
    const cache = new BentoCache({ default: 'memory', ttl: TTL_MS, stores: { memory } });
    return {
      hands: serialize ? 'a copy' : 'its own object',
      get: (key) => cache.get({ key }),
      set: (key, value) => cache.set({ key, value }),
      getOrSet: (key, load) => cache.getOrSet({ key, factory: load }),
      close: () => cache.disconnectAll(),
    };
  };
