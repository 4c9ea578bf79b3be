import { describe, expect, it } from '@jest/globals';
import { deferred, settle, until } from '../../support/deferred.js';
import { DISK_PLACES, diskFleets, scopeIn } from '../../support/disk-fleet.js';
import { INVALIDATIONS } from '../../support/invalidations.js';
import { Row } from '../fleet/scene.js';

const fleet = diskFleets();
const tags = ['t'];
const CHANGES = [
  ...INVALIDATIONS.map((change) => ({ ...change, leaves: undefined })),
  { name: 'set', run: (scope: ReturnType<typeof scopeIn>) => scope.set('k', 'new', { tags }), leaves: 'new' },
];
/** Leases and versions are the same with memory before them and without; there, one change of each kind shows it. */
const KINDS = ['delete', 'expire', 'invalidateTags', 'invalidate', 'clear', 'set'];
const cases = DISK_PLACES.flatMap((backend) =>
  CHANGES.filter(({ name }) => backend === 'tiered' || KINDS.includes(name)).map((change) => ({ backend, ...change })),
);

describe.each(cases)('G2 $name by another process on the directory, $backend', ({ backend, run, leaves }) => {
  async function open() {
    const { join } = await fleet();
    const [a, b, c] = [await join({ backend }), await join({ backend }), await join({ backend })];
    return { here: scopeIn(a), there: scopeIn(b), third: scopeIn(c), change: () => run(scopeIn(b), b) };
  }

  it('during a load: the old value is stored nowhere', async () => {
    const { here, there, change } = await open();
    const row = new Row();
    const gate = deferred<void>();
    // A loads, reads old
    //                     B: row = new, the change is through
    // A ends: for its caller only
    const one = here.getOrSet('k', row.slowly(gate), { tags });
    await until(() => row.reads === 1);
    row.value = 'new';
    expect(await change()).toBe(true);
    gate.resolve();
    expect(await one).toBe('old');
    expect(here.peek('k')).not.toBe('old');
    expect(await there.get('k')).toBe(leaves);
    expect(await here.get('k')).toBe(leaves);
    expect(await here.getOrSet('k', row.read, { tags })).toBe('new');
  });

  it('during a load: who calls after it does not join', async () => {
    const { here, there, change } = await open();
    const row = new Row();
    const gate = deferred<void>();
    const before = [here.getOrSet('k', row.slowly(gate), { tags }), here.getOrSet('k', row.read, { tags })];
    await until(() => row.reads === 1);
    row.value = 'new';
    expect(await change()).toBe(true);
    const after = [here, there, here].map((scope) => scope.getOrSet('k', row.read, { tags }));
    expect(await Promise.all(after)).toEqual(['new', 'new', 'new']);
    gate.resolve();
    expect(await Promise.all(before)).toEqual(['old', 'old']);
    expect(await here.get('k')).toBe('new');
    expect(await there.get('k')).toBe('new');
    expect(row.reads).toBe(leaves ? 1 : 2);
  });

  it('during a load that a third process waits for: that one loads for itself', async () => {
    const { here, third, change } = await open();
    const row = new Row();
    const gate = deferred<void>();
    const one = here.getOrSet('k', row.slowly(gate), { tags });
    await until(() => row.reads === 1);
    const waiting = third.getOrSet('k', row.read, { tags });
    await settle();
    row.value = 'new';
    expect(await change()).toBe(true);
    expect(await waiting).toBe('new');
    gate.resolve();
    expect(await one).toBe('old');
    expect(await here.get('k')).toBe('new');
  });

  it('of a value in memory: the next call, in the same go of the event loop, does not see it', async () => {
    const { here, there, change } = await open();
    await there.set('k', 'old', { tags });
    for (let round = 0; round < 3; round++) {
      expect(await here.get('k')).toBe(round === 0 ? 'old' : (leaves ?? 'old'));
      if (backend === 'tiered') expect(here.peek('k')).toBeDefined();
      expect(await change()).toBe(true);
      expect(here.peek('k')).toBeUndefined();
      expect(await here.get('k')).toBe(leaves);
      if (leaves === undefined) await there.set('k', 'old', { tags });
    }
  });
});
