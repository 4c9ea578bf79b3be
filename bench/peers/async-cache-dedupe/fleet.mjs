import { createCache } from 'async-cache-dedupe';
import { Redis } from 'ioredis';
import { TTL_MS } from '../../kit/values.mjs';

/** @type {import('../../kit/fleet-member.mjs').Open} */
export async function open({ port, load }) {
  const client = new Redis({ port });
  client.on('error', () => {});
  const cache = createCache({ ttl: TTL_MS / 1_000, storage: { type: 'redis', options: { client } } });
  cache.define('find', load);
  const { find } = /** @type {any} */ (cache);
  return { find: (key) => find(key), note: 'one tier' };
}
