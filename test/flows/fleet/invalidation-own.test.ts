import { describe, expect, it } from '@jest/globals';
import { FakeRandom } from '../../../lib/testing/fake-random.js';
import { deferred, settle } from '../../support/deferred.js';
import { fleets } from '../../support/fleet-caches.js';
import { INVALIDATIONS } from '../../support/invalidations.js';
import { PLACES, Row, scopeOf, standing } from './scene.js';

const fleet = fleets();
const tags = ['t'];
const looks = (command: string): boolean => command === 'get' || command === 'getMany';
/** What an invalidation sends that changes something. */
const changes = (command: string): boolean => ['remove', 'patch', 'bump', 'fell', 'deleteMany'].includes(command);
const cases = PLACES.flatMap((place) => INVALIDATIONS.map(({ name, run }) => ({ ...place, name, run })));

describe.each(cases)('G2 $name by this very process, $backend by $mode', ({ mode, backend, run }) => {
  async function open() {
    const { join } = fleet(mode);
    const [a, b] = [await join({ backend }), await join({ backend })];
    await scopeOf(a).set('k', 'old', { tags });
    return { a, b, here: scopeOf(a), there: scopeOf(b) };
  }

  it('a read of this process overtakes it: what that found does not stay', async () => {
    const { a, here, there } = await open();
    // A: the invalidation is sent
    //     A looks, on another connection: the old value
    // A: the invalidation lands; nobody tells a process of its own changes
    const held = a.client.hold('requests', changes);
    const gone = run(here, a.cache);
    await settle();
    await here.get('k');
    await settle();
    await held.release();
    expect(await gone).toBe(true);
    expect(here.peek('k')).toBeUndefined();
    expect(await here.get('k')).toBeUndefined();
    expect(await there.get('k')).toBeUndefined();
  });

  it('a read that was sent before is answered after it: what that found does not stay', async () => {
    const { a, b, here, there } = await open();
    await there.get('k');
    // B looks; the answer is on its way
    //     B: the invalidation is through
    // B has the answer
    const held = b.client.hold('answers', (command, keys) => looks(command) && keys.some((key) => key.includes('{late}')));
    await scopeOf(a).set('late', 1);
    const late = there.getMany(['k', 'late']);
    await settle();
    expect(await run(there, b.cache)).toBe(true);
    await held.release();
    await late;
    expect(there.peek('k')).toBeUndefined();
    expect(await there.get('k')).toBeUndefined();
    expect(await here.get('k')).toBeUndefined();
  });

  it('a load of another process that began while it was on its way brings what is new, or is not stored', async () => {
    const { a, here, there } = await open();
    const row = new Row();
    row.value = 'new';
    const held = a.client.hold('requests', changes);
    const gone = run(here, a.cache);
    await settle();
    const one = there.getOrSet('k', row.read, { tags });
    await settle();
    await held.release();
    expect(await gone).toBe(true);
    // B called before the invalidation was through
    expect(['old', 'new']).toContain(await one);
    expect(there.peek('k')).not.toBe('old');
    expect(await there.getOrSet('k', row.read, { tags })).toBe('new');
    expect(await here.getOrSet('k', row.read, { tags })).toBe('new');
  });
});

