import { describe, expect, it } from '@jest/globals';
import { deferred, settle } from '../../support/deferred.js';
import { fleets } from '../../support/fleet-caches.js';
import { PLACES, Row } from './scene.js';

const fleet = fleets();
const asksForLease = (command: string): boolean => command === 'lease';

describe.each(PLACES)('G2 news that comes before the answer, $backend by $mode', ({ mode, backend }) => {
  async function open() {
    const { join } = fleet(mode);
    const [a, b, c] = [await join({ backend }), await join({ backend }), await join({ backend })];
    return { a, b, c, row: new Row(), gate: deferred<void>() };
  }

  it('the lease is taken away while its grant is on its way: a later caller does not join', async () => {
    const { a, b, row, gate } = await open();
    // A asks for the lease: granted, the answer is on its way
    //                                                          B: delete(k); A is told, for the last time
    // A hears that it is granted, loads, reads old
    //                                                          B: row = new, delete(k); there is nothing to tell
    // A is called again
    const granted = a.client.hold('answers', asksForLease);
    const one = a.cache.getOrSet('k', row.slowly(gate));
    await settle();
    expect(granted.count).toBe(1);
    expect(await b.cache.delete('k')).toBe(true);
    await granted.release();
    expect(row.reads).toBe(1);
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

  it('in a batch: of its keys only that one is closed', async () => {
    const { a, b, row, gate } = await open();
    const granted = a.client.hold('answers', asksForLease);
    const slow = row.slowly(gate);
    const one = a.cache.getOrSetMany(['j', 'k'], async (keys) => {
      const value = await slow();
      return keys.map(() => value);
    });
    await settle();
    expect(granted.count).toBe(1);
    expect(await b.cache.delete('k')).toBe(true);
    await granted.release();
    expect(row.reads).toBe(1);
    row.value = 'new';
    expect(await b.cache.delete('k')).toBe(true);
    const after = a.cache.getOrSet('k', row.read);
    const batch = a.cache.getOrSetMany(['j', 'k'], (keys) => Promise.resolve(keys.map(row.read)));
    await settle();
    gate.resolve();
    expect(await one).toEqual(new Map([['j', 'old'], ['k', 'old']])); // prettier-ignore
    expect(await after).toBe('new');
    expect(await batch).toEqual(new Map([['j', 'old'], ['k', 'new']])); // prettier-ignore
    expect(await b.cache.get('j')).toBe('old');
    expect(await b.cache.get('k')).toBe('new');
  });

  it('the same when it has waited for another process before', async () => {
    const { a, b, c, row, gate } = await open();
    const failing = deferred<string>();
    // C loads
    //          A waits
    // C fails -> A asks again: granted, the answer is on its way
    //                                                             B: delete(k)
    //          A loads, reads old
    //                                                             B: row = new, delete(k)
    const failed = c.cache.getOrSet('k', () => failing.promise);
    failed.catch(() => {});
    await settle();
    const one = a.cache.getOrSet('k', row.slowly(gate));
    await settle();
    const granted = a.client.hold('answers', asksForLease);
    failing.reject(new Error('no row'));
    await expect(failed).rejects.toThrow('no row');
    await settle();
    expect(granted.count).toBe(1);
    expect(await b.cache.delete('k')).toBe(true);
    await granted.release();
    expect(row.reads).toBe(1);
    row.value = 'new';
    expect(await b.cache.delete('k')).toBe(true);
    const after = a.cache.getOrSet('k', row.read);
    await settle();
    gate.resolve();
    expect(await one).toBe('old');
    expect(await after).toBe('new');
    expect(await b.cache.get('k')).toBe('new');
  });

  it('the same in a batch that has waited', async () => {
    const { a, b, c, row, gate } = await open();
    const failing = deferred<string>();
    const failed = c.cache.getOrSet('k', () => failing.promise);
    failed.catch(() => {});
    await settle();
    const slow = row.slowly(gate);
    const one = a.cache.getOrSetMany(['k'], async () => [await slow()]);
    await settle();
    const granted = a.client.hold('answers', asksForLease);
    failing.reject(new Error('no row'));
    await expect(failed).rejects.toThrow('no row');
    await settle();
    expect(granted.count).toBe(1);
    expect(await b.cache.delete('k')).toBe(true);
    await granted.release();
    expect(row.reads).toBe(1);
    row.value = 'new';
    expect(await b.cache.delete('k')).toBe(true);
    const after = a.cache.getOrSet('k', row.read);
    await settle();
    gate.resolve();
    expect(await one).toEqual(new Map([['k', 'old']]));
    expect(await after).toBe('new');
    expect(await b.cache.get('k')).toBe('new');
  });
});
