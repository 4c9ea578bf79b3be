import { createCache } from 'async-cache-dedupe';
import { memoryRoom } from '../../kit/memory-room.mjs';
import { TTL_MS } from '../../kit/values.mjs';

/** It has no get or set of its own: it takes part where one reads through. @param {string} row @param {object} params */
export const open = (row, params) => memoryRoom(row, params, create);

/** @param {{ max: number }} limits @returns {import('../../kit/memory-room.mjs').MemoryCache} */
export function create({ max }) {
  /** @type {() => Promise<object>} */
  let load;
  const cache = createCache({ ttl: TTL_MS / 1000, storage: { type: 'memory', options: { size: max } } });
  const defined = cache.define('find', () => load());
  return {
    hands: 'its own object',
    getOrSet: (key, given) => {
      load = given;
      return defined.find(key);
    },
  };
}
