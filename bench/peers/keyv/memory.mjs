import { Keyv } from 'keyv';
import { memoryRoom } from '../../kit/memory-room.mjs';
import { TTL_MS } from '../../kit/values.mjs';

/** A Map of JSON, as it comes. @param {string} row @param {object} params */
export const open = (row, params) => memoryRoom(row, params, create);

/** @returns {import('../../kit/memory-room.mjs').MemoryCache} */
export function create() {
  const cache = new Keyv({ ttl: TTL_MS });
  return {
    hands: 'a copy',
    note: 'its memory has no bound',
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
    getOrSet: async (key, load) => {
      const found = await cache.get(key);
      if (found !== undefined) return found;
      const value = await load();
      await cache.set(key, value);
      return value;
    },
  };
}
