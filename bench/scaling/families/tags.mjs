import { openApp } from '../../contestants/nestjs-cached/open-cache.mjs';
import { userOf } from '../../kit/values.mjs';
import { cost, spreadOut } from '../cost.mjs';

const ENTRIES = 10_000;

/** One tag on many entries, many tags over all entries, many tags on one entry. */
export const family = {
  title: 'tags',
  sizes: (/** @type {boolean} */ quick) => (quick ? [1, 100, 10_000] : [1, 10, 100, 1_000, 10_000]),
  measure,
};

/** @param {number} size */
async function measure(size) {
  const { cache } = await openApp({ ttl: '1h', memory: { maxEntries: 50_000, isolation: 'share' } });
  const value = userOf('user:1');
  const keyAt = (/** @type {number} */ nth) => `user:${spreadOut(nth, ENTRIES)}`;
  const one = { times: 1, chunks: size > 100 ? 25 : 99, warm: 10 };
  const fillShared = async () => {
    for (let nth = 0; nth < size; nth++) await cache.set(`shared:${nth}`, value, { tags: ['shared'] });
  };
  /** @type {Record<string, number>} */
  const found = {};
  found['so many entries under one tag: invalidateTags'] = await cost({
    ...one,
    prepare: fillShared,
    again: (nth) => cache.get('shared:0').then(() => cache.invalidateTags(`none:${nth}`)),
    run: () => cache.invalidateTags('shared'),
  });
  found['so many entries under one tag: the first get of one after it'] = await cost({
    ...one,
    prepare: async () => {
      await fillShared();
      await cache.invalidateTags('shared');
    },
    again: (nth) => cache.get(`none:${nth}`).then(() => cache.peek('shared:0')),
    run: () => cache.get('shared:0'),
  });
  await cache.clear();
  for (let nth = 0; nth < ENTRIES; nth++) await cache.set(keyAt(nth), value, { tags: [`tag:${nth % size}`] });
  const many = { times: 2_000 };
  found['so many tags over 10,000 entries: get, a hit'] = await cost({ ...many, run: (nth) => cache.get(keyAt(nth)) });
  found['so many tags over 10,000 entries: set with a tag'] = await cost({
    ...many,
    run: (nth) => cache.set(keyAt(nth), value, { tags: [`tag:${nth % size}`] }),
  });
  found['so many tags over 10,000 entries: invalidateTags of one'] = await cost({
    times: 1,
    chunks: 99,
    warm: 30,
    prepare: (nth) => cache.set(keyAt(nth), value, { tags: [`tag:${nth % size}`] }),
    again: (nth) => cache.invalidateTags(`none:${nth}`),
    run: (_, chunk) => cache.invalidateTags(`tag:${chunk % size}`),
  });
  const tags = Array.from({ length: size }, (_, nth) => `own:${nth}`);
  try {
    await cache.set('own', value, { tags });
    found['so many tags on the entry: get, a hit'] = await cost({ times: 500, run: () => cache.get('own') });
  } catch {
    // An entry may have only so many.
  }
  return found;
}
