import { openApp } from '../../contestants/nestjs-cached/open-cache.mjs';
import { userOf } from '../../kit/values.mjs';
import { cost } from '../cost.mjs';

/** So many loads are under way, each of another key: every invalidation has to reach those it concerns. */
export const family = {
  title: 'loads under way',
  sizes: (/** @type {boolean} */ quick) => (quick ? [1, 100, 10_000] : [1, 10, 100, 1_000, 10_000]),
  measure,
};

/** @param {number} size */
async function measure(size) {
  const { cache } = await openApp({ ttl: '1h', memory: { maxEntries: 50_000, isolation: 'share' } });
  const value = userOf('user:1');
  await cache.set('there', value);
  /** @type {() => void} */
  let finish = () => {};
  const until = new Promise((resolve) => (finish = () => resolve(value)));
  const loads = Array.from({ length: size }, (_, nth) => cache.getOrSet(`loading:${nth}`, () => until));
  const some = { times: size > 1_000 ? 20 : 200 };
  const found = {
    'get, a hit': await cost({ times: 2_000, run: () => cache.get('there') }),
    'getOrSet, a hit': await cost({ times: 2_000, run: () => cache.getOrSet('there', () => value) }),
    'getOrSet that joins a load': await joining(cache),
    'set of another key': await cost({ times: 500, run: (nth) => cache.set(`set:${nth}`, value) }),
    'delete of another key': await cost({ times: 500, run: (nth) => cache.delete(`other:${nth}`) }),
    invalidateTags: await cost({ ...some, run: (nth) => cache.invalidateTags(`tag:${nth}`) }),
    'invalidate(pattern) that matches none of them': await cost({
      ...some,
      run: (nth) => cache.invalidate(`none:${nth}:*`),
    }),
  };
  finish();
  await Promise.all(loads);
  return found;
}

/** The promise is not awaited: the load is under way. @param {import('nestjs-cached').CacheManager} cache */
async function joining(cache) {
  return cost({
    times: 200,
    run: () => {
      void cache.getOrSet('loading:0', () => Promise.reject(new Error('Not joined.')));
    },
  });
}
