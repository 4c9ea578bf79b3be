import { describe, expect, it } from '@jest/globals';
import { deferred, settle } from '../../support/deferred.js';
import { fleets } from '../../support/fleet-caches.js';
import { INVALIDATIONS } from '../../support/invalidations.js';
import { PLACES, Row, scopeOf } from './scene.js';

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
    const held = b.client.hold(
      'answers',
      (command, keys) => looks(command) && keys.some((key) => key.includes('{late}')),
    );
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

describe.each(PLACES)('G2 by this very process, $backend by $mode', ({ mode, backend }) => {
  it("an own delete wakes those of this process who wait for another's load", async () => {
    const { join } = fleet(mode);
    const [here, there] = [(await join({ backend })).cache, (await join({ backend })).cache];
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
