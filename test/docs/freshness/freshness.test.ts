import { expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { CacheManager } from 'nestjs-cached';
import { CacheTestingModule, FakeClock } from 'nestjs-cached/testing';

it('serves fresh, then stale, then nothing', async () => {
  const app = await Test.createTestingModule({ imports: [CacheTestingModule.forRoot()] }).compile();
  await app.init();
  const cache = app.get(CacheManager);
  const clock = app.get(FakeClock);
  const options = { ttl: '10m', staleWhileRevalidate: '5m', staleIfError: '1h' } as const;
  let version = 0;
  const read = (): Promise<number> => cache.getOrSet('k', () => ++version, options);
  const fail = (): Promise<number> => cache.getOrSet<number>('k', () => Promise.reject(new Error('down')), options);

  expect(await read()).toBe(1);
  await clock.advance(9 * 60_000);
  expect(await read()).toBe(1); // fresh

  await clock.advance(2 * 60_000);
  expect(await cache.get('k')).toBeUndefined(); // stale: not for get
  expect(await read()).toBe(1); // stale: served at once, and a load has begun behind
  await clock.settle();
  expect(await read()).toBe(2); // fresh again

  await clock.advance(20 * 60_000);
  expect(await fail()).toBe(2); // past staleWhileRevalidate: loads, fails, and the old value bridges it
  expect(await read()).toBe(3); // a load that succeeds is waited for

  await clock.advance(80 * 60_000);
  await expect(fail()).rejects.toThrow('down'); // expired: the caller gets the error

  await app.close();
});
