import { afterEach, describe, expect, it } from '@jest/globals';
import type { CacheModuleOptions } from '../../../lib/contracts/options.js';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { shutDown } from '../../../lib/core/shutdown.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { FlakyBackend } from '../../../lib/testing/flaky.backend.js';
import { testCache } from '../../support/caches.js';
import { deferred, settle } from '../../support/deferred.js';

const made: CacheManager[] = [];
afterEach(async () => {
  for (const cache of made.splice(0)) await shutDown(cache.cache.parts);
});

interface Rig {
  readonly cache: CacheManager;
  readonly clock: FakeClock;
  readonly backend: FlakyBackend;
  /** What was said since the start, in order. */
  readonly said: string[];
  /** Every command fails, and one invalidation has shown it. */
  lose(): Promise<void>;
  /** It answers again, and the way back is over. */
  heal(): Promise<void>;
}

async function rig(options: CacheModuleOptions = {}): Promise<Rig> {
  const clock = new FakeClock();
  const backend = new FlakyBackend({ clock });
  const { cache } = await testCache({ backend, fallback: 'memory', ...options }, clock);
  made.push(cache);
  const said: string[] = [];
  cache.on('degraded', ({ error }) => said.push(`degraded: ${(error as Error).message}`));
  cache.on('recovered', () => said.push('recovered'));
  await settle();
  const lose = async (): Promise<void> => {
    backend.fail('all', new Error('gone'));
    await cache.delete('unheard of');
    expect(cache.cache.parts.store.condition?.awaySince).toBeDefined();
  };
  const heal = async (): Promise<void> => {
    backend.heal();
    await clock.advance(1_000);
    expect(cache.cache.parts.store.condition?.awaySince).toBeUndefined();
  };
  return { cache, clock, backend, said, lose, heal };
}

describe('the fallback', () => {
  it('begins empty, keeps what is loaded, and is dropped at the end', async () => {
    const { cache, lose, heal } = await rig();
    await cache.set('there', 1);
    await lose();
    expect(await cache.get('there')).toBeUndefined();
    let runs = 0;
    const load = async (): Promise<string> => `aside ${++runs}`;
    expect(await cache.getOrSet('there', load)).toBe('aside 1');
    expect(await cache.getOrSet('there', load)).toBe('aside 1');
    expect(cache.peek('there')).toBe('aside 1');
    await heal();
    expect(cache.peek('there')).toBeUndefined();
    expect(await cache.get('there')).toBe(1);
  });

  it('asks the backend nothing, however many calls there are', async () => {
    const { cache, backend, lose } = await rig();
    await lose();
    const before = backend.calls.length;
    await Promise.all(Array.from({ length: 100 }, (_, index) => cache.getOrSet(`k${index}`, async () => index)));
    await cache.getMany(['k1', 'k2']);
    await cache.set('k3', 1);
    await cache.delete('k4');
    await cache.invalidateTags('t');
    await cache.clear();
    expect(backend.calls.length).toBe(before);
  });

  it.each([
    ['30 s', {}, 30_000],
    ['fallbackTtl', { fallbackTtl: '5s' }, 5_000],
  ] as const)('keeps nothing for longer than %s', async (_, options, ms) => {
    const { cache, clock, lose } = await rig(options);
    await lose();
    let runs = 0;
    await cache.getOrSet('k', async () => ++runs, { ttl: '1h', staleWhileRevalidate: '1h' });
    expect(await cache.getTtl('k')).toBe(ms);
    await clock.advance(ms - 1);
    expect(await cache.get('k')).toBe(1);
    await clock.advance(1);
    expect(await cache.getOrSet('k', async () => ++runs)).toBe(2);
  });

  it('is bounded as memory is', async () => {
    const { cache, lose } = await rig({ memory: { maxEntries: 10 } });
    await lose();
    for (let index = 0; index < 100; index++) await cache.getOrSet(`k${index}`, async () => index);
    expect(cache.getStats().entries).toBe(10);
  });

  it('keeps what is put in by hand, and says that it is not where it belongs', async () => {
    const { cache, lose } = await rig();
    const sets: unknown[] = [];
    cache.on('set', ({ key, complete }) => sets.push([key, complete]));
    await lose();
    expect(await cache.set('k', 1)).toBe(false);
    expect(await cache.setMany([['m', 2]])).toBe(false);
    expect(await cache.warm([['w', 3]])).toBe(0);
    expect(await cache.getMany(['k', 'm', 'w'])).toEqual(new Map([['k', 1], ['m', 2], ['w', 3]])); // prettier-ignore
    expect(sets).toEqual([['k', false], ['m', false], ['w', false]]); // prettier-ignore
  });

  it('knows tags, patterns, tenants and clears', async () => {
    const { cache, lose } = await rig();
    const acme = cache.forTenant('acme');
    await lose();
    await cache.set('a', 1, { tags: ['t'] });
    await cache.set('b1', 1);
    await acme.set('b1', 1);
    await cache.invalidateTags('t');
    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.invalidate('b*')).toBe(1);
    expect([await cache.get('b1'), await acme.get('b1')]).toEqual([undefined, 1]);
    await cache.clear();
    expect(await acme.get('b1')).toBeUndefined();
  });

  it('none: loaders run, one a key at a time, and nothing is kept', async () => {
    const { cache, lose } = await rig({ fallback: 'none' });
    await lose();
    let runs = 0;
    const gate = deferred<void>();
    const load = async (): Promise<number> => {
      await gate.promise;
      return ++runs;
    };
    const calls = [cache.getOrSet('k', load), cache.getOrSet('k', load)];
    gate.resolve();
    expect(await Promise.all(calls)).toEqual([1, 1]);
    expect(await cache.getOrSet('k', load)).toBe(2);
    expect(await cache.healthCheck()).toMatchObject({ status: 'down', lastError: 'gone' });
  });
});

