import { createCache } from 'cache-manager';
import { memoryRoom } from '../../kit/memory-room.mjs';
import { TTL_MS } from '../../kit/values.mjs';

/** What `CacheModule.register()` of @nestjs/cache-manager makes. @param {string} row @param {object} params */
export const open = (row, params) => memoryRoom(row, params, create);

/** @returns {import('../../kit/memory-room.mjs').MemoryCache} */
export function create() {
  const cache = createCache({ ttl: TTL_MS });
  return {
    hands: 'its own object',
    note: 'its memory has no bound',
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
    getOrSet: (key, load) => cache.wrap(key, load),
  };
}
