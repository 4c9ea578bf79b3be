import { describe, expect, it } from '@jest/globals';
import { FakeRandom } from '../../../lib/testing/fake-random.js';
import { deferred, settle } from '../../support/deferred.js';
import { fleets } from '../../support/fleet-caches.js';
import { CHANGES, PLACES, Row, scopeOf } from './scene.js';

const fleet = fleets();
const tags = ['t'];
const cases = PLACES.flatMap((place) => CHANGES.map((change) => ({ ...place, ...change, change })));

describe.each(cases)('G2 $name by another process, $backend by $mode', ({ mode, backend, change }) => {
  async function open() {
    const { join, clock } = fleet(mode);
    const make = () => join({ backend, random: new FakeRandom() });
    const [a, b, c] = [await make(), await make(), await make()];
    return { a, b, clock, here: scopeOf(a), there: scopeOf(b), third: scopeOf(c) };
  }

  it('during a load that nobody repeats: the old value is stored nowhere', async () => {
    const { a, b, here, there } = await open();
    const row = new Row();
    const gate = deferred<void>();
    // A loads, reads old
    //                     B: row = new, the change is through
    // A ends: for its caller only
    const one = here.getOrSet('k', row.slowly(gate), { tags });
    await settle();
    row.value = 'new';
    expect(await change.run(b)).toBe(true);
    gate.resolve();
    expect(await one).toBe('old');
    expect(here.peek('k')).not.toBe('old');
    expect(await there.get('k')).toBe(change.leaves);
    expect(await here.get('k')).toBe(change.leaves);
    expect(a.cache.cache.parts.flights.running.size).toBe(0);
  });

  it('during a load: who calls after it does not join, and what is loaded next is stored', async () => {
    const { b, here, there } = await open();
    const row = new Row();
    const gate = deferred<void>();
    // A loads, reads old
    //     a second caller of A joins, one of B waits
    //                     B: row = new, the change is through
    //     further callers of A and B
    // A ends: for its first two callers only
    const before = [here.getOrSet('k', row.slowly(gate), { tags }), here.getOrSet('k', row.read, { tags })];
    await settle();
    row.value = 'new';
    expect(await change.run(b)).toBe(true);
    const after = [here, there, here].map((scope) => scope.getOrSet('k', row.read, { tags }));
    await settle();
    gate.resolve();
    expect(await Promise.all(before)).toEqual(['old', 'old']);
    expect(await Promise.all(after)).toEqual(['new', 'new', 'new']);
    expect(await here.get('k')).toBe('new');
    expect(await there.get('k')).toBe('new');
    expect(await here.getOrSet('k', row.read, { tags })).toBe('new');
    expect(row.reads).toBe(change.leaves ? 1 : 2);
  });

  it('during a load that a third process waits for: that one loads for itself', async () => {
    const { b, here, there, third } = await open();
    const row = new Row();
    const gate = deferred<void>();
    // A loads, reads old
    //                     C waits
    //                              B: row = new, the change is through
    // A ends; C has what is there, or loads
    const one = here.getOrSet('k', row.slowly(gate), { tags });
    await settle();
    const waiting = third.getOrSet('k', row.read, { tags });
    await settle();
    row.value = 'new';
    expect(await change.run(b)).toBe(true);
    gate.resolve();
    expect(await one).toBe('old');
    expect(await waiting).toBe('new');
    expect(await here.get('k')).toBe('new');
    expect(await there.get('k')).toBe('new');
  });

  it('while its fill is on its way: it is refused', async () => {
    const { a, b, here, there } = await open();
    const row = new Row();
    const fill = a.client.hold('requests', (command) => command === 'fill');
    const one = here.getOrSet('k', row.read, { tags });
    await settle();
    expect(fill.count).toBe(1);
    row.value = 'new';
    expect(await change.run(b)).toBe(true);
    const after = here.getOrSet('k', row.read, { tags });
    await settle();
    await fill.release();
    expect(await one).toBe('old');
    expect(await after).toBe('new');
    expect(await there.get('k')).toBe('new');
    expect(await here.get('k')).toBe('new');
  });

  it('while the answer to its fill is on its way: it does not stay in this process', async () => {
    const { a, b, here, there } = await open();
    const fill = a.client.hold('answers', (command) => command === 'fill');
    // A fills, it is stored
    //                        B: the change is through, A is told
    // A hears that it was stored
    const one = here.getOrSet('k', () => 'old', { tags });
    await settle();
    expect(await change.run(b)).toBe(true);
    await fill.release();
    expect(await one).toBe('old');
    expect(here.peek('k')).not.toBe('old');
    expect(await here.get('k')).toBe(change.leaves);
    expect(await there.get('k')).toBe(change.leaves);
  });

  it('during a batch', async () => {
    const { b, here, there } = await open();
    const row = new Row();
    const gate = deferred<void>();
    const slow = row.slowly(gate);
    const one = here.getOrSetMany(['j', 'k'], async (keys) => (await slow(), keys.map(() => 'old')), { tags });
    await settle();
    row.value = 'new';
    expect(await change.run(b)).toBe(true);
    const after = here.getOrSetMany(['k'], async (keys) => keys.map(row.read), { tags });
    await settle();
    gate.resolve();
    expect([...(await one).values()]).toEqual(['old', 'old']);
    expect(await after).toEqual(new Map([['k', 'new']]));
    expect(await here.get('k')).toBe('new');
    expect(await there.get('k')).toBe('new');
  });

  it('during a renewal in the background', async () => {
    const { b, clock, here, there } = await open();
    const options = { tags, ttl: 1_000, staleWhileRevalidate: '1h' } as const;
    const row = new Row();
    const gate = deferred<void>();
    await here.set('k', 'stale', options);
    expect(await there.get('k')).toBe('stale');
    await clock.advance(1_000);
    // A serves the stale value, and reads old behind its caller's back
    //                                                                   B: the change is through
    expect(await here.getOrSet('k', row.slowly(gate), options)).toBe('stale');
    await settle();
    expect(row.reads).toBe(1);
    row.value = 'new';
    expect(await change.run(b)).toBe(true);
    gate.resolve();
    await settle();
    expect(await here.get('k')).toBe(change.leaves);
    expect(await there.get('k')).toBe(change.leaves);
  });

  it('during an early renewal', async () => {
    const { b, clock, here, there } = await open();
    const options = { tags, ttl: 10_000, refreshAhead: 1 } as const;
    const row = new Row();
    const [first, second] = [deferred<void>(), deferred<void>()];
    const loading = here.getOrSet('k', row.slowly(first), options);
    await clock.advance(500);
    first.resolve();
    expect(await loading).toBe('old');
    await clock.advance(9_900);
    expect(await here.getOrSet('k', row.slowly(second), options)).toBe('old');
    await settle();
    expect(row.reads).toBe(2);
    row.value = 'new';
    expect(await change.run(b)).toBe(true);
    // The sweep behind a clear may take along what is stored in its way: a miss, no more.
    await settle();
    const after = here.getOrSet('k', row.read, options);
    await settle();
    second.resolve();
    expect(await after).toBe('new');
    expect(await here.get('k')).toBe('new');
    expect(await there.get('k')).toBe('new');
  });
});
