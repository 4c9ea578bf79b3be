import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheManager } from '../../lib/core/cache-manager.js';
import { CacheTimeoutError } from '../../lib/support/errors.js';
import type { FakeClock } from '../../lib/testing/fake-clock.js';
import { testCache } from '../support/caches.js';

interface Held<T> {
  readonly load: () => Promise<T>;
  readonly runs: () => number;
  readonly end: (value: T) => void;
  readonly fail: (error: Error) => void;
}

/** A loader whose end the test decides. */
function held<T>(): Held<T> {
  let runs = 0;
  let end!: (value: T) => void;
  let fail!: (error: Error) => void;
  const result = new Promise<T>((resolve, reject) => ([end, fail] = [resolve, reject]));
  return { load: () => (runs++, result), runs: () => runs, end, fail };
}

/** In memory nothing is waited for but the loader: a load of it takes the short way. */
describe('a load in memory', () => {
  let cache: CacheManager;
  let clock: FakeClock;
  beforeEach(async () => ({ cache, clock } = await testCache({ backend: 'memory', ttl: '1m' })));

  const underWay = (): number[] => [cache.cache.parts.fence.size, cache.cache.parts.flights.running.size];

  it('is one for all who come while it runs, each with a value of its own', async () => {
    const loader = held<{ a: number[] }>();
    const first = cache.getOrSet('k', loader.load);
    const others = [cache.getOrSet('k', loader.load), cache.getOrSet('k', loader.load)];
    const many = cache.getOrSetMany('k x'.split(' '), async (keys) => keys.map(() => ({ a: [9] })));
    const own = { a: [1] };
    loader.end(own);
    expect(await first).toBe(own);
    own.a.push(2);
    const [second, third] = await Promise.all(others);
    expect([second, third, (await many).get('k'), await cache.get('k')]).toEqual([1, 2, 3, 4].map(() => ({ a: [1] })));
    expect(second).not.toBe(third);
    expect(loader.runs()).toBe(1);
    expect(cache.getStats()).toMatchObject({ loads: 2, sets: 2, misses: 5, hits: 1 });
    expect(underWay()).toEqual([0, 0]);
  });

  it('fails for all of them with the error of the loader, thrown or rejected', async () => {
    const loader = held<number>();
    const calls = [cache.getOrSet('k', loader.load), cache.getOrSet('k', loader.load)];
    const error = new Error('mine');
    loader.fail(error);
    expect(await Promise.allSettled(calls)).toEqual(calls.map(() => ({ status: 'rejected', reason: error })));
    const thrown = cache.getOrSet('k', () => {
      throw error;
    });
    await expect(thrown).rejects.toBe(error);
    expect(cache.getStats()).toMatchObject({ loads: 2, loadErrors: 2, sets: 0 });
    expect(underWay()).toEqual([0, 0]);
  });

  it('says what happened, in the order in which it did', async () => {
    const { outcomes } = await cache.observe(async () => {
      await cache.getOrSet('k', () => 1);
      await cache.getOrSet('k', () => 2);
    });
    expect(outcomes.map(({ type }) => type)).toEqual(['miss', 'set', 'load', 'hit']);
  });

  it.each<[string, (k: CacheManager) => Promise<unknown>]>([
    ['its key', (k) => k.delete('k')],
    ['its tag', (k) => k.invalidateTags('t')],
    ['a tag that its loader adds', (k) => k.invalidateTags('added')],
    ['a pattern', (k) => k.invalidate('k*')],
    ['everything', (k) => k.clear()],
    ['a newer value', (k) => k.set('k', 'newer')],
  ])('is not stored, nor joined, when %s was invalidated after it began', async (what, invalidate) => {
    const loader = held<string>();
    const load = cache.getOrSet(
      'k',
      ({ setTags }) => {
        setTags('added');
        return loader.load();
      },
      { tags: ['t'] },
    );
    await invalidate(cache);
    const later = cache.getOrSet('k', () => 'new');
    loader.end('old');
    expect(await load).toBe('old');
    const expected = what === 'a newer value' ? 'newer' : 'new';
    expect([await later, await cache.get('k')]).toEqual([expected, expected]);
    expect(underWay()).toEqual([0, 0]);
  });

  it('goes on for the one it began for when one who joined gives up', async () => {
    const loader = held<string>();
    let aborted: boolean | undefined;
    const first = cache.getOrSet('k', async ({ signal }) => {
      const value = await loader.load();
      aborted = signal.aborted;
      return value;
    });
    const hasty = cache.getOrSet('k', loader.load, { hardTimeout: '1s' });
    const failed = expect(hasty).rejects.toThrow(CacheTimeoutError);
    await clock.advance(1_000);
    await failed;
    loader.end('value');
    expect(await first).toBe('value');
    expect(aborted).toBe(false);
  });

  it('replaces what has expired, and measures from the end of the loader', async () => {
    await cache.set('k', 'old');
    await clock.advance(60_000);
    const loader = held<string>();
    const load = cache.getOrSet('k', loader.load);
    await clock.advance(500);
    loader.end('new');
    expect(await load).toBe('new');
    expect(await cache.getTtl('k')).toBe(60_000);
    expect(await cache.explain('k')).toMatchObject({ state: 'fresh', loadTime: 500, createdAt: new Date(clock.now()) });
  });

  it('may ask for its own key, and for thousands of others before its first await', async () => {
    expect(await cache.getOrSet('own', async () => `${await cache.getOrSet('own', () => 'inner')}, outer`)).toBe(
      'inner, outer',
    );
    const sum = (n: number): Promise<number> =>
      cache.getOrSet(`sum:${n}`, async () => (n === 0 ? 0 : (await sum(n - 1)) + n));
    expect(await sum(5_000)).toBe(12_502_500);
    expect(underWay()).toEqual([0, 0]);
  });

  it('stores nothing that its loader says not to', async () => {
    await cache.getOrSet('skipped', ({ skip }) => (skip(), 1));
    await cache.getOrSet('none', () => 1, { ttl: 0 });
    await cache.getOrSet('bad', ({ setTtl }) => (setTtl(-1), 1));
    await cache.getOrSet('function', () => () => 1);
    await cache.getOrSet('short', ({ setTtl }) => (setTtl('5s'), 1));
    expect([...(await cache.getMany(['skipped', 'none', 'bad', 'function', 'short'])).keys()]).toEqual(['short']);
    expect(await cache.getTtl('short')).toBe(5_000);
    expect(cache.getStats()).toMatchObject({ loads: 5, sets: 1, errors: 2 });
  });
});

describe('a promise of the loader’s that does as it likes', () => {
  const odd = (name: 'then' | 'constructor', property: PropertyDescriptor): Promise<number> =>
    Object.defineProperty(Promise.resolve(7), name, property);

  it.each(['then', 'constructor'] as const)('ends its load also when asking for its %s throws', async (name) => {
    const { cache } = await testCache({ backend: 'memory' });
    const loader = (): Promise<number> => odd(name, { get: () => refuse(name) });
    await expect(cache.getOrSet('k', loader)).rejects.toThrow(name);
    expect(await cache.getOrSet('k', () => 9)).toBe(9);
    expect(cache.cache.parts.fence.size).toBe(0);
  });

  it('is asked once, and may answer with nothing', async () => {
    const { cache } = await testCache({ backend: 'memory' });
    const value = function (this: Promise<number>, resolve: (value: number) => void): void {
      resolve(8);
    };
    expect(await cache.getOrSet('k', () => odd('then', { value }))).toBe(8);
    expect(cache.getStats()).toMatchObject({ misses: 1, loads: 1 });
  });
});

function refuse(what: string): never {
  throw new Error(what);
}
