import { openApp } from '../../contestants/nestjs-cached/open-cache.mjs';
import { userOf } from '../../kit/values.mjs';
import { cost, spreadOut } from '../cost.mjs';

const TAGGED = 10;

/** Operations of a cache that is full. */
export const family = {
  title: 'entries in memory',
  sizes: (/** @type {boolean} */ quick) => (quick ? [1_000, 10_000, 100_000] : [1_000, 10_000, 100_000, 1_000_000]),
  measure,
};

/** @param {number} size */
async function measure(size) {
  const { cache } = await openApp({
    ttl: '1h',
    memory: { maxEntries: size, maxBytes: 8 * 2 ** 30, isolation: 'share' },
  });
  const value = userOf('user:1');
  const keys = Array.from({ length: size }, (_, nth) => `user:${nth}`);
  const keyAt = (/** @type {number} */ nth) => /** @type {string} */ (keys[spreadOut(nth, size)]);
  const fill = async () => {
    for (const key of keys) await cache.set(key, value);
  };
  await fill();
  const many = { times: 2_000 };
  /** Whoever fills all of it anew each time. */
  const few = size > 100_000 ? { times: 1, chunks: 2, warm: 1 } : { times: 1, chunks: 7, warm: 5 };
  const chosen = Array.from({ length: TAGGED }, (_, nth) => keyAt(nth * 31));
  const loaded = Math.min(2_000, size / 2);
  /** @type {Record<string, number>} */
  const found = {
    'get, a hit': await cost({ ...many, run: (nth) => cache.get(keyAt(nth)) }),
    'get, a miss': await cost({ ...many, run: (nth) => cache.get(`absent:${nth}`) }),
    'getOrSet, a hit': await cost({ ...many, run: (nth) => cache.getOrSet(keyAt(nth), () => value) }),
    'set over what is there': await cost({ ...many, run: (nth) => cache.set(keyAt(nth), value) }),
    delete: await cost({
      times: loaded,
      prepare: async () => {
        for (let nth = 0; nth < loaded; nth++) await cache.set(keyAt(nth), value);
      },
      run: (nth) => cache.delete(keyAt(nth)),
    }),
    [`invalidateTags, ${TAGGED} entries have the tag`]: await cost({
      times: 1,
      chunks: 99,
      warm: 30,
      prepare: async () => {
        for (const key of chosen) await cache.set(key, value, { tags: ['chosen'] });
      },
      again: (nth) => cache.invalidateTags(`none:${nth}`),
      run: () => cache.invalidateTags('chosen'),
    }),
    [`invalidate(pattern), ${TAGGED} keys match`]: await cost({
      ...few,
      prepare: async () => {
        for (let nth = 0; nth < TAGGED; nth++) await cache.set(`chosen:${nth}`, value);
      },
      run: () => cache.invalidate('chosen:*'),
    }),
    getStats: await cost({ times: 200, run: () => cache.getStats() }),
    clear: await cost({ ...few, prepare: fill, run: () => cache.clear() }),
  };
  await fill();
  found['set of a new key, one is evicted'] = await cost({
    ...many,
    run: (nth, chunk) => cache.set(`new:${chunk}:${nth}`, value),
  });
  return found;
}
