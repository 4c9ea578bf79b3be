import { CacheContainer } from 'node-ts-cache';
import { MemoryStorage } from 'node-ts-cache-storage-memory';
import { memoryRoom } from '../../kit/memory-room.mjs';
import { TTL_MS } from '../../kit/values.mjs';

/** @param {string} row @param {object} params */
export const open = (row, params) => memoryRoom(row, params, create);

/** Reading through is its decorator, of which the row `decorated` tells. @returns {import('../../kit/memory-room.mjs').MemoryCache} */
export function create() {
  const cache = new CacheContainer(new MemoryStorage());
  return {
    hands: 'its own object',
    note: 'its memory has no bound',
    get: (key) => cache.getItem(key),
    set: (key, value) => cache.setItem(key, value, { ttl: TTL_MS / 1000, isLazy: true }),
  };
}
