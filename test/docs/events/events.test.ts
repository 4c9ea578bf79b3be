import { expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { CacheManager } from 'nestjs-cached';
import { CacheTestingModule, FakeClock } from 'nestjs-cached/testing';

it('tells what happened, counts it, and explains a key', async () => {
  const app = await Test.createTestingModule({ imports: [CacheTestingModule.forRoot()] }).compile();
  await app.init();
  const cache = app.get(CacheManager);
  const slow: string[] = [];
  const unsubscribe = cache.on('load', ({ key, duration }) => void (duration > 1_000 && slow.push(key)));

  const { value, outcomes } = await cache.observe(async () => {
    await cache.getOrSet('report', async () => {
      await app.get(FakeClock).advance(2_000);
      return 'slow work';
    });
    return cache.getOrSet('report', () => 'not called');
  });

  expect(value).toBe('slow work');
  expect(outcomes.map(({ type }) => type)).toEqual(['miss', 'set', 'load', 'hit']);
  expect(slow).toEqual(['report']);
  expect(cache.getStats()).toMatchObject({ hits: 1, misses: 1, hitRatio: 0.5, loads: 1, loadTime: 2_000, sets: 1 });
  expect(await cache.explain('report')).toMatchObject({ state: 'fresh', backend: 'memory', reason: 'It is served.' });

  unsubscribe();
  await app.close();
});
