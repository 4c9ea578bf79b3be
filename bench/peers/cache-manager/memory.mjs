import { createCache } from 'cache-manager';
import { CacheableMemory } from 'cacheable';
import { Keyv } from 'keyv';
import { memoryRoom } from '../../kit/memory-room.mjs';
import { TTL_MS } from '../../kit/values.mjs';

/** The store in memory that the documentation of Nest shows. @param {string} row @param {object} params */
export const open = (row, params) => memoryRoom(row, params, create);

/** @param {{ max: number }} limits @returns {import('../../kit/memory-room.mjs').MemoryCache} */
export function create({ max }) {
  const store = new Keyv({ store: new CacheableMemory({ ttl: TTL_MS, lruSize: max }) });
  const cache = createCache({ ttl: TTL_MS, stores: [store] });
  return {
    hands: 'a copy',
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
    getOrSet: (key, load) => cache.wrap(key, load),
  };
}
