import { describe, expect, it } from '@jest/globals';
import type { PutPlan } from '../../../lib/core/writes.js';
import { deferred, settle } from '../../support/deferred.js';
import { fleets, type Instance } from '../../support/fleet-caches.js';
import { CHANGES, PLACES, Row, scopeOf, standing } from './scene.js';

const fleet = fleets();
const tags = ['t'];

/** Runs a method whose result is put under `k`. `early`: its arguments tell the key. */
function put({ cache }: Instance, run: () => Promise<string>, early: boolean, tagged = tags): Promise<string> {
  const { parts, writes } = cache.cache;
  const options = parts.resolver.resolve({ tags: tagged });
  const plan: PutPlan<string> = {
    key: early ? 'k' : undefined,
    tags: early ? tagged : [],
    keyOf: () => 'k',
    optionsOf: () => options,
  };
  return writes.putAfter(cache.forNamespace('orders').forTenant('acme').scope, run, plan);
}

const cases = PLACES.flatMap((place) => CHANGES.map((change) => ({ ...place, ...change, change })));

describe.each(cases)('G2 $name by another process, $backend by $mode', ({ mode, backend, change }) => {
  async function open() {
    const { join } = fleet(mode);
    const [a, b] = [await join({ backend }), await join({ backend })];
    return { a, b, here: scopeOf(a), there: scopeOf(b) };
  }

  it.each([true, false])(
    'while a method runs whose result is to be put: nothing stays (key known early: %s)',
    async (early) => {
      const { a, b, here, there } = await open();
      const gate = deferred<void>();
      await here.set('k', 'before', { tags });
      await there.get('k');
      // A runs the method
      //                    B: the change is through
      // A has its result
      const one = put(a, async () => (await gate.promise, 'mine'), early);
      await settle();
      expect(await change.run(b)).toBe(true);
      gate.resolve();
      expect(await one).toBe('mine');
      await settle();
      expect(here.peek('k')).toBeUndefined();
      expect(there.peek('k')).toBeUndefined();
      expect(await here.get('k')).toBeUndefined();
      expect(await there.get('k')).toBeUndefined();
    },
  );

  it('while the value of a method is on its way', async () => {
    const { a, b, here, there } = await open();
    const fill = a.client.hold('requests', (command) => command === 'fill');
    const one = put(a, async () => 'mine', true);
    await settle();
    expect(fill.count).toBe(1);
    expect(await change.run(b)).toBe(true);
    await fill.release();
    expect(await one).toBe('mine');
    await settle();
    expect(await here.get('k')).toBeUndefined();
    expect(await there.get('k')).toBeUndefined();
  });
});

describe.each(PLACES)('a method whose result is put, $backend by $mode', ({ mode, backend }) => {
  async function open() {
    const { join, server } = fleet(mode);
    const [a, b] = [await join({ backend }), await join({ backend })];
    return { a, b, server, here: scopeOf(a), there: scopeOf(b) };
  }

  it('is stored when nothing came between, and its lease is gone', async () => {
    const { a, server, here, there } = await open();
    expect(await put(a, async () => 'mine', true)).toBe('mine');
    expect(await here.get('k')).toBe('mine');
    expect(await there.get('k')).toBe('mine');
    expect(standing(server, 'l')).toEqual([]);
  });

  it('takes the place of what another process has at hand', async () => {
    const { a, here, there } = await open();
    await here.set('k', 'before', { tags });
    expect(await there.get('k')).toBe('before');
    await put(a, async () => 'mine', true);
    expect(there.peek('k')).toBeUndefined();
    expect(await there.get('k')).toBe('mine');
  });

  it('whose key only the result tells: what stood there goes, nothing is stored, and the next reader loads', async () => {
    const { a, here, there } = await open();
    await here.set('k', 'before', { tags });
    expect(await there.get('k')).toBe('before');
    await put(a, async () => 'mine', false);
    expect(here.peek('k')).toBeUndefined();
    expect(there.peek('k')).toBeUndefined();
    expect(await there.get('k')).toBeUndefined();
    expect(await there.getOrSet('k', () => 'mine')).toBe('mine');
  });

  it.each([true, false])('overtakes a load in another process (key known early: %s)', async (early) => {
    const { a, here, there } = await open();
    const row = new Row();
    const gate = deferred<void>();
    // B loads, reads old
    //                     A: row = new, puts it
    //                                            B is called again
    // B ends
    const before = there.getOrSet('k', row.slowly(gate), { tags });
    await settle();
    await put(a, async () => (row.value = 'new'), early);
    const after = there.getOrSet('k', row.read, { tags });
    await settle();
    gate.resolve();
    expect(await before).toBe('old');
    expect(await after).toBe('new');
    expect(await here.getOrSet('k', row.read, { tags })).toBe('new');
    expect(await there.get('k')).toBe('new');
  });

  it('that fails leaves what stood there, and no lease', async () => {
    const { a, server, here, there } = await open();
    await here.set('k', 'before', { tags });
    await expect(put(a, () => Promise.reject(new Error('no row')), true)).rejects.toThrow('no row');
    await settle();
    expect(standing(server, 'l')).toEqual([]);
    expect(await there.get('k')).toBe('before');
  });

  it('of two methods in two processes neither value stays when they overlap, or the one that came last', async () => {
    const { a, b, here, there } = await open();
    const [first, second] = [deferred<void>(), deferred<void>()];
    // A runs its method
    //                    B runs its own, takes the lease
    // A ends
    //                    B ends
    const one = put(a, async () => (await first.promise, 'A'), true);
    await settle();
    const two = put(b, async () => (await second.promise, 'B'), true);
    await settle();
    first.resolve();
    expect(await one).toBe('A');
    await settle();
    expect(await here.get('k')).toBeUndefined();
    second.resolve();
    expect(await two).toBe('B');
    await settle();
    expect(await here.get('k')).toBe(await there.get('k'));
    expect(await here.get('k')).not.toBe('A');
  });
});
