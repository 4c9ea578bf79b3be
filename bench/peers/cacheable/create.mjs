import { Cacheable, createKeyv } from 'cacheable';
import { TTL_MS } from '../../kit/values.mjs';

/** @param {boolean} useClone @returns {(limits: { max: number }) => import('../../kit/memory-room.mjs').MemoryCache} */
export const creator =
  (useClone) =>
  ({ max }) => {
    const cache = new Cacheable({ primary: createKeyv({ ttl: TTL_MS, lruSize: max, useClone }), ttl: TTL_MS });
    return {
      hands: useClone ? 'a copy' : 'its own object',
      get: (key) => cache.get(key),
      set: (key, value) => cache.set(key, value),
      getOrSet: (key, load) => cache.getOrSet(key, load, { ttl: TTL_MS }),
      close: () => cache.disconnect(),
    };
  };
