import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { deferred, settle } from '../../support/deferred.js';
import { everyStore, slowStores } from '../../support/every-store.js';

const { stores, makeCache } = everyStore({ tieredOnDisk: true });

describe.each(stores)('G1, one load, over $name', ({ make }) => {
  it('runs one loader for 1,000 concurrent callers', async () => {
    const { cache } = await make();
    let runs = 0;
    const gate = deferred<void>();
    const load = async () => {
      const run = ++runs;
      await gate.promise;
      return { run };
    };
    const calls = Array.from({ length: 1_000 }, () => cache.getOrSet('k', load));
    await settle();
    gate.resolve();
    const values = await Promise.all(calls);
    expect(runs).toBe(1);
    expect(values.every(({ run }) => run === 1)).toBe(true);
    expect(cache.getStats()).toMatchObject({ loads: 1, misses: 1_000 });
  });

  it('runs one loader however the callers differ: options, one by one, in batches', async () => {
    const { cache } = await make();
    let runs = 0;
    const gate = deferred<void>();
    const single = async () => {
      runs++;
      await gate.promise;
      return 'value';
    };
    const batch = async (keys: string[]) => {
      runs++;
      await gate.promise;
      return keys.map(() => 'value');
    };
    const calls = Array.from({ length: 100 }, async (_, index) => {
      if (index % 3 === 0) return cache.getOrSet('k', single);
      if (index % 3 === 1) return cache.getOrSet('k', single, { ttl: 1_000 + index, tags: ['t'] });
      return (await cache.getOrSetMany(['k'], batch)).get('k');
    });
    await settle();
    gate.resolve();
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['value']));
    expect(runs).toBe(1);
  });

  it('shares the items of batches that overlap, and never waits in a circle', async () => {
    const { cache } = await make();
    const loads = new Map<string, number>();
    const gates = [deferred<void>(), deferred<void>()];
    const load = (gate: number) => async (keys: string[]) => {
      for (const key of keys) loads.set(key, (loads.get(key) ?? 0) + 1);
      await gates[gate]!.promise;
      return new Map(keys.map((key) => [key, `${key}!`]));
    };
    // Each of the two leads what the other one joins.
    const first = cache.getOrSetMany(['a', 'b', 'c'], load(0));
    const second = cache.getOrSetMany(['d', 'c', 'b'], load(1));
    const third = cache.getOrSetMany(['c', 'd', 'a'], load(1));
    const single = cache.getOrSet('b', () => 'never');
    await settle();
    gates[1]!.resolve();
    await settle();
    gates[0]!.resolve();
    expect([...(await first)]).toEqual([
      ['a', 'a!'],
      ['b', 'b!'],
      ['c', 'c!'],
    ]);
    expect([...(await second)]).toEqual([
      ['d', 'd!'],
      ['c', 'c!'],
      ['b', 'b!'],
    ]);
    expect([...(await third)]).toEqual([
      ['c', 'c!'],
      ['d', 'd!'],
      ['a', 'a!'],
    ]);
    expect(await single).toBe('b!');
    expect([...loads.values()]).toEqual([1, 1, 1, 1]);
  });

  it('loads alone what the batch of another caller did not know', async () => {
    const { cache } = await make();
    const begun = deferred<void>();
    const gate = deferred<void>();
    const batch = cache.getOrSetMany(['known', 'unknown'], async () => {
      begun.resolve();
      await gate.promise;
      return new Map([['known', 1]]);
    });
    await begun.promise;
    const single = cache.getOrSet('unknown', () => 'loaded alone');
    const other = cache.getOrSetMany(['unknown', 'known'], async (keys) => keys.map(() => 'loaded by the other batch'));
    await settle();
    gate.resolve();
    expect([...(await batch)]).toEqual([['known', 1]]);
    expect(await single).toBe('loaded alone');
    expect((await other).get('known')).toBe(1);
    expect(['loaded alone', 'loaded by the other batch']).toContain((await other).get('unknown'));
  });

  it('asks once for what a batch loader does not know, however many ask for it at a time', async () => {
    const { cache } = await make();
    const begun = deferred<void>();
    const gate = deferred<void>();
    let runs = 0;
    const none = async (): Promise<Map<string, number>> => {
      runs++;
      begun.resolve();
      await gate.promise;
      return new Map();
    };
    const ask = (): Promise<Map<string, number>> => cache.getOrSetMany(['unknown'], none);
    const early = Array.from({ length: 20 }, ask);
    await begun.promise;
    // What is written from here on the first load may not have seen: those who come now need another one, and one will do.
    const late = Array.from({ length: 20 }, ask);
    await settle();
    expect(runs).toBe(1);
    gate.resolve();
    for (const answer of await Promise.all([...early, ...late])) expect(answer.size).toBe(0);
    expect(runs).toBe(2);
  });

  it('answers batches that overlap, each with what is known of its own', async () => {
    const { cache } = await make();
    const loads: string[] = [];
    const load = async (keys: string[]): Promise<Map<string, string>> => {
      loads.push(...keys);
      return new Map(keys.filter((key) => !key.startsWith('un')).map((key) => [key, `${key}!`]));
    };
    const answers = await Promise.all([
      cache.getOrSetMany(['un1', 'a'], load),
      cache.getOrSetMany(['a', 'un1', 'un2', 'b'], load),
      cache.getOrSetMany(['un2', 'un1', 'b'], load),
    ]);
    expect(answers.map((answer) => [...answer.values()])).toEqual([['a!'], ['a!', 'b!'], ['b!']]);
    expect(loads.toSorted()).toEqual(['a', 'b', 'un1', 'un2']);
  });

  it('gives nobody with a loader for one key the absence that a batch has met, and runs one of them', async () => {
    const { cache } = await make();
    let runs = 0;
    const batches = [0, 1].map(() => cache.getOrSetMany(['unknown'], async () => new Map<string, string>()));
    const singles = Array.from({ length: 20 }, () => cache.getOrSet('unknown', async () => `alone ${++runs}`));
    expect(await Promise.all(singles)).toEqual(singles.map(() => 'alone 1'));
    for (const answer of await Promise.all(batches)) expect(answer.size).toBe(0);
    expect(await cache.get('unknown')).toBe('alone 1');
  });

  it('gives a failure to all who joined, once, and loads again for the next call', async () => {
    const { cache } = await make();
    let runs = 0;
    const gate = deferred<never>();
    const failure = new Error('no database');
    const calls = Array.from({ length: 50 }, () => cache.getOrSet('k', () => (runs++, gate.promise)));
    const batch = cache.getOrSetMany(['k'], async (keys) => keys);
    const outcomes = Promise.allSettled([...calls, batch]);
    await settle();
    gate.reject(failure);
    for (const outcome of await outcomes) expect(outcome).toEqual({ status: 'rejected', reason: failure });
    expect(runs).toBe(1);
    expect(await cache.has('k')).toBe(false);
    expect(await cache.getOrSet('k', () => 'now')).toBe('now');
  });

  it('loads again for a call made in the very moment a failed one is told', async () => {
    const { cache } = await make();
    let runs = 0;
    const load = async () => {
      runs++;
      throw new Error(`failure ${runs}`);
    };
    const retried = cache.getOrSet('k', load).catch(() => cache.getOrSet('k', load));
    await expect(retried).rejects.toThrow('failure 2');
    const batched = cache.getOrSetMany(['b'], load).catch(() => cache.getOrSetMany(['b'], load));
    await expect(batched).rejects.toThrow('failure 4');
  });

  it('loads again for a call made in the very moment a value that is not stored is given', async () => {
    const { cache } = await make();
    let runs = 0;
    const load = async () => ++runs;
    const twice = async () => [await cache.getOrSet('k', load, 0), await cache.getOrSet('k', load, 0)];
    expect(await twice()).toEqual([1, 2]);
  });
});

