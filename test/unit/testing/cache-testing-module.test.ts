import { describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CacheManager, getCacheToken } from 'nestjs-cached';
import { CacheTestingModule, FakeClock, MapBackend } from 'nestjs-cached/testing';

@Injectable()
class Consumer {
  constructor(
    readonly cache: CacheManager,
    readonly clock: FakeClock,
  ) {}
}

@Module({ providers: [Consumer] })
class FeatureModule {}

describe('CacheTestingModule', () => {
  it('ends a ttl exactly when the clock says so', async () => {
    const app = await Test.createTestingModule({ imports: [CacheTestingModule.forRoot()] }).compile();
    await app.init();
    const cache = app.get(CacheManager);
    const clock = app.get(FakeClock);
    for (let entry = 0; entry < 20; entry++) await cache.set(`key-${entry}`, entry, 1_000);
    await clock.advance(999);
    for (let entry = 0; entry < 20; entry++) expect(await cache.get(`key-${entry}`)).toBe(entry);
    await clock.advance(1);
    for (let entry = 0; entry < 20; entry++) expect(await cache.get(`key-${entry}`)).toBeUndefined();
    await app.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives cache and clock to every module', async () => {
    const app = await Test.createTestingModule({ imports: [CacheTestingModule.forRoot(), FeatureModule] }).compile();
    const consumer = app.get(Consumer);
    expect(consumer.cache).toBeInstanceOf(CacheManager);
    expect(consumer.clock).toBe(app.get(FakeClock));
    await app.close();
  });

  it('takes the options of CacheModule, a clock and a backend among them', async () => {
    const clock = new FakeClock(0);
    const backend = new MapBackend(clock);
    const app = await Test.createTestingModule({
      imports: [CacheTestingModule.forRoot({ clock, backend, ttl: '5s', namespace: 'orders' })],
    }).compile();
    await app.init();
    const cache = app.get(CacheManager);
    expect(app.get(FakeClock)).toBe(clock);
    await cache.set('a', 1);
    expect((await cache.explain('a')).backend).toBe('map');
    expect((await cache.explain('a')).namespace).toBe('orders');
    await clock.advance(5_000);
    expect(await cache.get('a')).toBeUndefined();
    await app.close();
  });

  it('moves named caches by one clock', async () => {
    const clock = new FakeClock();
    const app = await Test.createTestingModule({
      imports: [CacheTestingModule.forRoot({ clock }), CacheTestingModule.forRoot({ clock, name: 'other', ttl: '5s' })],
    }).compile();
    await app.init();
    const [first, other] = [app.get(CacheManager), app.get<CacheManager>(getCacheToken('other'))];
    await first.set('a', 1);
    await other.set('a', 2);
    await clock.advance(5_000);
    expect(await first.get('a')).toBe(1);
    expect(await other.get('a')).toBeUndefined();
    await app.close();
  });
});
