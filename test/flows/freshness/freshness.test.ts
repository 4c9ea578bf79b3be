import { describe, expect, it, jest } from '@jest/globals';
import type { CacheEvent } from '../../../lib/contracts/events.js';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { CacheTimeoutError, CacheUsageError } from '../../../lib/support/errors.js';
import { systemClock } from '../../../lib/support/clock.js';
import { FakeRandom } from '../../../lib/testing/fake-random.js';
import { deferred, settle, until } from '../../support/deferred.js';
import { everyStore } from '../../support/every-store.js';

const { stores, makeCache } = everyStore();

/** Errors as they are told. */
function errorsOf(cache: CacheManager): Extract<CacheEvent, { type: 'error' }>[] {
  const errors: Extract<CacheEvent, { type: 'error' }>[] = [];
  cache.on('error', (event) => errors.push(event));
  return errors;
}

describe.each(stores)('ttl over $name', ({ make }) => {
  it('a value is fresh until its ttl is over, the end excluded', async () => {
    const { cache, clock } = await make();
    await cache.set('k', 1, 1_000);
    await clock.advance(999);
    expect(await cache.getTtl('k')).toBe(1);
    expect(await cache.has('k')).toBe(true);
    await clock.advance(1);
    expect(await cache.has('k')).toBe(false);
    expect(await cache.getTtl('k')).toBeUndefined();
    expect(await cache.getOrSet('k', () => 2)).toBe(2);
  });

  it('the default is an hour; `Infinity` has no end; 0 stores nothing', async () => {
    const { cache, clock } = await make();
    await cache.getOrSet('default', () => 1);
    await cache.getOrSet('never', () => 1, Infinity);
    await cache.getOrSet('zero', () => 1, 0);
    expect(await cache.getTtl('default')).toBe(3_600_000);
    expect(await cache.getTtl('never')).toBe(Infinity);
    expect(await cache.has('zero')).toBe(false);
    await clock.advance(3_600_000);
    expect([...(await cache.getMany(['default', 'never'])).keys()]).toEqual(['never']);
  });

  it('a loader decides the ttl from what it loaded', async () => {
    const { cache } = await make();
    await cache.getOrSet('a', ({ setTtl }) => (setTtl('5s'), 1));
    await cache.getOrSet('b', ({ setTtl }) => (setTtl(0), 1), '1m');
    await cache.getOrSet('c', ({ skip }) => (skip(), 1), '1m');
    await cache.getOrSet('d', ({ setTtl }) => (setTtl(-1), setTtl(700), 1), '1m');
    expect(await cache.getTtl('a')).toBe(5_000);
    expect(await cache.has('b')).toBe(false);
    expect(await cache.has('c')).toBe(false);
    expect(await cache.getTtl('d')).toBe(700);
  });

  it.each([-1, Number.NaN, '-5s', 'soon'])('a computed ttl of %p stores nothing, and says so', async (ttl) => {
    const { cache } = await make();
    const errors = errorsOf(cache);
    expect(await cache.getOrSet('k', ({ setTtl }) => (setTtl(ttl as number), 'value'))).toBe('value');
    expect(await cache.has('k')).toBe(false);
    expect(errors).toEqual([
      expect.objectContaining({ operation: 'ttl', key: 'k', error: expect.any(CacheUsageError) }),
    ]);
    expect(errors[0]!.error).toHaveProperty('message', expect.stringContaining(String(ttl)));
  });

  it('nothing has a ttl of its own', async () => {
    const { cache } = await make({ nullTtl: '5s' });
    const load = async (keys: string[]) => new Map<string, unknown>(keys.map((key) => [key, key === 'v' ? 0 : null]));
    await cache.getOrSet('n', () => null, '1m');
    await cache.getOrSet('u', () => undefined, '1m');
    await cache.getOrSet('f', () => false, '1m');
    await cache.getOrSet('o', () => null, { ttl: '1m', nullTtl: 0 });
    await cache.set('s', null);
    await cache.getOrSetMany(['v', 'w'], load, '1m');
    const ttls = await Promise.all(['n', 'u', 'f', 'o', 's', 'v', 'w'].map((key) => cache.getTtl(key)));
    expect(ttls).toEqual([5_000, 5_000, 60_000, undefined, 5_000, 60_000, 5_000]);
  });

  it('jitter takes up to its share of the ttl away', async () => {
    const random = new FakeRandom([0, 0.5, 0.999]);
    const { cache } = await make({ random, jitter: 0.2 });
    for (const key of ['a', 'b', 'c']) await cache.set(key, 1, 1_000);
    expect(await cache.getTtl('a')).toBe(1_000);
    expect(await cache.getTtl('b')).toBe(900);
    expect(await cache.getTtl('c')).toBe(801);
    await cache.set('d', 1, { ttl: 1_000, jitter: 0 });
    expect(await cache.getTtl('d')).toBe(1_000);
    await cache.set('e', 1, Infinity);
    expect(await cache.getTtl('e')).toBe(Infinity);
  });
});