describe.each(stores)('G1, loaders that ask the cache, over $name', ({ make }) => {
  it('does not wait for itself: at once, after an await, in a batch', async () => {
    const { cache } = await make();
    expect(await cache.getOrSet('a', () => cache.getOrSet('a', () => 'inner'))).toBe('inner');
    const later = cache.getOrSet('b', async () => {
      await settle();
      return cache.getOrSet('b', async () => 'inner');
    });
    expect(await later).toBe('inner');
    const batched = cache.getOrSet('c', async () =>
      (await cache.getOrSetMany(['x', 'c'], async (keys) => keys)).get('c'),
    );
    expect(await batched).toBe('c');
    const inBatch = cache.getOrSetMany(['d', 'e'], async (keys) =>
      Promise.all(keys.map((key) => cache.getOrSet(key === 'd' ? 'e' : 'd', () => `inner of ${key}`))),
    );
    expect([...(await inBatch)]).toEqual([
      ['d', 'inner of d'],
      ['e', 'inner of e'],
    ]);
  });

  it('does not wait for itself by way of other keys', async () => {
    const { cache } = await make();
    const a = (): Promise<string> => cache.getOrSet('a', async () => `a(${await b()})`);
    const b = (): Promise<string> => cache.getOrSet('b', async () => `b(${await cache.getOrSet('c', c)})`);
    const c = async (): Promise<string> => `c(${await cache.getOrSet('a', () => 'end')})`;
    expect(await a()).toBe('a(b(c(end)))');
    expect(await cache.get('b')).toBe('b(c(end))');
  });

  it('does not wait in a circle when two loaders ask for each other at the same moment', async () => {
    const { cache } = await make();
    const gate = deferred<void>();
    const load = (own: string, other: string) => async () => {
      await gate.promise;
      return `${own}(${await cache.getOrSet(other, () => 'alone')})`;
    };
    const both = Promise.all([cache.getOrSet('a', load('a', 'b')), cache.getOrSet('b', load('b', 'a'))]);
    await settle();
    // Both loaders go on in one stretch of microtasks.
    gate.resolve();
    const values = await both;
    expect(values.some((value) => value.includes('(alone)'))).toBe(true);
  });

  it('does not wait in a circle when loaders and batches ask for each other', async () => {
    const { cache } = await make();
    const gate = deferred<void>();
    const batch = async (keys: string[]) => {
      await gate.promise;
      return Promise.all(keys.map(async (key) => (key === 'x' ? cache.getOrSet('a', () => 'a alone') : key)));
    };
    const first = cache.getOrSet('a', async () => {
      await gate.promise;
      return [...(await cache.getOrSetMany(['x', 'y'], batch)).values()].join();
    });
    const second = cache.getOrSetMany(['y', 'x'], batch);
    await settle();
    gate.resolve();
    expect(await first).toContain('y');
    expect((await second).size).toBe(2);
    // A batch made by a loader, whose own loader asks for what that loader loads.
    const nested = cache.getOrSet('o', async () => {
      const inner = await cache.getOrSetMany(['p'], async () => [await cache.getOrSet('o', () => 'alone')]);
      return inner.get('p');
    });
    expect(await nested).toBe('alone');
  });

  it('does not wait in a circle across caches', async () => {
    const clock = new FakeClock();
    const [one, two] = [await makeCache({ name: 'one', clock }), await makeCache({ name: 'two', clock })];
    const value = one.getOrSet('k', () => two.getOrSet('k', () => one.getOrSet('k', () => 'end')));
    expect(await value).toBe('end');
  });

  it('takes work that a loader left behind for a caller like any other', async () => {
    const { cache } = await make();
    let late: Promise<string> | undefined;
    const gate = deferred<void>();
    await cache.getOrSet('k', () => {
      late = gate.promise.then(() => cache.getOrSet('k', () => 'again'));
      return 'first';
    });
    gate.resolve();
    expect(await late).toBe('first');
  });
});

