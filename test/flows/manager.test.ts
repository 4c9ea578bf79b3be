import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CacheCapabilityError, CacheUsageError, CacheValueError } from '../../lib/support/errors.js';
import { createCache } from '../../lib/assembly/create-cache.js';
import { resolveOptions } from '../../lib/config/resolved-options.js';
import { validateOptions } from '../../lib/config/validate-options.js';
import { shutDown } from '../../lib/core/shutdown.js';
import { CapableMapBackend } from '../../lib/testing/capable-map.backend.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { STORES, testCache, type TestCache } from '../support/caches.js';
import { startRedis, type RunningRedis } from '../support/redis-server.js';

let redis: RunningRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

let run = 0;
const stores = [
  ...STORES,
  [
    'bytes with every capability',
    async () => {
      const clock = new FakeClock();
      return testCache({ backend: new CapableMapBackend(clock) }, clock);
    },
  ],
  [
    'redis',
    async () => {
      const clock = new FakeClock(Date.now());
      const options = { clock, redis: { url: redis.url, commandTimeout: '5s' }, namespace: `run${run++}` } as const;
      return { clock, cache: await createCache(resolveOptions(validateOptions(options))) };
    },
  ],
] as [string, () => Promise<TestCache>][];

describe.each(stores)('CacheManager over %s', (name, make) => {
  let cache: TestCache['cache'];
  let clock: FakeClock;
  beforeEach(async () => {
    if (cache) await shutDown(cache.cache.parts);
    ({ cache, clock } = await make());
  });
  afterAll(() => shutDown(cache.cache.parts));

  const canList = name !== 'three methods over bytes';

  it('stores and returns a value until its ttl is over', async () => {
    expect(await cache.set('k', { a: 1 }, '1m')).toBe(true);
    expect(await cache.get('k')).toEqual({ a: 1 });
    expect(await cache.getTtl('k')).toBeCloseTo(60_000, -2);
    await clock.advance(59_000);
    expect(await cache.has('k')).toBe(true);
    await clock.advance(1_500);
    expect(await cache.get('k')).toBeUndefined();
    expect(await cache.has('k')).toBe(false);
  });

  it('tells a stored undefined from absence by has', async () => {
    await cache.set('nothing', undefined);
    expect(await cache.has('nothing')).toBe(true);
    expect(await cache.get('nothing')).toBeUndefined();
    let loads = 0;
    expect(await cache.getOrSet('nothing', () => ++loads)).toBeUndefined();
    expect(loads).toBe(0);
  });

  it('removes a key, and says true also when there was nothing', async () => {
    await cache.set('k', 1);
    expect(await cache.delete('k')).toBe(true);
    expect(await cache.delete('k')).toBe(true);
    expect(await cache.get('k')).toBeUndefined();
  });

  it('does not store with a ttl of 0, and lets nothing older stand', async () => {
    await cache.set('k', 'old');
    expect(await cache.set('k', 'new', 0)).toBe(false);
    expect(await cache.get('k')).toBeUndefined();
  });

  it('keeps a value for ever with an infinite ttl', async () => {
    await cache.set('k', 1, Infinity);
    expect(await cache.getTtl('k')).toBe(Infinity);
    await clock.advance(20 * 86_400_000);
    expect(await cache.get('k')).toBe(1);
  });

  it.each([-1, Number.NaN, '5 minutes', '-1s'])('refuses the ttl %p', async (ttl) => {
    await expect(cache.set('k', 1, ttl as number)).rejects.toThrow(CacheUsageError);
    await expect(cache.getOrSet('k', () => 1, ttl as number)).rejects.toThrow(CacheUsageError);
  });

  it.each(['', undefined, 1, null])('refuses the key %p', async (key) => {
    await expect(cache.set(key as string, 1)).rejects.toThrow(CacheUsageError);
    await expect(cache.get(key as string)).rejects.toThrow(CacheUsageError);
    await expect(cache.getOrSet(key as string, () => 1)).rejects.toThrow(CacheUsageError);
  });

  it('names the path of what cannot be stored', async () => {
    await expect(cache.set('k', { a: [1, { save() {} }] })).rejects.toThrow(CacheValueError);
    await expect(cache.set('k', { a: [1, { save() {} }] })).rejects.toThrow('$.a[1].save');
  });

  it('gives the caller of getOrSet what cannot be stored, stores nothing, and says so', async () => {
    const errors: unknown[] = [];
    cache.on('error', ({ error }) => errors.push(error));
    const value = { save: () => 1 };
    expect(await cache.getOrSet('k', () => value)).toBe(value);
    expect(await cache.has('k')).toBe(false);
    expect(errors).toEqual([expect.any(CacheValueError)]);
  });

  it('loads once and serves from then on', async () => {
    let loads = 0;
    const load = () => ({ n: ++loads });
    expect(await cache.getOrSet('k', load)).toEqual({ n: 1 });
    expect(await cache.getOrSet('k', load)).toEqual({ n: 1 });
    expect(cache.getStats()).toMatchObject({ hits: 1, misses: 1, loads: 1, sets: 1, hitRatio: 0.5 });
  });

  it('invalidates by tag, and only what carries it', async () => {
    await cache.set('a', 1, { tags: ['x', 'y'] });
    await cache.set('b', 2, { tags: ['y'] });
    await cache.set('c', 3);
    expect(await cache.invalidateTags('x')).toBe(true);
    expect(await cache.getMany(['a', 'b', 'c'])).toEqual(
      new Map([
        ['b', 2],
        ['c', 3],
      ]),
    );
    await cache.set('a', 4, { tags: ['x'] });
    expect(await cache.get('a')).toBe(4);
    await cache.invalidateTags('x', 'y');
    expect(await cache.getMany(['a', 'b', 'c'])).toEqual(new Map([['c', 3]]));
  });

  it('invalidates by pattern, and only what matches', async () => {
    for (const key of ['user:1', 'user:2', 'users', 'order:1']) await cache.set(key, key);
    const removed = await cache.invalidate('user:*');
    if (canList) expect(removed).toBe(2);
    expect([...(await cache.getMany(['user:1', 'user:2', 'users', 'order:1'])).keys()]).toEqual(['users', 'order:1']);
    await cache.set('user:1', 'new');
    expect(await cache.get('user:1')).toBe('new');
  });

  it('reaches keys by pattern that are too long to be spelled out', async () => {
    const long = `report:${'x'.repeat(1_000)}:end`;
    await cache.set(long, 1);
    await cache.set(`${long}!`, 2);
    await cache.invalidate('report:*:end');
    expect(await cache.get(long)).toBeUndefined();
    expect(await cache.get(`${long}!`)).toBe(2);
  });

  it('turns too many patterns into a clear where they cannot be swept', async () => {
    await cache.set('kept', 1);
    for (let i = 0; i < 70; i++) await cache.invalidate(`other${i}:*`);
    expect(await cache.get('kept')).toBe(canList ? 1 : undefined);
    await cache.set('later', 2);
    expect(await cache.get('later')).toBe(2);
  });

  it('clears everything', async () => {
    await cache.set('a', 1);
    await cache.set('b', 1, { tags: ['t'] });
    expect(await cache.clear()).toBe(true);
    expect(await cache.getMany(['a', 'b'])).toEqual(new Map());
    await cache.set('a', 2);
    expect(await cache.get('a')).toBe(2);
  });

  it('keeps tenants and namespaces apart; a clear takes what lies below', async () => {
    const acme = cache.forTenant('acme');
    const orders = cache.forNamespace('orders');
    const acmeOrders = acme.forNamespace('orders');
    const all = [cache, acme, orders, acmeOrders];
    const fill = async () => {
      for (const [index, manager] of all.entries()) await manager.set('k', index, { tags: ['t'] });
    };
    const values = () => Promise.all(all.map((manager) => manager.get('k')));
    await fill();
    expect(await values()).toEqual([0, 1, 2, 3]);
    expect(await orders.forTenant('acme').get('k')).toBe(3);
    await acme.clear();
    expect(await values()).toEqual([0, undefined, 2, undefined]);
    await fill();
    await orders.clear();
    expect(await values()).toEqual([0, 1, undefined, undefined]);
    await fill();
    await cache.invalidate('*');
    expect(await values()).toEqual([undefined, 1, 2, 3]);
    await fill();
    await cache.invalidateTags('t');
    expect(await values()).toEqual([undefined, 1, 2, 3]);
    await fill();
    await cache.clear();
    expect(await values()).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('marks an entry stale', async () => {
    await cache.set('k', 'old', { ttl: '1m', staleWhileRevalidate: '10m' });
    expect(await cache.expire('k')).toBe(true);
    expect(await cache.get('k')).toBeUndefined();
    let loads = 0;
    const value = await cache.getOrSet('k', () => `new${++loads}`, { ttl: '1m', staleWhileRevalidate: '10m' });
    // A store that cannot patch in place deletes instead: never a value too old, at the price of a load.
    expect(value).toBe(name === 'three methods over bytes' ? 'new1' : 'old');
    await clock.settle();
    await cache.set('plain', 1);
    await cache.expire('plain');
    expect(await cache.has('plain')).toBe(false);
  });

  it('reads many with one call of the loader for the missing ones, in order', async () => {
    await cache.set('b', 'cached');
    const asked: string[][] = [];
    const load = async (keys: string[]) => {
      asked.push(keys);
      return new Map(keys.filter((key) => key !== 'gone').map((key) => [key, `loaded ${key}`]));
    };
    const result = await cache.getOrSetMany(['c', 'b', 'gone', 'a', 'c'], load);
    expect([...result]).toEqual([
      ['c', 'loaded c'],
      ['b', 'cached'],
      ['a', 'loaded a'],
    ]);
    expect(asked).toEqual([['c', 'gone', 'a']]);
    await cache.getOrSetMany(['a', 'b', 'c'], load);
    expect(asked).toHaveLength(1);
    await expect(cache.getOrSetMany(['x', 'y'], async () => [1])).rejects.toThrow(CacheUsageError);
    expect(await cache.getOrSetMany(['x', 'y'], async (keys) => keys.map((_, i) => i))).toEqual(
      new Map([
        ['x', 0],
        ['y', 1],
      ]),
    );
  });

  it('stores many, all or none when one of them is bad', async () => {
    expect(
      await cache.setMany([
        ['a', 1],
        ['b', 2],
      ]),
    ).toBe(true);
    expect(await cache.getMany(['a', 'b', 'c'])).toEqual(
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    );
    await expect(
      cache.setMany([
        ['x', 1],
        ['y', () => 1],
      ]),
    ).rejects.toThrow(CacheValueError);
    expect(await cache.has('x')).toBe(false);
    expect(await cache.deleteMany(['a', 'b', 'zzz'])).toBe(true);
    expect(await cache.getMany(['a', 'b'])).toEqual(new Map());
    const entries = Array.from({ length: 250 }, (_, i) => [`w${i}`, i] as const);
    expect(await cache.warm(entries, '5m')).toBe(250);
    expect((await cache.getMany(entries.map(([key]) => key))).size).toBe(250);
  });

  it('lists its own keys', async () => {
    if (!canList) {
      await expect(cache.keys()[Symbol.asyncIterator]().next()).rejects.toThrow(CacheCapabilityError);
      return;
    }
    const long = 'long:'.repeat(100);
    await cache.setMany([
      ['a:1', 1],
      ['a:2', 1],
      ['b', 1],
      [long, 1],
    ]);
    await cache.set('gone', 1, { tags: ['t'] });
    await cache.invalidateTags('t');
    await cache.forTenant('x').set('theirs', 1);
    const list = async (pattern?: string) => {
      const keys: string[] = [];
      for await (const key of cache.keys(pattern)) keys.push(key);
      return keys.sort();
    };
    expect(await list()).toEqual(['a:1', 'a:2', 'b', long].sort());
    expect(await list('a:*')).toEqual(['a:1', 'a:2']);
  });

  it('explains why a key is not served', async () => {
    expect(await cache.explain('k')).toMatchObject({ state: 'absent', tenant: undefined });
    await cache.set('k', 1, { ttl: '1m', staleWhileRevalidate: '1m', tags: ['t'] });
    expect(await cache.explain('k')).toMatchObject({ state: 'fresh', tags: ['t'], loading: false });
    await clock.advance(61_000);
    expect(await cache.explain('k')).toMatchObject({ state: 'stale' });
    await cache.set('k', 1, { tags: ['t'] });
    await cache.invalidateTags('t');
    expect(await cache.explain('k')).toMatchObject({ state: 'invalidated', reason: expect.stringContaining('tags') });
  });

  it('reports its health', async () => {
    expect(await cache.healthCheck()).toEqual({
      status: 'up',
      backend: expect.any(String),
      latencyMs: expect.any(Number),
      pendingInvalidations: 0,
    });
  });

  it('tells what the calls inside observe met', async () => {
    const { value, outcomes } = await cache.observe(async () => {
      await cache.getOrSet('k', () => 1);
      return cache.getOrSet('k', () => 2);
    });
    expect(value).toBe(1);
    expect(outcomes.map(({ type }) => type)).toEqual(['miss', 'set', 'load', 'hit']);
    expect(outcomes.at(-1)).toMatchObject({ type: 'hit', key: 'k', state: 'fresh', cache: 'default' });
  });
});
