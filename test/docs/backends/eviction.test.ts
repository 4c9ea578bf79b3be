import { expect, it } from '@jest/globals';
import { testCache } from '../../support/caches.js';
import { SecondChance } from './second-chance.js';

it('a strategy of the application’s own chooses', async () => {
  const { cache } = await testCache({ memory: { maxEntries: 2, eviction: () => new SecondChance() } });
  await cache.setMany([
    ['read', 1],
    ['unread', 2],
  ]);
  await cache.get('read');
  await cache.set('third', 3);
  expect([await cache.has('read'), await cache.has('unread'), await cache.has('third')]).toEqual([true, false, true]);
  await cache.clear();
  await cache.warm(['a', 'b', 'c'].map((key) => [key, 1] as const));
  expect(await cache.has('a')).toBe(false);
  expect(cache.getStats()).toMatchObject({ entries: 2, errors: 0 });
});
