import { expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { CacheManager } from 'nestjs-cached';
import { CacheTestingModule, FakeClock, FlakyBackend } from 'nestjs-cached/testing';

it('answers while the store is frozen, one command timeout late', async () => {
  const clock = new FakeClock();
  const backend = new FlakyBackend({ clock });
  const app = await Test.createTestingModule({
    imports: [CacheTestingModule.forRoot({ clock, backend, commandTimeout: 100 })],
  }).compile();
  await app.init();
  const cache = app.get(CacheManager);

  const frozen = backend.hang('all');
  const answer = cache.getOrSet('greeting', () => 'hello');
  await clock.advance(100);
  expect(await answer).toBe('hello');

  backend.heal();
  await frozen.release();
  expect(await cache.getOrSet('greeting', () => 'hello again')).toBe('hello again');
  expect(await cache.getOrSet('greeting', () => 'not called')).toBe('hello again');

  await app.close();
});
