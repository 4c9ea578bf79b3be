import { createKeyv } from '@keyv/redis';
import { createCache } from 'cache-manager';
import { CacheableMemory } from 'cacheable';
import { Keyv } from 'keyv';
import { twoTierRoom } from '../../kit/two-tier-room.mjs';
import { TTL_MS } from '../../kit/values.mjs';

/** The two stores that the documentation of Nest shows. @param {string} _row @param {{ port: number }} params */
export async function open(_row, { port }) {
  const near = new Keyv({ store: new CacheableMemory({ ttl: TTL_MS, lruSize: 10_000 }) });
  const far = createKeyv(`redis://127.0.0.1:${port}`, { namespace: 'cache-manager' });
  const cache = createCache({ ttl: TTL_MS, stores: [near, far] });
  return twoTierRoom({
    hands: 'a copy',
    note: 'tells no other process of a change',
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
    close: () => cache.disconnect(),
  });
}
