import { describe, expect, it } from '@jest/globals';
import { deferred, settle } from '../../support/deferred.js';
import { fleets } from '../../support/fleet-caches.js';
import { PLACES, Row } from './scene.js';

const fleet = fleets();
const TIMEOUT = 10_000;
const WAIT = 500;
const NAP = 80;
const asksForLease = (command: string): boolean => command === 'lease';

describe.each(PLACES)('G2 a load without a lease, $backend by $mode', ({ mode, backend }) => {
  async function open() {
    const { join, clock } = fleet(mode);
    const [a, b] = [await join({ backend }), await join({ backend, lease: { waitTimeout: WAIT } })];
    return { a, b, clock, row: new Row(), gate: deferred<void>() };
  }

  /** B has waited for A's load for long enough, and loads for itself, slowly. */
  async function waited() {
    const scene = await open();
    const { a, b, clock, row, gate } = scene;
    const own = new Row();
    own.value = 'own';
    const late = deferred<void>();
    const first = a.cache.getOrSet('k', row.slowly(gate));
    await settle();
    const one = b.cache.getOrSet('k', own.slowly(late));
    await clock.advance(WAIT + NAP);
    expect(own.reads).toBe(1);
    return { ...scene, first, one, own, late };
  }

  it('after the wait: a later caller looks first, does not join, and is given what the other process loads', async () => {
    const { b, gate, first, one, own, late } = await waited();
    // A loads
    //          B has waited, loads for itself
    //          B is called again: looks, waits for A
    // A fills
    const sent = b.client.sent.length;
    const after = b.cache.getOrSet('k', own.read);
    await settle();
    expect(b.client.sent.slice(sent).map(({ command }) => command)[0]).toBe('get');
    gate.resolve();
    expect(await first).toBe('old');
    expect(await after).toBe('old');
    late.resolve();
    expect(await one).toBe('own');
    expect(own.reads).toBe(1);
    expect(await b.cache.get('k')).toBe('old');
  });

  it('after the wait, when the store does not answer any more: later callers join', async () => {
    const { b, clock, gate, first, one, own, late } = await waited();
    const dead = b.client.hold('requests');
    const silent = b.client.holdPushes();
    const after = [0, 1].map(() => b.cache.getOrSet('k', own.read));
    await clock.advance(TIMEOUT);
    late.resolve();
    await settle();
    expect(await Promise.all([one, ...after])).toEqual(['own', 'own', 'own']);
    expect(own.reads).toBe(1);
    silent.release();
    await dead.release();
    gate.resolve();
    expect(await first).toBe('old');
  });

  it('whose lease was granted too late: what another process deletes is not heard, so nobody joins', async () => {
    const { a, b, clock, row, gate } = await open();
    // A asks for the lease: no answer within the limit; loads without, reads old
    // the answer comes, and the lease is given back
    //                                                     B: row = new, delete(k); there is nothing to tell
    // A is called again
    const answer = a.client.hold('answers', asksForLease);
    const one = a.cache.getOrSet('k', row.slowly(gate));
    await clock.advance(TIMEOUT);
    expect(row.reads).toBe(1);
    await answer.release();
    row.value = 'new';
    expect(await b.cache.delete('k')).toBe(true);
    const after = a.cache.getOrSet('k', row.read);
    await settle();
    gate.resolve();
    expect(await one).toBe('old');
    expect(await after).toBe('new');
    expect(await b.cache.get('k')).toBe('new');
  });

  it('the same in a batch, and for a batch that comes later', async () => {
    const { a, b, clock, row, gate } = await open();
    const answer = a.client.hold('answers', asksForLease);
    const slow = row.slowly(gate);
    const one = a.cache.getOrSetMany(['k'], async () => [await slow()]);
    await clock.advance(TIMEOUT);
    expect(row.reads).toBe(1);
    await answer.release();
    row.value = 'new';
    expect(await b.cache.delete('k')).toBe(true);
    const after = a.cache.getOrSetMany(['k'], (keys) => Promise.resolve(keys.map(row.read)));
    await settle();
    gate.resolve();
    expect(await one).toEqual(new Map([['k', 'old']]));
    expect(await after).toEqual(new Map([['k', 'new']]));
    expect(await b.cache.get('k')).toBe('new');
  });

  it('because the store does not answer, while the channel is up: callers share one load', async () => {
    const { a, clock, row, gate } = await open();
    const dead = a.client.hold('requests');
    const one = a.cache.getOrSet('k', row.slowly(gate));
    await clock.advance(TIMEOUT);
    expect(row.reads).toBe(1);
    const after = [0, 1].map(() => a.cache.getOrSet('k', row.read));
    const batch = a.cache.getOrSetMany(['k'], (keys) => Promise.resolve(keys.map(row.read)));
    await clock.advance(TIMEOUT);
    gate.resolve();
    expect(await Promise.all([one, ...after])).toEqual(['old', 'old', 'old']);
    expect(await batch).toEqual(new Map([['k', 'old']]));
    expect(row.reads).toBe(1);
    await dead.release();
  });

  it('that has its lease is joined without a look', async () => {
    const { a, row, gate } = await open();
    const one = a.cache.getOrSet('k', row.slowly(gate));
    await settle();
    const sent = a.client.sent.length;
    const after = a.cache.getOrSet('k', row.read);
    await settle();
    expect(a.client.sent).toHaveLength(sent);
    gate.resolve();
    expect(await Promise.all([one, after])).toEqual(['old', 'old']);
  });
});
