import { describe, expect, it } from '@jest/globals';
import { deferred, settle, type Deferred } from '../../support/deferred.js';
import { fleets, type Instance } from '../../support/fleet-caches.js';
import { PLACES, standing } from './scene.js';

const fleet = fleets();

/** A batch loader that notes what it was asked for. */
class Table {
  readonly asked: string[][] = [];

  get each(): string[] {
    return this.asked.flat().toSorted();
  }

  by = (name: string, gate?: Deferred<void>) => async (missing: string[]) => {
    this.asked.push(missing);
    await gate?.promise;
    return missing.map((key) => `${key} by ${name}`);
  };
}

describe.each(PLACES)('G1 batches in the fleet, $backend by $mode', ({ mode, backend }) => {
  async function open(count: number, waitTimeout = 30_000) {
    const { join, server, clock } = fleet(mode);
    const all: Instance[] = [];
    for (let index = 0; index < count; index++) all.push(await join({ backend, lease: { waitTimeout } }));
    return { all: all as [Instance, Instance, ...Instance[]], server, clock };
  }

  it('each key is loaded once; what is its own a batch loads at once, then it waits for the others', async () => {
    const { all, server } = await open(2);
    const [a, b] = all;
    const table = new Table();
    const gate = deferred<void>();
    // A loads a, b
    //               B loads c, while it waits for a and b
    const one = a.cache.getOrSetMany(['a', 'b'], table.by('A', gate));
    await settle();
    const two = b.cache.getOrSetMany(['b', 'c', 'b', 'a', 'c'], table.by('B'));
    await settle();
    expect(table.asked).toEqual([['a', 'b'], ['c']]);
    // c is there already for whoever wants only that
    expect(await a.cache.get('c')).toBe('c by B');
    gate.resolve();
    const own = ['a by A', 'b by A', 'c by B'] as const;
    expect([...(await one)]).toEqual([
      ['a', own[0]],
      ['b', own[1]],
    ]);
    expect([...(await two)]).toEqual([
      ['b', own[1]],
      ['c', own[2]],
      ['a', own[0]],
    ]);
    expect(table.asked).toHaveLength(2);
    expect(standing(server, 'l')).toEqual([]);
  });

  it('one question for all leases, whatever their number, and each key is looked up once', async () => {
    const { all } = await open(2);
    const [a] = all;
    const keys = Array.from({ length: 50 }, (_, index) => `k${index}`);
    await a.cache.getOrSetMany(keys, new Table().by('A'));
    expect(a.client.sent.filter(({ command }) => command === 'lease')).toHaveLength(1);
    const looked = a.client.sent.filter(({ command }) => command === 'getMany').flatMap((sent) => sent.keys);
    expect(looked.filter((key) => key.includes(':v:')).sort()).toEqual(keys.map((key) => `cache:v:{${key}}`).sort());
  });

  it('batches that overlap crosswise do not wait for each other in a circle', async () => {
    const { all } = await open(2);
    const [a, b] = all;
    const table = new Table();
    const [first, second] = [deferred<void>(), deferred<void>()];
    // A loads a and x          B loads b and y
    // A wants b, z and a       B wants a, z and b
    const calls = [
      a.cache.getOrSetMany(['a', 'x'], table.by('A', first)),
      b.cache.getOrSetMany(['b', 'y'], table.by('B', second)),
    ];
    await settle();
    calls.push(a.cache.getOrSetMany(['b', 'z', 'a'], table.by('A')));
    calls.push(b.cache.getOrSetMany(['a', 'z', 'b'], table.by('B')));
    await settle();
    second.resolve();
    await settle();
    first.resolve();
    const results = await Promise.all(calls);
    expect(results.map((result) => [...result.keys()])).toEqual([
      ['a', 'x'],
      ['b', 'y'],
      ['b', 'z', 'a'],
      ['a', 'z', 'b'],
    ]);
    expect(results[2]!.get('z')).toBe(results[3]!.get('z'));
    expect(table.each).toEqual(['a', 'b', 'x', 'y', 'z']);
  });

  it('three batches in a circle: each key once', async () => {
    const { all, clock } = await open(3);
    const table = new Table();
    const gate = deferred<void>();
    const wanted = [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
    ];
    const calls = all.map(({ cache }, index) => cache.getOrSetMany(wanted[index]!, table.by('it', gate)));
    await settle();
    gate.resolve();
    await clock.advance(80);
    const results = await Promise.all(calls);
    results.forEach((result, index) => expect([...result.keys()]).toEqual(wanted[index]));
    expect(table.each).toEqual(['a', 'b', 'c']);
  });

  it('a batch and single calls in other processes share their loads', async () => {
    const { all, clock } = await open(3);
    const [a, b, c] = all as unknown as [Instance, Instance, Instance];
    const table = new Table();
    const gate = deferred<void>();
    let runs = 0;
    const single = a.cache.getOrSet('a', async () => (runs++, await gate.promise, 'a alone'));
    await settle();
    const batch = b.cache.getOrSetMany(['a', 'b'], table.by('B', gate));
    await settle();
    const other = c.cache.getOrSet('b', () => (runs++, 'b alone'));
    await settle();
    gate.resolve();
    await clock.advance(80);
    expect(await single).toBe('a alone');
    expect([...(await batch).values()]).toEqual(['a alone', 'b by B']);
    expect(await other).toBe('b by B');
    expect(runs).toBe(1);
    expect(table.asked).toEqual([['b']]);
  });

  it('the owner of a batch fails: the others load what is left, in one run', async () => {
    const { all, server } = await open(2);
    const [a, b] = all;
    const table = new Table();
    const failing = deferred<Map<string, string>>();
    const one = a.cache.getOrSetMany(['a', 'b'], () => failing.promise);
    one.catch(() => {});
    await settle();
    const two = b.cache.getOrSetMany(['a', 'b', 'c'], table.by('B'));
    await settle();
    expect(table.asked).toEqual([['c']]);
    failing.reject(new Error('no rows'));
    await expect(one).rejects.toThrow('no rows');
    expect([...(await two).values()]).toEqual(['a by B', 'b by B', 'c by B']);
    expect(table.asked).toEqual([['c'], ['a', 'b']]);
    await settle();
    expect(standing(server, 'l')).toEqual([]);
  });

  it("what others filled while a batch was at its own is there as soon as that is done: nobody's poll is waited for", async () => {
    const { all } = await open(2);
    const [a, b] = all;
    const table = new Table();
    const [first, second] = [deferred<void>(), deferred<void>()];
    // A loads a
    //            B loads b, and wants a
    // A fills a
    //            B is done with b -> a is there
    const one = a.cache.getOrSetMany(['a'], table.by('A', first));
    await settle();
    let has: ReadonlyMap<string, string> | undefined;
    void b.cache.getOrSetMany(['a', 'b'], table.by('B', second)).then((result) => (has = result));
    await settle();
    first.resolve();
    await one;
    second.resolve();
    await settle();
    expect(has).toEqual(
      new Map([
        ['a', 'a by A'],
        ['b', 'b by B'],
      ]),
    );
  });

  it('a key that the owner does not know is asked for by whoever waits for it', async () => {
    const { all, server } = await open(2);
    const [a, b] = all;
    const table = new Table();
    const known = deferred<Map<string, string>>();
    const one = a.cache.getOrSetMany(['a', 'b'], () => known.promise);
    await settle();
    const two = b.cache.getOrSetMany(['a', 'b'], table.by('B'));
    await settle();
    known.resolve(new Map([['a', 'a by A']]));
    expect([...(await one)]).toEqual([['a', 'a by A']]);
    expect([...(await two).values()]).toEqual(['a by A', 'b by B']);
    expect(table.asked).toEqual([['b']]);
    await settle();
    expect(standing(server, 'l')).toEqual([]);
  });

  it('the owner of a batch dies: another takes over, and none of its late fills is stored', async () => {
    const { all, clock } = await open(2);
    const [a, b] = all;
    const table = new Table();
    const gate = deferred<void>();
    const one = a.cache.getOrSetMany(['a', 'b'], table.by('A', gate));
    await settle();
    const dead = a.client.hold('requests');
    const two = b.cache.getOrSetMany(['b', 'a'], table.by('B'));
    await clock.advance(2_000 + 2 * 80);
    expect([...(await two).values()]).toEqual(['b by B', 'a by B']);
    gate.resolve();
    await settle();
    await dead.release();
    expect([...(await one).values()]).toEqual(['a by A', 'b by A']);
    expect([...(await a.cache.getMany(['a', 'b'])).values()]).toEqual(['a by B', 'b by B']);
  });

  it('waits for so long: then the batch loads for itself, and stores nothing', async () => {
    const { all, clock } = await open(2, 500);
    const [a, b] = all;
    const table = new Table();
    const gate = deferred<void>();
    const one = a.cache.getOrSetMany(['a', 'b'], table.by('A', gate));
    await settle();
    const two = b.cache.getOrSetMany(['a', 'b', 'c'], table.by('B'));
    await clock.advance(500 + 80);
    expect([...(await two).values()]).toEqual(['a by B', 'b by B', 'c by B']);
    expect(table.each).toEqual(['a', 'a', 'b', 'b', 'c']);
    gate.resolve();
    await one;
    expect([...(await b.cache.getMany(['a', 'b', 'c'])).values()]).toEqual(['a by A', 'b by A', 'c by B']);
  });
});
