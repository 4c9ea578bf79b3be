import { memoryRoom } from '../../kit/memory-room.mjs';
import { openApp } from './open-cache.mjs';

const HANDS = /** @type {const} */ ({ share: 'its own object', freeze: 'a frozen object', clone: 'a copy' });

/** @param {string} row @param {{ isolation?: 'share' | 'freeze' | 'clone' }} params */
export const open = (row, params) => memoryRoom(row, params, ({ max }) => create({ max, ...params }));

/**
 * @param {{ max: number, isolation?: 'share' | 'freeze' | 'clone' }} options
 * @returns {Promise<import('../../kit/memory-room.mjs').MemoryCache>}
 */
export async function create({ max, isolation = 'clone' }) {
  const { app, cache } = await openApp({ ttl: '1h', memory: { maxEntries: max, isolation } });
  return {
    hands: HANDS[isolation],
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
    getOrSet: (key, load) => cache.getOrSet(key, load),
    close: () => app.close(),
  };
}