describe.each(stores)('staleWhileRevalidate and staleIfError over $name', ({ make }) => {
  it('serves stale inside the window, renews once behind it; the end of the window is excluded', async () => {
    const { cache, clock } = await make();
    const options = { ttl: 1_000, staleWhileRevalidate: 500 };
    let runs = 0;
    const load = async () => ++runs;
    await cache.getOrSet('k', load, options);
    await clock.advance(1_000);
    // RFC 5861 section 3: from the first stale instant on.
    const calls = await Promise.all(Array.from({ length: 20 }, () => cache.getOrSet('k', load, options)));
    expect(new Set(calls)).toEqual(new Set([1]));
    await until(() => cache.getStats().sets === 2);
    expect(runs).toBe(2);
    expect(await cache.getOrSet('k', load, options)).toBe(2);
    await clock.advance(1_499);
    expect(await cache.getOrSet('k', load, options)).toBe(2);
    await until(() => cache.getStats().sets === 3);
    await clock.advance(1_500);
    expect(await cache.getOrSet('k', load, options)).toBe(4);
    expect(cache.getStats().staleHits).toBe(21);
  });

  it('asks the caller, not only the entry, whether stale is good enough', async () => {
    const { cache, clock } = await make();
    await cache.set('k', 'old', { ttl: 1_000, staleWhileRevalidate: 10_000 });
    await clock.advance(2_000);
    expect(await cache.getOrSet('k', () => 'for one who takes none')).toBe('for one who takes none');
    await cache.set('k', 'old', { ttl: 1_000, staleWhileRevalidate: 10_000 });
    await clock.advance(2_000);
    expect(await cache.getOrSet('k', () => 'new', { staleWhileRevalidate: 1_000 })).toBe('new');
  });

  it('serves stale when the load fails, inside the window; the end excluded', async () => {
    const { cache, clock } = await make();
    const options = { ttl: 1_000, staleIfError: 500 };
    const failure = new Error('no database');
    const fail = async (): Promise<string> => {
      throw failure;
    };
    await cache.set('k', 'old', options);
    await clock.advance(1_000);
    expect(await cache.getOrSet('k', fail, options)).toBe('old');
    expect((await cache.getOrSetMany(['k'], fail as never, options)).get('k')).toBe('old');
    await clock.advance(499);
    expect(await cache.getOrSet('k', fail, options)).toBe('old');
    expect(cache.getStats()).toMatchObject({ loadErrors: 3, staleHits: 3 });
    await clock.advance(1);
    await expect(cache.getOrSet('k', fail, options)).rejects.toBe(failure);
    await expect(cache.getOrSetMany(['k'], fail as never, options)).rejects.toBe(failure);
  });

  it('a good load goes before a stale value that is there for errors', async () => {
    const { cache, clock } = await make();
    const options = { ttl: 1_000, staleIfError: '1h' } as const;
    await cache.set('k', 'old', options);
    await clock.advance(1_000);
    expect(await cache.getOrSet('k', () => 'new', options)).toBe('new');
  });

  it('both: stale at once in the first window, stale for errors in the second', async () => {
    const { cache, clock } = await make();
    const options = { ttl: 1_000, staleWhileRevalidate: 500, staleIfError: 2_000 };
    let runs = 0;
    const fail = async (): Promise<string> => {
      runs++;
      throw new Error('no database');
    };
    await cache.set('k', 'old', options);
    await clock.advance(1_200);
    expect(await cache.getOrSet('k', fail, options)).toBe('old');
    await until(() => cache.getStats().loadErrors === 1);
    await clock.advance(500);
    expect(await cache.getOrSet('k', fail, options)).toBe('old');
    expect(runs).toBe(2);
    await clock.advance(1_300);
    await expect(cache.getOrSet('k', fail, options)).rejects.toThrow('no database');
  });

  it('a stale value is never seen by get, has, peek, getMany and getTtl', async () => {
    const { cache, clock } = await make();
    await cache.set('k', 'old', { ttl: 1_000, staleWhileRevalidate: '1h', staleIfError: '1h' });
    await clock.advance(1_000);
    expect(await cache.get('k')).toBeUndefined();
    expect(await cache.has('k')).toBe(false);
    expect(cache.peek('k')).toBeUndefined();
    expect(await cache.getMany(['k'])).toEqual(new Map());
    expect(await cache.getTtl('k')).toBeUndefined();
    expect(await cache.explain('k')).toMatchObject({ state: 'stale' });
  });

  it('a loader is given the stale value, as its own', async () => {
    const { cache, clock } = await make();
    await cache.set('k', { n: 1 }, { ttl: 1_000, staleIfError: '1h' });
    await clock.advance(1_000);
    const value = await cache.getOrSet<{ n: number }>('k', ({ stale }) => {
      stale!.n++;
      return stale!;
    });
    expect(value).toEqual({ n: 2 });
    await cache.getOrSet('fresh', ({ stale, key }) => expect([stale, key]).toEqual([undefined, 'fresh']));
  });

  it('expire keeps a stale value for those who take one, and renews it', async () => {
    const { cache, clock } = await make();
    const options = { ttl: '1h', staleWhileRevalidate: '1h' } as const;
    let runs = 0;
    const load = async () => ++runs;
    await cache.getOrSet('k', load, options);
    expect(await cache.expire('k')).toBe(true);
    expect(await cache.get('k')).toBeUndefined();
    // A store that cannot patch in place deletes instead: never too old, at the price of a load.
    const first = await cache.getOrSet('k', load, options);
    expect([1, 2]).toContain(first);
    await until(() => cache.getStats().sets === 2);
    expect(await cache.getOrSet('k', load, options)).toBe(2);
    await clock.advance(3_599_999);
    expect(await cache.get('k')).toBe(2);
    expect(await cache.expire('absent')).toBe(true);
  });

  it('a batch serves what is stale at once, and renews it behind', async () => {
    const { cache, clock } = await make();
    const options = { ttl: 1_000, staleWhileRevalidate: 1_000 };
    await cache.setMany(
      [
        ['a', 'old'],
        ['b', 'old'],
      ],
      options,
    );
    await clock.advance(1_000);
    const asked: string[][] = [];
    const gate = deferred<void>();
    const load = async (keys: string[]) => {
      asked.push(keys);
      if (keys.includes('a')) await gate.promise;
      return keys.map(() => 'new');
    };
    expect([...(await cache.getOrSetMany(['a', 'c', 'b'], load, options))]).toEqual([
      ['a', 'old'],
      ['c', 'new'],
      ['b', 'old'],
    ]);
    expect(asked.map((keys) => keys.join()).sort()).toEqual(['a,b', 'c']);
    gate.resolve();
    await until(() => cache.getStats().sets === 5);
    expect([...(await cache.getMany(['a', 'b', 'c'])).values()]).toEqual(['new', 'new', 'new']);
  });
});