describe('what is between the two', () => {
  it('a load that began before the outage is not kept in the fallback', async () => {
    const { cache, lose } = await rig();
    const gate = deferred<string>();
    const early = cache.getOrSet('k', () => gate.promise);
    await settle();
    await lose();
    gate.resolve('early');
    expect(await early).toBe('early');
    expect(await cache.get('k')).toBeUndefined();
  });

  it('a load that began in the outage is not kept in the backend, nor joined after it', async () => {
    const { cache, lose, heal } = await rig();
    await lose();
    const gate = deferred<string>();
    const during = cache.getOrSet('k', () => gate.promise);
    await settle();
    await heal();
    const after = cache.getOrSet('k', async () => 'after');
    gate.resolve('during');
    expect(await during).toBe('during');
    expect(await after).toBe('after');
    expect(await cache.get('k')).toBe('after');
  });

  it('nor in the next outage’s fallback', async () => {
    const { cache, clock, lose, heal } = await rig();
    await lose();
    const gate = deferred<string>();
    const first = cache.getOrSet('k', () => gate.promise);
    await settle();
    await heal();
    await clock.advance(5_000);
    await lose();
    gate.resolve('first');
    expect(await first).toBe('first');
    expect(await cache.get('k')).toBeUndefined();
  });

  it('a value put in during the way back replaces what the backend holds', async () => {
    const { cache, backend, clock, lose } = await rig();
    await cache.set('k', 'old');
    await lose();
    backend.heal();
    const ping = backend.hang('ping');
    await clock.advance(200);
    const put = cache.set('k', 'new');
    void ping.release();
    backend.heal();
    await clock.advance(1_000);
    await put;
    expect([undefined, 'new']).toContain(await cache.get('k'));
  });
});

describe('what is said', () => {
  it('one outage is one degraded and one recovered', async () => {
    const { cache, said, lose, heal } = await rig();
    await lose();
    for (let turn = 0; turn < 10; turn++) await cache.delete(`k${turn}`);
    await heal();
    expect(said).toEqual(['degraded: gone', 'recovered']);
  });

  it('health: since when, why, and how much waits', async () => {
    const { cache, clock, lose, heal } = await rig();
    expect(await cache.healthCheck()).toMatchObject({ status: 'up', pendingInvalidations: 0 });
    const since = new Date(clock.now());
    await lose();
    await cache.invalidateTags('a', 'b');
    await clock.advance(5_000);
    expect(await cache.healthCheck()).toEqual({
      status: 'degraded',
      backend: expect.any(String),
      latencyMs: expect.any(Number),
      since,
      lastError: 'gone',
      pendingInvalidations: 3,
    });
    expect(cache.getStats().pendingInvalidations).toBe(3);
    await heal();
    const report = await cache.healthCheck();
    expect(report).toMatchObject({ status: 'up', pendingInvalidations: 0 });
    expect(report.since).toBeUndefined();
  });

  it('explain: that the fallback was asked', async () => {
    const { cache, lose } = await rig();
    await lose();
    await cache.set('k', 1);
    expect(await cache.explain('k')).toMatchObject({
      state: 'fresh',
      reason: expect.stringContaining('is away, and its fallback was asked'),
    });
  });

  it('an invalidation that is queued without asking is no error; the one that failed is', async () => {
    const { cache, backend } = await rig();
    const errors: string[] = [];
    cache.on('error', ({ operation, error }) => errors.push(`${operation}: ${(error as Error).message}`));
    const deletes: unknown[] = [];
    cache.on('delete', ({ key, complete, pending }) => deletes.push([key, complete, pending]));
    backend.fail('all', new Error('gone'));
    await cache.delete('a');
    await cache.delete('b');
    expect(errors).toEqual(['delete: gone']);
    expect(deletes).toEqual([['a', false, 1], ['b', false, 2]]); // prettier-ignore
  });
});

describe('when it is given up', () => {
  it('after five failures in a row', async () => {
    const { cache, backend, said } = await rig();
    backend.fail('all', new Error('gone'));
    for (let turn = 0; turn < 4; turn++) await cache.get(`k${turn}`);
    expect(said).toEqual([]);
    await cache.get('k5');
    expect(said).toEqual(['degraded: gone']);
  });

  it('after as many as the options say', async () => {
    const { cache, backend, said } = await rig({ breaker: { failures: 2 } });
    backend.fail('all', new Error('gone'));
    await cache.get('k1');
    expect(said).toEqual([]);
    await cache.get('k2');
    expect(said).toEqual(['degraded: gone']);
  });

  it.each(['LOADING Redis is loading', 'READONLY You can’t write', 'NOAUTH Authentication required', 'OOM command'])(
    'at once when it says itself that it is of no use: %s',
    async (message) => {
      const { cache, backend, said } = await rig();
      backend.fail('all', new Error(message));
      await cache.get('k');
      expect(said).toEqual([`degraded: ${message}`]);
    },
  );

  it('with the first invalidation that fails', async () => {
    const { cache, backend, said } = await rig();
    backend.fail('delete', new Error('gone'), 1);
    expect(await cache.delete('k')).toBe(false);
    expect(said).toEqual(['degraded: gone']);
  });

  it('not for a value that cannot be kept', async () => {
    const { cache, said } = await rig();
    for (let turn = 0; turn < 10; turn++) await cache.getOrSet('k', async () => () => 1);
    expect(said).toEqual([]);
  });
});
