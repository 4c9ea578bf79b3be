import { describe, expect, it } from '@jest/globals';
import { deferred, settle } from '../../support/deferred.js';
import { fleets, type Instance } from '../../support/fleet-caches.js';
import { PLACES, Row, standing } from './scene.js';

const fleet = fleets();

describe.each(PLACES)('G1 one load in the fleet, $backend by $mode', ({ mode, backend }) => {
  async function open(count: number) {
    const { join, server, clock } = fleet(mode);
    const all: Instance[] = [];
    for (let index = 0; index < count; index++) all.push(await join({ backend }));
    return { all, server, clock };
  }

  it('a cold key in four processes of five callers each: one run, and the bus wakes who waits', async () => {
    const { all, server } = await open(4);
    const row = new Row();
    const gate = deferred<void>();
    // all 20 call -> one process loads
    //             -> the others wait, the clock stands still
    // the value is filled -> everybody has it
    const calls = all.flatMap(({ cache }) => Array.from({ length: 5 }, () => cache.getOrSet('k', row.slowly(gate))));
    await settle();
    expect(row.reads).toBe(1);
    gate.resolve();
    expect(await Promise.all(calls)).toEqual(Array(20).fill('old'));
    expect(row.reads).toBe(1);
    expect(standing(server, 'l')).toEqual([]);
  });

  it('who calls while another process is filling waits for that', async () => {
    const { all } = await open(2);
    const [a, b] = all as [Instance, Instance];
    const row = new Row();
    const fills = a.client.hold('requests', (command) => command === 'fill');
    // A loads, its fill is on its way
    //                                  B calls: the lease is still A's
    // the fill lands                -> B is woken
    const one = a.cache.getOrSet('k', row.read);
    await settle();
    const two = b.cache.getOrSet('k', row.read);
    await settle();
    expect(fills.count).toBe(1);
    await fills.release();
    expect(await Promise.all([one, two])).toEqual(['old', 'old']);
    expect(row.reads).toBe(1);
  });

  it('who looked before the fill, and asked for the lease after it, looks again', async () => {
    const { all } = await open(2);
    const [a, b] = all as [Instance, Instance];
    const row = new Row();
    const asks = b.client.hold('requests', (command) => command === 'lease');
    // B looks: nothing
    //                    A loads, fills
    // B asks for the lease: what it has seen is not what stands there
    const two = b.cache.getOrSet('k', row.read);
    await settle();
    expect(await a.cache.getOrSet('k', row.read)).toBe('old');
    await asks.release();
    expect(await two).toBe('old');
    expect(row.reads).toBe(1);
  });

  it('who is told of the end of a lease before it hears that it was taken does not wait for its poll', async () => {
    const { all } = await open(2);
    const [a, b] = all as [Instance, Instance];
    const gate = deferred<void>();
    const row = new Row();
    const asks = b.client.hold('answers', (command) => command === 'lease');
    // A loads
    //          B asks for the lease; that it is taken is on its way back
    // A fills, B is told
    //          B hears that the lease is taken
    const one = a.cache.getOrSet('k', row.slowly(gate));
    await settle();
    let served: string | undefined;
    void b.cache.getOrSet('k', row.read).then((value) => (served = value));
    await settle();
    gate.resolve();
    expect(await one).toBe('old');
    await asks.release();
    expect(served).toBe('old');
    expect(row.reads).toBe(1);
  });

  it("the owner's loader fails: its callers get the error, one of those who wait takes over", async () => {
    const { all } = await open(4);
    const [a, ...others] = all as [Instance, ...Instance[]];
    const row = new Row();
    const failing = deferred<string>();
    const gate = deferred<void>();
    // A loads
    //          B, C, D wait
    // A fails -> one of them loads, the others go on waiting
    const one = a.cache.getOrSet('k', () => failing.promise);
    one.catch(() => {});
    await settle();
    const rest = others.flatMap(({ cache }) => [0, 1].map(() => cache.getOrSet('k', row.slowly(gate))));
    await settle();
    expect(row.reads).toBe(0);
    failing.reject(new Error('no row'));
    await expect(one).rejects.toThrow('no row');
    await settle();
    expect(row.reads).toBe(1);
    gate.resolve();
    expect(await Promise.all(rest)).toEqual(Array(6).fill('old'));
    expect(row.reads).toBe(1);
  });

  it.each([
    ['skips', { ttl: '1h' }, true],
    ['is stored for no time', { ttl: 0 }, false],
  ] as const)('a value that %s: the lease is given back at once', async (_, options, skips) => {
    const { all, server } = await open(2);
    const [a, b] = all as [Instance, Instance];
    const gate = deferred<void>();
    let runs = 0;
    // A loads
    //          B waits
    // A has its value, and stores nothing -> B loads for itself
    const one = a.cache.getOrSet(
      'k',
      async ({ skip }) => {
        runs++;
        await gate.promise;
        if (skips) skip();
        return 1;
      },
      options,
    );
    await settle();
    const two = b.cache.getOrSet('k', () => (runs++, 2));
    await settle();
    expect(runs).toBe(1);
    gate.resolve();
    expect(await one).toBe(1);
    expect(await two).toBe(2);
    await settle();
    expect(standing(server, 'l')).toEqual([]);
    expect(await a.cache.get('k')).toBe(2);
  });

  it('explain tells of a load in this process', async () => {
    const { all } = await open(2);
    const [a, b] = all as [Instance, Instance];
    const gate = deferred<void>();
    const one = a.cache.getOrSet('k', new Row().slowly(gate));
    await settle();
    expect(await a.cache.explain('k')).toMatchObject({ loading: true, state: 'absent' });
    expect(await b.cache.explain('k')).toMatchObject({ loading: false, state: 'absent' });
    gate.resolve();
    await one;
    expect(await a.cache.explain('k')).toMatchObject({ loading: false, state: 'fresh' });
    expect(await b.cache.explain('k')).toMatchObject({ loading: false, state: 'fresh' });
  });

  it('leases of different keys, tenants and namespaces know nothing of each other', async () => {
    const { all } = await open(2);
    const [a, b] = all as [Instance, Instance];
    const gate = deferred<void>();
    const slow = a.cache.getOrSet('k', new Row().slowly(gate));
    await settle();
    expect(await b.cache.getOrSet('l', () => 'l')).toBe('l');
    expect(await b.cache.forTenant('acme').getOrSet('k', () => 'acme')).toBe('acme');
    expect(await b.cache.forNamespace('orders').getOrSet('k', () => 'orders')).toBe('orders');
    gate.resolve();
    expect(await slow).toBe('old');
  });
});
