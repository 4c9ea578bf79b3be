import { describe, expect, it } from '@jest/globals';
import { deferred, settle } from '../../support/deferred.js';
import { fleets, type Instance } from '../../support/fleet-caches.js';
import { PLACES, Row, standing } from './scene.js';

const fleet = fleets();

/** What takes a lease of this process away, and what it has to wait behind. */
const WAITING: readonly {
  readonly name: string;
  readonly before: 'put' | 'remove';
  readonly run: (by: Instance) => Promise<boolean>;
}[] = [
  { name: 'delete', before: 'put', run: ({ cache }) => cache.delete('k') },
  { name: 'deleteMany', before: 'put', run: ({ cache }) => cache.deleteMany(['other', 'k', 'another']) },
  { name: 'expire', before: 'put', run: ({ cache }) => cache.expire('k') },
  { name: 'set', before: 'remove', run: ({ cache }) => cache.set('k', 'mine') },
  { name: 'setMany', before: 'remove', run: ({ cache }) => cache.setMany([['other', 1], ['k', 'mine']]) }, // prettier-ignore
];

describe.each(PLACES)('G2 a lease that its own process takes away, $backend by $mode', ({ mode, backend }) => {
  async function open() {
    const { join, server } = fleet(mode);
    const [a, b] = [await join({ backend }), await join({ backend })];
    return { a, b, server, row: new Row(), gate: deferred<void>() };
  }

  it.each(WAITING)('$name, which has waited for its turn: a later caller does not join', async ({ before, run }) => {
    const { a, b, server, row, gate } = await open();
    // A: a write of k is done, its answer is on its way
    // A: delete(k) waits for its turn
    // A: get(k) has the lease, loads, reads old
    // A: delete(k) is sent; the server tells a process nothing of what it did itself
    //                                                                                 B: row = new, delete(k)
    // A is called again
    const answer = a.client.hold('answers', (command) => command === before);
    const write = before === 'put' ? a.cache.set('k', 'first') : a.cache.delete('k');
    await settle();
    expect(answer.count).toBe(1);
    const waiting = run(a);
    await settle();
    const one = a.cache.getOrSet('k', row.slowly(gate));
    await settle();
    expect(row.reads).toBe(1);
    expect(standing(server, 'l')).toEqual(['cache:l:{k}']);
    await answer.release();
    await Promise.all([write, waiting]);
    expect(standing(server, 'l')).toEqual([]);
    row.value = 'new';
    expect(await b.cache.delete('k')).toBe(true);
    const after = a.cache.getOrSet('k', row.read);
    await settle();
    gate.resolve();
    expect(await one).toBe('old');
    expect(await after).toBe('new');
    expect(await b.cache.get('k')).toBe('new');
    expect(await a.cache.get('k')).toBe('new');
  });

  it('invalidate(pattern), by its sweep of leases, from a load that began after it was called', async () => {
    const { a, b, server, row, gate } = await open();
    // A: invalidate('k*'): the sweep of leases is on its way
    // A: get(k) has the lease, loads, reads old
    // A: the sweep finds that lease, and takes it away
    //                                                    B: row = new, delete(k)
    // A is called again
    const scan = a.client.hold('requests', (command) => command === 'scan');
    const swept = a.cache.invalidate('k*');
    await settle();
    const one = a.cache.getOrSet('k', row.slowly(gate));
    await settle();
    expect(row.reads).toBe(1);
    await scan.release();
    await swept;
    expect(standing(server, 'l')).toEqual([]);
    row.value = 'new';
    expect(await b.cache.delete('k')).toBe(true);
    const after = a.cache.getOrSet('k', row.read);
    await settle();
    gate.resolve();
    expect(await one).toBe('old');
    expect(await after).toBe('new');
    expect(await b.cache.get('k')).toBe('new');
  });

  it("invalidate(pattern), by name: the sweep has found another process's lease in its place", async () => {
    const { a, b, server, row, gate } = await open();
    const failing = deferred<string>();
    // B loads k
    //            A: invalidate('k*') finds the lease of B, and is about to take it away
    // B fails, and gives it back
    //            A: get(k) has the lease, loads, reads old
    //            A: the lease of k is taken away
    // B: row = new, delete(k)
    //            A is called again
    const failed = b.cache.getOrSet('k', () => failing.promise);
    failed.catch(() => {});
    await settle();
    const fell = a.client.hold('requests', (command) => command === 'fell');
    const swept = a.cache.invalidate('k*');
    await settle();
    expect(fell.count).toBe(1);
    failing.reject(new Error('no row'));
    await expect(failed).rejects.toThrow('no row');
    await settle();
    const one = a.cache.getOrSet('k', row.slowly(gate));
    await settle();
    expect(row.reads).toBe(1);
    await fell.release();
    await swept;
    expect(standing(server, 'l')).toEqual([]);
    row.value = 'new';
    expect(await b.cache.delete('k')).toBe(true);
    const after = a.cache.getOrSet('k', row.read);
    await settle();
    gate.resolve();
    expect(await one).toBe('old');
    expect(await after).toBe('new');
    expect(await b.cache.get('k')).toBe('new');
  });

  it('a method whose result is to be put takes it, and fails: a later caller does not join that load', async () => {
    const { a, b, server, row, gate } = await open();
    // A: get(k) has the lease, loads, reads old
    // A: a method that puts k takes the lease, fails, gives it back
    //                                                                B: row = new, delete(k)
    // A is called again
    const { parts, writes } = a.cache.cache;
    const options = parts.resolver.resolve({});
    const one = a.cache.getOrSet('k', row.slowly(gate));
    await settle();
    const put = writes.putAfter(a.cache.scope, () => Promise.reject(new Error('no method')), {
      key: 'k',
      tags: [],
      keyOf: () => 'k',
      optionsOf: () => options,
    });
    await expect(put).rejects.toThrow('no method');
    await settle();
    expect(standing(server, 'l')).toEqual([]);
    row.value = 'new';
    expect(await b.cache.delete('k')).toBe(true);
    const after = a.cache.getOrSet('k', row.read);
    await settle();
    gate.resolve();
    expect(await one).toBe('old');
    expect(await after).toBe('new');
    expect(await a.cache.get('k')).toBe('new');
    expect(await b.cache.get('k')).toBe('new');
  });
});
