import { createCache } from 'async-cache-dedupe';
import { finderClass, finderRoom } from '../../kit/finder.mjs';
import { TTL_MS } from '../../kit/values.mjs';

/** It makes the key itself, of the one argument that it hands on. */
export async function open() {
  const finder = new (finderClass())();
  const cache = createCache({ ttl: TTL_MS / 1000, storage: { type: 'memory', options: { size: 10_000 } } });
  const defined = cache.define('find', async ({ id, lang }) => finder.find(id, { lang }));
  return finderRoom({
    finds: { find: (id, { lang }) => defined.find({ id, lang }) },
    loads: () => finder.loads,
    hands: 'its own object',
    note: 'its key is of all arguments',
  });
}
