import { createKeyv } from '@keyv/redis';
import { createCache } from 'cache-manager';
import { CacheableMemory } from 'cacheable';
import { Keyv } from 'keyv';
import { TTL_MS } from '../../kit/values.mjs';

/** As the manual of Nest sets it up: memory first, then Redis. @type {import('../../kit/fleet-member.mjs').Open} */
export async function open({ port, load }) {
  const near = new Keyv({ store: new CacheableMemory({ ttl: TTL_MS, lruSize: 5_000 }) });
  const far = createKeyv(`redis://127.0.0.1:${port}`);
  far.on('error', () => {});
  const cache = createCache({ stores: [near, far], ttl: TTL_MS });
  return {
    find: (key) => cache.wrap(key, () => load(key)),
    change: (key, value) => cache.set(key, value),
    look: (key) => cache.get(key),
    note: 'two tiers, and no way to tell other processes',
  };
}
