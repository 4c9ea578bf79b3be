import { expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { CacheManager, CacheValueError } from 'nestjs-cached';
import { CacheTestingModule, MapBackend } from 'nestjs-cached/testing';
import { Order, OrdersService } from './orders.service.js';

it.each([undefined, new MapBackend()])('hydrates the class of a hit', async (backend) => {
  const app = await Test.createTestingModule({
    imports: [CacheTestingModule.forRoot(backend ? { backend } : {})],
    providers: [OrdersService],
  }).compile();
  await app.init();
  const orders = app.get(OrdersService);
  await orders.find(1);
  const hit = await orders.find(1);
  expect(hit).toBeInstanceOf(Order);
  expect(hit.total).toBe(6);
  expect(hit.placedAt).toEqual(new Date(0));

  const cache = app.get(CacheManager);
  await cache.set('order', new Order(1, [], new Date(0)));
  expect(await cache.get('order')).toEqual({ id: 1, lines: [], placedAt: new Date(0) });
  await app.close();
});

it('names what cannot be stored', async () => {
  const app = await Test.createTestingModule({ imports: [CacheTestingModule.forRoot()] }).compile();
  await app.init();
  const cache = app.get(CacheManager);
  const user = { name: 'Ann', save: () => {} };
  await expect(cache.set('user', { user })).rejects.toThrow(CacheValueError);
  await expect(cache.set('user', { user })).rejects.toThrow(
    'The value cannot be cached: $.user.save is a function. Leave it out, or cache the data it stands for.',
  );
  expect(await cache.getOrSet('user', () => ({ user }))).toEqual({ user });
  expect(await cache.has('user')).toBe(false);
  await app.close();
});