describe.each(stores)('timeouts over $name', ({ make }) => {
  it('softTimeout: the stale value after a while, and the load goes on and is stored', async () => {
    const { cache, clock } = await make();
    const options = { ttl: 1_000, staleIfError: '1h', softTimeout: 200 } as const;
    const gate = deferred<string>();
    let begun = false;
    await cache.set('k', 'old', options);
    await clock.advance(1_000);
    let value: string | undefined;
    const call = cache.getOrSet('k', () => ((begun = true), gate.promise), options).then((given) => (value = given));
    await until(() => begun);
    await clock.advance(199);
    expect(value).toBeUndefined();
    await clock.advance(1);
    await call;
    expect(value).toBe('old');
    gate.resolve('new');
    await until(() => cache.getStats().sets === 2);
    expect(await cache.get('k')).toBe('new');
    expect(clock.pendingTimers).toBe(0);
  });

  it('softTimeout: without a stale value the caller waits; a fast load is taken', async () => {
    const { cache, clock } = await make();
    const options = { ttl: 1_000, staleIfError: '1h', softTimeout: 200 } as const;
    const gate = deferred<string>();
    const call = cache.getOrSet('k', () => gate.promise, options);
    await clock.advance(5_000);
    gate.resolve('loaded');
    expect(await call).toBe('loaded');
    await clock.advance(1_000);
    expect(await cache.getOrSet('k', () => 'fast', options)).toBe('fast');
    expect(clock.pendingTimers).toBe(0);
  });

  it('hardTimeout: the caller is told, the load goes on for others', async () => {
    const { cache, clock } = await make();
    const gate = deferred<string>();
    let signal: AbortSignal | undefined;
    const load = ({ signal: given }: { signal: AbortSignal }) => ((signal = given), gate.promise);
    const impatient = cache.getOrSet('k', load, { hardTimeout: 100 });
    const told = expect(impatient).rejects.toThrow(CacheTimeoutError);
    const patient = cache.getOrSet('k', load);
    const batch = cache.getOrSetMany(['k'], async (keys) => keys, { hardTimeout: 50 });
    const batchTold = expect(batch).rejects.toThrow(CacheTimeoutError);
    await until(() => signal !== undefined);
    await clock.advance(100);
    await told;
    await batchTold;
    expect(signal!.aborted).toBe(false);
    gate.resolve('loaded');
    expect(await patient).toBe('loaded');
    expect(await cache.get('k')).toBe('loaded');
    expect(clock.pendingTimers).toBe(0);
  });

  it('hardTimeout: the loader is told when nobody waits any more; whoever comes then is not failed by that', async () => {
    const { cache, clock } = await make();
    let signal: AbortSignal | undefined;
    const obedient = ({ signal: given }: { signal: AbortSignal }): Promise<string> => {
      signal = given;
      return new Promise((_, reject) => given.addEventListener('abort', () => reject(given.reason as Error)));
    };
    const callers = [100, 150].map((hardTimeout) => cache.getOrSet('k', obedient, { hardTimeout }));
    const told = Promise.allSettled(callers);
    await until(() => signal !== undefined);
    await clock.advance(100);
    expect(signal!.aborted).toBe(false);
    await clock.advance(50);
    const late = cache.getOrSet('k', () => 'loaded again');
    for (const outcome of await told) expect(outcome).toHaveProperty('reason', expect.any(CacheTimeoutError));
    expect(signal!.aborted).toBe(true);
    expect(signal!.reason).toBeInstanceOf(CacheTimeoutError);
    expect(await late).toBe('loaded again');
  });

  it('hardTimeout: a load that serves a refresh in the background is not told to stop', async () => {
    const { cache, clock } = await make();
    const options = { ttl: 1_000, staleWhileRevalidate: 100, staleIfError: '1h' } as const;
    const gate = deferred<string>();
    let signal: AbortSignal | undefined;
    const load = ({ signal: given }: { signal: AbortSignal }) => ((signal = given), gate.promise);
    await cache.set('k', 'old', options);
    await clock.advance(1_000);
    expect(await cache.getOrSet('k', load, options)).toBe('old');
    await until(() => signal !== undefined);
    await clock.advance(100);
    const impatient = cache.getOrSet('k', load, { hardTimeout: 50 });
    const told = expect(impatient).rejects.toThrow(CacheTimeoutError);
    await clock.advance(50);
    await told;
    expect(signal!.aborted).toBe(false);
    gate.resolve('new');
    await until(() => cache.getStats().sets === 2);
    expect(await cache.get('k')).toBe('new');
  });

  it('hardTimeout beside staleIfError: the timeout is no failure of the load', async () => {
    const { cache, clock } = await make();
    const options = { ttl: 1_000, staleIfError: '1h', softTimeout: 50, hardTimeout: 100 } as const;
    await cache.set('k', 'old', options);
    await clock.advance(1_000);
    let begun = false;
    const gate = deferred<string>();
    const call = cache.getOrSet('k', () => ((begun = true), gate.promise), options);
    await until(() => begun);
    await clock.advance(50);
    expect(await call).toBe('old');
    await clock.advance(100);
    // The load goes on, and with it the lease of one that other processes may wait for.
    expect(clock.pendingTimers).toBe(cache.cache.parts.leases.shared ? 1 : 0);
    gate.resolve('new');
  });
});

