import { createKeyv } from '@keyv/redis';
import { Cacheable, createKeyv as createMemory } from 'cacheable';
import { twoTierRoom } from '../../kit/two-tier-room.mjs';
import { TTL_MS } from '../../kit/values.mjs';

/** @param {string} _row @param {{ port: number }} params */
export async function open(_row, { port }) {
  const secondary = createKeyv(`redis://127.0.0.1:${port}`, { namespace: 'cacheable' });
  const cache = new Cacheable({ primary: createMemory({ ttl: TTL_MS, lruSize: 10_000 }), secondary, ttl: TTL_MS });
  return twoTierRoom({
    hands: 'a copy',
    note: 'tells no other process of a change',
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
    close: () => cache.disconnect(),
  });
}
