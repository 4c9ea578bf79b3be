import { LRUCache } from 'lru-cache';
import { memoryRoom } from '../../kit/memory-room.mjs';
import { TTL_MS } from '../../kit/values.mjs';

/**
 * The limit: a Map with a bound and an expiry, and what a careful person writes round it.
 * @param {string} row @param {object} params
 */
export const open = (row, params) => memoryRoom(row, params, create);

/** @param {{ max: number }} limits @returns {import('../../kit/memory-room.mjs').MemoryCache} */
export function create({ max }) {
  /** @type {LRUCache<string, object>} */
  const cache = new LRUCache({ max, ttl: TTL_MS });
  return {
    hands: 'its own object',
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
    // A hit is answered as `get` answers it, without a promise.
    getOrSet: (key, load) => cache.get(key) ?? loadInto(cache, key, load),
  };
}

/** @param {LRUCache<string, object>} cache @param {string} key @param {() => Promise<object>} load */
async function loadInto(cache, key, load) {
  const value = await load();
  cache.set(key, value);
  return value;
}