describe.each(stores)('refreshAhead over $name', ({ make }) => {
  // XFetch (Vattani et al., VLDB 2015): renew when now - loadTime * beta * ln(random) is past the end.
  it.each([
    // A load of 1 s, random 0.5: 0.693 s early with beta 1.
    { beta: true, random: 0.5, early: 693, due: true },
    { beta: true, random: 0.5, early: 694, due: false },
    { beta: 2, random: 0.5, early: 1_386, due: true },
    { beta: 2, random: 0.5, early: 1_387, due: false },
    { beta: true, random: 0, early: 1, due: false },
    { beta: true, random: 0.999_999, early: 13_815, due: true },
    { beta: 0, random: 0.999_999, early: 1, due: false },
    { beta: false, random: 0.999_999, early: 1, due: false },
  ])('beta $beta, random $random, $early ms before the end: $due', async ({ beta, random: draw, early, due }) => {
    const random = new FakeRandom();
    const { cache, clock } = await make({ random });
    const options = { ttl: 20_000, refreshAhead: beta };
    let runs = 0;
    const load = async () => {
      if (runs === 0) await clock.advance(1_000);
      return ++runs;
    };
    await cache.getOrSet('k', load, options);
    await clock.advance(20_000 - early);
    random.script(draw, draw);
    const hit = await cache.getOrSet('k', load, options);
    expect(hit).toBe(1);
    if (due) await until(() => cache.getStats().sets === 2);
    await settle();
    expect(runs).toBe(due ? 2 : 1);
  });

  it('is one renewal for all who come meanwhile, and a failing one harms nobody', async () => {
    const random = new FakeRandom();
    const { cache, clock } = await make({ random, refreshAhead: true });
    let runs = 0;
    const gate = deferred<never>();
    await cache.getOrSet('k', async () => (await clock.advance(1_000), 'value'), 20_000);
    await clock.advance(19_500);
    random.script(...Array.from({ length: 40 }, () => 0.9));
    const load = (): Promise<string> => (runs++, gate.promise);
    for (let call = 0; call < 20; call++) expect(await cache.getOrSet('k', load, 20_000)).toBe('value');
    await until(() => runs === 1);
    gate.reject(new Error('no database'));
    await until(() => cache.getStats().loadErrors === 1);
    expect(runs).toBe(1);
    expect(await cache.get('k')).toBe('value');
  });

  it('a value set by hand cost nothing to load, and is renewed when it is stale', async () => {
    const { cache, clock } = await make({ random: new FakeRandom([0.999_999]), refreshAhead: true });
    await cache.set('k', 'value', 1_000);
    await clock.advance(999);
    expect(await cache.getOrSet('k', () => 'new', 1_000)).toBe('value');
  });
});

describe('time', () => {
  it('a corrected system clock neither expires nor keeps an entry', async () => {
    const cache = await makeCache({});
    await cache.set('k', 'value', '1m');
    const now = Date.now();
    const wall = jest.spyOn(Date, 'now');
    for (const jump of [86_400_000, -86_400_000]) {
      wall.mockReturnValue(now + jump);
      expect(await cache.get('k')).toBe('value');
      expect(await cache.getTtl('k')).toBeLessThanOrEqual(60_000);
      expect(await cache.getTtl('k')).toBeGreaterThan(50_000);
      expect(Math.abs(systemClock.now() - now)).toBeLessThan(60_000);
    }
    wall.mockRestore();
  });
});
