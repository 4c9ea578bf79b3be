import { Cacheable } from '@type-cacheable/core';
import { useAdapter } from '@type-cacheable/lru-cache-adapter';
import { LRUCache } from 'lru-cache';
import { decorate } from '../../kit/decorate.mjs';
import { memoryRoom } from '../../kit/memory-room.mjs';
import { TTL_MS } from '../../kit/values.mjs';

/** Over its adapter of `lru-cache`. Reading through is its decorator. @param {string} row @param {object} params */
export const open = (row, params) => memoryRoom(row, params, create);

/** @param {{ max: number }} limits @returns {import('../../kit/memory-room.mjs').MemoryCache} */
export function create({ max }) {
  const client = useAdapter(new LRUCache({ max, ttl: TTL_MS }));
  class Reader {
    /** @param {string} _key @param {() => Promise<object>} load */
    find(_key, load) {
      return load();
    }
  }
  decorate(Reader.prototype, 'find', Cacheable({ cacheKey: ([key]) => key }));
  const reader = new Reader();
  return {
    hands: 'its own object',
    note: 'over lru-cache',
    get: (key) => client.get(key),
    set: (key, value) => client.set(key, value),
    getOrSet: (key, load) => reader.find(key, load),
  };
}
