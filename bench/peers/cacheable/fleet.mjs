import { createKeyv } from '@keyv/redis';
import { RedisMessageProvider } from '@qified/redis';
import { Cacheable } from 'cacheable';
import { TTL_MS } from '../../kit/values.mjs';

/** Two tiers, and its `CacheSync` between the processes. @type {import('../../kit/fleet-member.mjs').Open} */
export async function open({ port, load }) {
  const url = `redis://127.0.0.1:${port}`;
  const secondary = createKeyv(url);
  secondary.on('error', () => {});
  const provider = new RedisMessageProvider({ uri: url });
  // Without these the process ends with the first connection that is lost.
  for (const client of [provider.pub, provider.sub]) client.on('error', () => {});
  const cache = new Cacheable({ secondary, ttl: TTL_MS, namespace: 'bench', sync: { qified: provider } });
  cache.on('error', () => {});
  return {
    find: (key) => cache.getOrSet(key, () => load(key)),
    change: (key, value) => cache.set(key, value),
    look: (key) => cache.get(key),
  };
}