describe.each(slowStores(makeCache))('G1 over $name', ({ make }) => {
  it('does not load twice when a second look-up answers after the first load has ended', async () => {
    const { cache, backend } = await make();
    let runs = 0;
    const load = async () => ++runs;
    const operation = backend.getMany ? 'getMany' : 'get';
    // caller 1 looks up ..........answered, loads, stores, is served
    //     caller 2 comes while that look-up is on its way; any look-up of its own would be answered after the load
    const first = backend.hang(operation);
    const one = cache.getOrSet('k', load);
    await settle();
    const two = cache.getOrSet('k', load);
    await settle();
    const second = backend.hang('all');
    await first.release();
    await settle();
    await second.release();
    expect(await Promise.all([one, two])).toEqual([1, 1]);
    expect(runs).toBe(1);
  });

  it('does not load twice while the fill is on its way', async () => {
    const { cache, backend } = await make();
    let runs = 0;
    const load = async () => ++runs;
    const hang = backend.hang('set');
    // The record of the namespace's version is written first.
    const one = cache.getOrSet('k', load);
    await settle();
    await hang.release();
    const fill = backend.hang('set');
    await settle();
    const two = cache.getOrSet('k', load);
    await settle();
    await fill.release();
    expect(await Promise.all([one, two])).toEqual([1, 1]);
    expect(runs).toBe(1);
  });

  it('does not go round in microtasks while an absent item waits for the fill of its batch', async () => {
    const { cache, backend, clock } = await make();
    await cache.set('warm', 1);
    const hang = backend.hang('set');
    const gate = deferred<void>();
    const batch = cache.getOrSetMany(['known', 'unknown'], async () => {
      await gate.promise;
      return new Map([['known', 1]]);
    });
    await settle();
    const single = cache.getOrSet('unknown', () => 'alone', 0);
    await settle();
    gate.resolve();
    // The event loop turns only if nobody spins.
    await settle();
    expect(await single).toBe('alone');
    await hang.release();
    await clock.settle();
    expect((await batch).get('known')).toBe(1);
  });
});

describe('G1 and time', () => {
  it.each(stores)(
    'does not hang when an entry goes stale between the look-up and its callers, over $name',
    async ({ make }) => {
      // A clock that moves with every look at it: an entry is fresh for the flight, and not any more for its callers.
      class Hasty extends FakeClock {
        step = 0;
        override now(): number {
          this.elapsed += this.step;
          return super.now() + this.elapsed;
        }
        private elapsed = 0;
      }
      const clock = new Hasty(Date.now());
      const { cache } = await make({ clock });
      for (let step = 1; step < 12; step++) {
        clock.step = 0;
        await cache.set('k', 'old', 50);
        await cache.set('l', 'old', 50);
        clock.step = step * 3;
        const calls = [
          cache.getOrSet('k', () => 'new', 50),
          cache.getOrSet('k', () => 'new', 50),
          cache.getOrSetMany(['k', 'l'], async (keys) => keys.map(() => 'new'), 50),
          cache.getOrSetMany(['l', 'k'], async (keys) => keys.map(() => 'new'), 50),
        ];
        await Promise.all(calls);
      }
    },
  );
});
