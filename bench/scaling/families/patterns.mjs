import { openApp } from '../../contestants/nestjs-cached/open-cache.mjs';
import { userOf } from '../../kit/values.mjs';
import { cost } from '../cost.mjs';

const ENTRIES = 10_000;

/** Patterns that match so many entries, and what many invalidations leave behind. */
export const family = {
  title: 'patterns and past invalidations',
  sizes: (/** @type {boolean} */ quick) => (quick ? [1, 100, 10_000] : [1, 10, 100, 1_000, 10_000]),
  measure,
};

/** @param {number} size */
async function measure(size) {
  const { cache } = await openApp({ ttl: '1h', memory: { maxEntries: 50_000, isolation: 'share' } });
  const value = userOf('user:1');
  const fill = async () => {
    for (let nth = 0; nth < ENTRIES; nth++) await cache.set(`${nth < size ? 'in' : 'out'}:${nth}`, value);
  };
  await fill();
  const found = {
    'invalidate(pattern), so many of 10,000 keys match': await cost({
      times: 1,
      chunks: 9,
      prepare: fill,
      run: () => cache.invalidate('in:*'),
    }),
  };
  await cache.set('kept', value, { tags: ['kept'] });
  for (let nth = 0; nth < size; nth++) {
    await cache.invalidateTags(`tag:${nth}`);
    // What sweeps 10,000 entries takes a while: of these, fewer.
    if (nth < 200) await cache.invalidate(`pattern:${nth}:*`);
    await cache.delete(`key:${nth}`);
  }
  const many = { times: 2_000 };
  return {
    ...found,
    'after so many invalidations: get, a hit': await cost({ ...many, run: () => cache.get('kept') }),
    'after so many invalidations: set with a tag': await cost({
      ...many,
      run: (nth) => cache.set(`set:${nth}`, value, { tags: ['kept'] }),
    }),
    'after so many invalidations: invalidateTags': await cost({
      times: 200,
      run: (nth) => cache.invalidateTags(`other:${nth}`),
    }),
  };
}
