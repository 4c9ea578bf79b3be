import { LRUCache } from 'lru-cache';
import { twoTierRoom } from '../../kit/two-tier-room.mjs';
import { TTL_MS } from '../../kit/values.mjs';

/** The limit: no second tier at all. */
export async function open() {
  /** @type {LRUCache<string, object>} */
  const cache = new LRUCache({ max: 10_000, ttl: TTL_MS });
  return twoTierRoom({
    hands: 'its own object',
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
  });
}