describe.each(PLACES)('G2 interleavings of one kind, $backend by $mode', ({ mode, backend }) => {
  async function open() {
    const { join, server, clock } = fleet(mode);
    const [a, b] = [await join({ backend, random: new FakeRandom() }), await join({ backend })];
    return { a, b, server, clock, here: scopeOf(a), there: scopeOf(b) };
  }

  it('a pattern: a fill lands after the leases were listed, before they are felled', async () => {
    const { a, b, here, there } = await open();
    const gate = deferred<void>();
    // A loads, reads old
    //                     B: the leases that match are listed
    // A fills: stored
    //                     B: the leases are felled, the values swept
    const one = here.getOrSet('k', new Row().slowly(gate));
    await settle();
    const felling = b.client.hold('requests', (command) => command === 'fell');
    const gone = there.invalidate('k*');
    await settle();
    expect(felling.count).toBe(1);
    gate.resolve();
    expect(await one).toBe('old');
    await felling.release();
    await gone;
    expect(here.peek('k')).toBeUndefined();
    expect(await here.get('k')).toBeUndefined();
    expect(await there.get('k')).toBeUndefined();
    expect(a.cache.cache.parts.flights.running.size).toBe(0);
  });

  it('a pattern: a fill lands between the sweep of leases and the sweep of values', async () => {
    const { b, server, here, there } = await open();
    const gate = deferred<void>();
    const row = new Row();
    const one = here.getOrSet('k', row.slowly(gate));
    await settle();
    const sweeping = b.client.hold('requests', (command, keys) => command === 'scan' && keys[0]!.includes(':v:'));
    const gone = there.invalidate('k*');
    await settle();
    expect(sweeping.count).toBe(1);
    gate.resolve();
    expect(await one).toBe('old');
    await settle();
    expect(standing(server, 'v')).toEqual([]);
    row.value = 'new';
    // what is loaded from here on may stay or not, but is new
    expect(await here.getOrSet('k', row.read)).toBe('new');
    await sweeping.release();
    await gone;
    expect(await here.getOrSet('k', row.read)).toBe('new');
    expect(await there.getOrSet('k', row.read)).toBe('new');
  });

  it('a pattern: what a sweep has removed does not stay where it was read', async () => {
    const { b, here, there } = await open();
    await there.set('k', 'old');
    const telling = b.client.hold('requests', (command) => command === 'deleteMany' || command === 'tellPattern');
    const gone = there.invalidate('k*');
    await settle();
    expect(await here.get('k')).toBe('old');
    await telling.release();
    await gone;
    expect(here.peek('k')).toBeUndefined();
    expect(await here.get('k')).toBeUndefined();
  });

  it('a tag that the loader adds itself: the value is returned, not stored, and nobody joins after', async () => {
    const { here, there } = await open();
    const row = new Row();
    const gate = deferred<void>();
    // A loads, reads old; nobody knows its tag
    //                                           B: row = new, invalidates the tag
    //     a caller of A
    // A ends, with the tag
    const load = async ({ setTags }: { setTags: (...added: string[]) => void }): Promise<string> => {
      const value = row.read();
      await gate.promise;
      setTags('late');
      return value;
    };
    const one = here.getOrSet('k', load);
    await settle();
    row.value = 'new';
    expect(await there.invalidateTags('late')).toBe(true);
    const after = here.getOrSet('k', row.read);
    await settle();
    gate.resolve();
    expect(await one).toBe('old');
    expect(await after).toBe('new');
    expect(await here.get('k')).toBe('new');
    expect(await there.get('k')).toBe('new');
  });

  it('a tag that the loader added: stored, and gone with the tag', async () => {
    const { here, there } = await open();
    await here.getOrSet('k', ({ setTags }) => (setTags('late'), 'old'));
    expect(await there.get('k')).toBe('old');
    expect(await there.invalidateTags('late')).toBe(true);
    expect(here.peek('k')).toBeUndefined();
    expect(await here.get('k')).toBeUndefined();
  });

  it('expire of a value that ends while the patch is on its way: a renewal that began before is refused', async () => {
    const { b, clock, here, there } = await open();
    const options = { ttl: 1_000, staleWhileRevalidate: 1, refreshAhead: 10_000 } as const;
    const [first, second] = [deferred<void>(), deferred<void>()];
    const loading = here.getOrSet('k', new Row().slowly(first), options);
    await clock.advance(100);
    first.resolve();
    await loading;
    // A renews early, reads old
    //                            B: expire has read the entry, the patch is on its way
    // the entry ends
    //                            B: there is nothing to patch
    // A fills
    await clock.advance(999);
    expect(await here.getOrSet('k', new Row().slowly(second), options)).toBe('old');
    await settle();
    const patch = b.client.hold('requests', (command) => command === 'patch');
    const gone = there.expire('k');
    await settle();
    expect(patch.count).toBe(1);
    await clock.advance(2);
    await patch.release();
    expect(await gone).toBe(true);
    second.resolve();
    await settle();
    expect(await here.get('k')).toBeUndefined();
    expect(await there.get('k')).toBeUndefined();
  });

  it("an own delete wakes those of this process who wait for another's load", async () => {
    const { here, there } = await open();
    const gate = deferred<void>();
    const one = here.getOrSet('k', new Row().slowly(gate));
    await settle();
    let served: string | undefined;
    void there.getOrSet('k', () => 'new').then((value) => (served = value));
    await settle();
    await there.delete('k');
    await settle();
    expect(served).toBe('new');
    gate.resolve();
    await one;
  });
});
