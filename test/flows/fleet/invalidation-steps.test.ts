import { describe, expect, it } from '@jest/globals';
import { FakeRandom } from '../../../lib/testing/fake-random.js';
import { deferred, settle } from '../../support/deferred.js';
import { fleets } from '../../support/fleet-caches.js';
import { PLACES, Row, scopeOf, standing } from './scene.js';

const fleet = fleets();
const tags = ['t'];
const looks = (command: string): boolean => command === 'get' || command === 'getMany';

describe.each(PLACES)('G2 step by step, $backend by $mode', ({ mode, backend }) => {
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

  it("a tag, while one who waits looks at another's value: who calls after is not given that", async () => {
    const { a, b, clock, here, there } = await open();
    const options = { tags, ttl: 1_000, staleIfError: '1h' } as const;
    const row = new Row();
    const gate = deferred<void>();
    await there.getOrSet('warm', () => 1, { tags });
    await there.set('k', 'stale', { ttl: 1_000, staleIfError: '1h' });
    await clock.advance(1_000);
    // B has found a stale value without the tag, and waits for A
    // A fills                 -> B looks: the value, valid so far, is on its way
    //                            A: row = new, the tag is invalidated
    // another caller of B
    const one = here.getOrSet('k', row.slowly(gate), options);
    await settle();
    const two = there.getOrSet('k', row.read, options);
    await settle();
    const answers = b.client.hold('answers', looks);
    gate.resolve();
    expect(await one).toBe('old');
    await settle();
    expect(answers.count).toBe(1);
    row.value = 'new';
    expect(await here.invalidateTags('t')).toBe(true);
    const after = there.getOrSet('k', row.read, options);
    await settle();
    await answers.release();
    await clock.advance(80);
    expect(['old', 'new']).toContain(await two);
    expect(await after).toBe('new');
    expect(a.cache.cache.parts.flights.running.size).toBe(0);
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
});
