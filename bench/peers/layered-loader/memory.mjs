import { Loader, ManualCache } from 'layered-loader';
import { memoryRoom } from '../../kit/memory-room.mjs';
import { TTL_MS } from '../../kit/values.mjs';

/**
 * Its `ManualCache` for get and set, its `Loader` for reading through.
 * @param {string} row @param {object} params
 */
export const open = (row, params) => memoryRoom(row, params, create);

/** @param {{ max: number }} limits @returns {import('../../kit/memory-room.mjs').MemoryCache} */
export function create({ max }) {
  const inMemoryCache = { cacheType: /** @type {const} */ ('lru-object'), ttlInMsecs: TTL_MS, maxItems: max };
  const cache = new ManualCache({ inMemoryCache });
  /** @type {() => Promise<object>} */
  let load;
  const source = { name: 'source', get: () => load(), getMany: async () => [] };
  const loader = new Loader({ inMemoryCache, dataSources: [source] });
  return {
    hands: 'its own object',
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
    getOrSet: (key, given) => {
      load = given;
      return loader.get(key);
    },
  };
}
