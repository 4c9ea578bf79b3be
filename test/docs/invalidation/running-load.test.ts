import { expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { CacheManager } from 'nestjs-cached';
import { CacheTestingModule } from 'nestjs-cached/testing';

it('never stores what was loaded before a delete', async () => {
  const app = await Test.createTestingModule({ imports: [CacheTestingModule.forRoot()] }).compile();
  await app.init();
  const cache = app.get(CacheManager);
  let finish!: (price: number) => void;
  const slow = new Promise<number>((resolve) => (finish = resolve));

  const before = cache.getOrSet('price', () => slow); // has read the old price
  await cache.delete('price');
  const after = cache.getOrSet('price', () => 20); // does not join the old load
  finish(10);

  expect(await before).toBe(10); // its caller asked before the delete
  expect(await after).toBe(20);
  expect(await cache.get('price')).toBe(20); // 10 was not stored, although it came last

  await app.close();
});
