import { describe, expect, it } from '@jest/globals';
import { CacheBackend } from '../../../lib/contracts/backend.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { MapBackend } from '../../../lib/testing/map.backend.js';
import { deferred, settle } from '../../support/deferred.js';
import { everyStore, slowStores, type SlowStore } from '../../support/every-store.js';
import { holdAnswers } from '../../support/held-answers.js';
import { INVALIDATIONS } from '../../support/invalidations.js';

const { makeCache } = everyStore();
const slow = slowStores(makeCache);
const SWR = { ttl: '1m', staleWhileRevalidate: '1h', tags: ['t'] } as const;
const TAGGED = { tags: ['t'] } as const;

async function rigOf(store: SlowStore) {
  const rig = await store.make();
  const hold = holdAnswers(rig.inner);
  return { ...rig, hold, root: rig.cache, scope: rig.cache.forNamespace('orders').forTenant('acme') };
}

const cases = slow.flatMap((store) => INVALIDATIONS.map((invalidation) => ({ store, invalidation })));

describe.each(cases)('G2 over $store.name: $invalidation.name', ({ store, invalidation }) => {
  it('while a look-up is on its way to the store', async () => {
    const { backend, root, scope } = await rigOf(store);
    await scope.set('k', 'old', TAGGED);
    // look-up 1 is sent
    //                     invalidation resolves
    //                                             call 2
    // look-up 1 is read
    const hang = backend.hang('all');
    const one = scope.getOrSet('k', () => 'new', TAGGED);
    await settle();
    backend.heal();
    expect(await invalidation.run(scope, root)).toBe(true);
    expect(await scope.getOrSet('k', () => 'new', TAGGED)).toBe('new');
    await hang.release();
    expect(await one).toBe('new');
    expect(await scope.get('k')).toBe('new');
  });

  it('while the answer of a look-up is on its way back', async () => {
    const { hold, root, scope } = await rigOf(store);
    await scope.set('k', 'old', TAGGED);
    // look-up 1 is read: old
    //                     invalidation resolves
    //                                             call 2 must not board the flight of call 1
    // look-up 1 arrives
    const held = hold();
    const one = scope.getOrSet('k', () => 'new', TAGGED);
    await settle();
    held.stop();
    expect(await invalidation.run(scope, root)).toBe(true);
    const two = scope.getOrSet('k', () => 'new', TAGGED);
    const many = scope.getOrSetMany(['k'], async () => ['new'], TAGGED);
    await settle();
    await held.release();
    await one;
    expect(await two).toBe('new');
    expect((await many).get('k')).toBe('new');
    expect(await scope.get('k')).toBe('new');
  });

  it.each([
    ['a fresh value', TAGGED],
    ['a stale value', SWR],
  ])('look-ups made while the invalidation itself is on its way: %s', async (what, options) => {
    const { backend, clock, hold, root, scope } = await rigOf(store);
    await scope.set('k', 'old', options);
    if (options === SWR) await clock.advance(61_000);
    // invalidation is sent, and has not landed
    //                     look-up 1 is read: old
    // invalidation lands, resolves
    //                                             call 2 must not board the flight of call 1
    //                     look-up 1 arrives
    const gate = deferred<void>();
    const writes = (['set', 'delete', 'deleteMany', 'patch', 'scan'] as const).map((name) => backend.hang(name));
    const invalidated = invalidation.run(scope, root);
    await settle();
    const held = hold();
    const one = scope.getOrSet('k', async () => (await gate.promise, 'new'), options);
    await settle();
    held.stop();
    for (const write of writes) await write.release();
    expect(await invalidated).toBe(true);
    const strict = invalidation.name === 'expire' ? TAGGED : options;
    const two = scope.getOrSet('k', () => 'new', strict);
    const many = scope.getOrSetMany(['k'], async () => ['new'], strict);
    await settle();
    await held.release();
    gate.resolve();
    expect(['old', 'new']).toContain(await one);
    expect(await two).toBe('new');
    expect((await many).get('k')).toBe('new');
  });

  it('a stale value found while the invalidation itself is on its way, and being refreshed', async () => {
    const { backend, clock, root, scope } = await rigOf(store);
    await scope.set('k', 'old', SWR);
    await clock.advance(61_000);
    // invalidation is sent, and has not landed
    //                     call 1 finds the stale value, its refresh runs
    // invalidation lands, resolves
    //                                             call 2 must not be given what call 1 found
    const gate = deferred<void>();
    const writes = (['set', 'delete', 'deleteMany', 'patch', 'scan'] as const).map((name) => backend.hang(name));
    const invalidated = invalidation.run(scope, root);
    await settle();
    const one = scope.getOrSet('k', async () => (await gate.promise, 'new'), SWR);
    await settle();
    for (const write of writes) await write.release();
    expect(await invalidated).toBe(true);
    // What was stale already, `expire` leaves as it is, for those who take it.
    const strict = invalidation.name === 'expire' ? TAGGED : SWR;
    const two = scope.getOrSet('k', () => 'new', strict);
    await settle();
    gate.resolve();
    expect(['old', 'new']).toContain(await one);
    expect(await two).toBe('new');
  });

  it('while a fill is on its way: it lands before the invalidation resolves', async () => {
    const { backend, root, scope } = await rigOf(store);
    await scope.set('other', 1, TAGGED);
    // load 1 ends, its fill is sent
    //                     invalidation is issued
    // fill lands
    //                     invalidation resolves
    const fill = backend.hang('set', 1);
    const one = scope.getOrSet('k', () => 'old', TAGGED);
    await settle();
    expect(fill.pending).toBe(1);
    const invalidated = invalidation.run(scope, root);
    await settle();
    await fill.release();
    expect(await invalidated).toBe(true);
    expect(await one).toBe('old');
    expect(await scope.get('k')).toBeUndefined();
    expect(await scope.getOrSet('k', () => 'new', TAGGED)).toBe('new');
  });

  it('while a fill is on its way: it lands long after everybody has ceased to wait', async () => {
    const { backend, clock, root, scope } = await rigOf(store);
    await scope.set('other', 1, TAGGED);
    const fill = backend.hang('set', 1);
    const one = scope.getOrSet('k', () => 'old', TAGGED);
    await settle();
    expect(fill.pending).toBe(1);
    const invalidated = invalidation.run(scope, root);
    await clock.advance(100);
    expect(await one).toBe('old');
    // Where the store could not be told in time it says so; it is told all the same, when its turn has come.
    await invalidated;
    expect(await scope.get('k')).toBeUndefined();
    const two = scope.getOrSet('k', () => 'new', TAGGED);
    await clock.advance(100);
    expect(await two).toBe('new');
    await fill.release();
    await settle();
    expect(await scope.get('k')).not.toBe('old');
    expect(await scope.getOrSet('k', () => 'new', TAGGED)).toBe('new');
  });

  it('while a set by hand is on its way', async () => {
    const { backend, clock, root, scope } = await rigOf(store);
    await scope.set('other', 1, TAGGED);
    const write = backend.hang('set', 1);
    const set = scope.set('k', 'old', TAGGED);
    await settle();
    expect(write.pending).toBe(1);
    const invalidated = invalidation.run(scope, root);
    await clock.advance(100);
    expect(await set).toBe(false);
    await invalidated;
    await write.release();
    await settle();
    expect(await scope.get('k')).toBeUndefined();
  });

  it('while a batch is on its way', async () => {
    const { backend, root, scope } = await rigOf(store);
    await scope.set('other', 1, TAGGED);
    const sets = [backend.hang('set', 3), backend.hang('setMany', 1)];
    const one = scope.getOrSetMany(['k', 'kk', 'x'], async (keys) => keys.map(() => 'old'), TAGGED);
    await settle();
    const invalidated = invalidation.run(scope, root);
    await settle();
    for (const set of sets) await set.release();
    expect(await invalidated).toBe(true);
    expect((await one).size).toBe(3);
    expect(await scope.get('k')).toBeUndefined();
  });
});

describe.each(slow)('G2 over $name', (store) => {
  it('expire reaches the refresh of a stale value whose fill is on its way', async () => {
    const { backend, clock, scope } = await rigOf(store);
    await scope.set('k', 'oldest', SWR);
    await clock.advance(61_000);
    // refresh ends, its fill is sent
    //                     expire: what stands there is stale already
    // fill lands
    const fill = backend.hang('set', 1);
    expect(await scope.getOrSet('k', () => 'old', SWR)).toBe('oldest');
    await settle();
    expect(fill.pending).toBe(1);
    const expired = scope.expire('k');
    await settle();
    await fill.release();
    expect(await expired).toBe(true);
    await settle();
    expect(await scope.get('k')).toBeUndefined();
  });

  it('a pattern reaches a fill of a key too long to be spelled out that is on its way', async () => {
    const { backend, scope } = await rigOf(store);
    const key = `report:${'x'.repeat(500)}:end`;
    await scope.set('other', 1);
    const fill = backend.hang('set', 1);
    const one = scope.getOrSet(key, () => 'old');
    await settle();
    expect(fill.pending).toBe(1);
    const invalidated = scope.invalidate('report:*:end');
    await settle();
    await fill.release();
    await invalidated;
    await one;
    expect(await scope.get(key)).toBeUndefined();
  });

  it('set: what was looked up before it lands is not given to those who come after it', async () => {
    const { backend, hold, scope } = await rigOf(store);
    await scope.set('k', 'old', TAGGED);
    // set is sent, and has not landed
    //                     look-up 1 is read: old
    // set lands, resolves
    //                                             call 2 must not board the flight of call 1
    //                     look-up 1 arrives
    const write = backend.hang('set', 1);
    const set = scope.set('k', 'by hand', TAGGED);
    await settle();
    expect(write.pending).toBe(1);
    const held = hold();
    const one = scope.getOrSet('k', () => 'loaded', TAGGED);
    await settle();
    held.stop();
    await write.release();
    expect(await set).toBe(true);
    const two = scope.getOrSet('k', () => 'loaded', TAGGED);
    await settle();
    await held.release();
    expect(await one).toBe('old');
    expect(await two).toBe('by hand');
  });

  it('a delete that cannot be done in time says so, and is done when its turn comes', async () => {
    const { backend, clock, scope } = await rigOf(store);
    await scope.set('k', 'old');
    const write = backend.hang('set', 1);
    const set = scope.set('k', 'older');
    await settle();
    const deleted = scope.delete('k');
    const deletedAgain = scope.deleteMany(['k', 'x']);
    await clock.advance(100);
    expect([await set, await deleted, await deletedAgain]).toEqual([false, false, false]);
    expect(await scope.get('k')).toBeUndefined();
    await write.release();
    await settle();
    expect(await scope.has('k')).toBe(false);
    expect(await scope.delete('k')).toBe(true);
    expect(await scope.set('k', 'new')).toBe(true);
    expect(await scope.get('k')).toBe('new');
  });

  it('a lost version of a tag, a scope or a parent makes its entries misses, never valid again', async () => {
    const { inner, root, scope } = await rigOf(store);
    const gate = deferred<void>();
    for (const record of ['cache/orders@acme:t:{t}', 'cache/orders@acme:s:{%}', 'cache/orders:s:{%}', 'cache:s:{%}']) {
      await scope.set('k', 'old', TAGGED);
      const one = scope.getOrSet('during', async () => (await gate.promise, 'old'), TAGGED);
      await settle();
      expect(await inner.delete(record)).toBe(true);
      expect(await scope.get('k')).toBeUndefined();
      // Another one is made: what was loaded under the lost one is not valid under it.
      await scope.set('another', 1, TAGGED);
      gate.resolve();
      await one;
      expect(await scope.getMany(['k', 'during'])).toEqual(new Map());
      expect(await scope.getOrSet('k', () => 'new', TAGGED)).toBe('new');
      await root.clear();
    }
  });

  it('a version written late by one who has ceased to wait makes misses at worst', async () => {
    const { backend, clock, scope } = await rigOf(store);
    const late = backend.hang('set', 1);
    const one = scope.getOrSet('k', () => 'old', TAGGED);
    await clock.advance(100);
    expect(await one).toBe('old');
    await scope.set('k', 'old', TAGGED);
    expect(await scope.clear()).toBe(true);
    expect(await scope.invalidateTags('t')).toBe(true);
    await scope.set('kept', 'new', TAGGED);
    await late.release();
    await settle();
    expect(await scope.get('k')).toBeUndefined();
    expect(await scope.getOrSet('kept', () => 'new', TAGGED)).toBe('new');
    expect(await scope.getOrSet('kept', () => 'again', TAGGED)).toBe('new');
  });
});

describe('G2 over a store that cannot list its keys', () => {
  it('a pattern record that lands late does not bring back what a clear took', async () => {
    const { backend, clock, scope } = await rigOf(slow[0]!);
    await scope.set('k', 'old');
    // pattern: the record, with the version of now, is sent and hangs; its caller is told
    //                     clear: another version
    // the record lands
    const late = backend.hang('set', 1);
    const invalidated = scope.invalidate('nothing*');
    await clock.advance(100);
    await invalidated;
    const cleared = scope.clear();
    await clock.advance(100);
    const complete = await cleared;
    await late.release();
    await settle();
    expect(complete).toBe(false);
    expect(await scope.clear()).toBe(true);
    expect(await scope.get('k')).toBeUndefined();
    await scope.set('k', 'new');
    expect(await scope.get('k')).toBe('new');
  });

  it('a batch of which one write fails waits for the others before they can be deleted', async () => {
    const hung = deferred<void>();
    class HalfFailing extends MapBackend {
      hangs = false;
      override async set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
        if (this.hangs && key.includes('{bad}')) throw new Error('no');
        if (this.hangs && key.includes('{k}')) await hung.promise;
        await super.set(key, value, ttlMs);
      }
    }
    const clock = new FakeClock();
    const backend = new HalfFailing(clock);
    const cache = await makeCache({ clock, backend });
    await cache.set('other', 1);
    backend.hangs = true;
    // set(bad) fails at once, set(k) is on its way
    //                     delete(k)
    // set(k) lands
    const set = cache.setMany([
      ['bad', 1],
      ['k', 'old'],
    ]);
    await settle();
    const deleted = cache.delete('k');
    await settle();
    hung.resolve();
    expect(await deleted).toBe(true);
    expect(await set).toBe(false);
    expect(await cache.get('k')).toBeUndefined();
  });
});

it('G2: a store that is told of a delete before the set it follows has ended is never this one', async () => {
  // The order in which commands begin and end, as the store sees it.
  const seen: string[] = [];
  const gates = new Map<string, ReturnType<typeof deferred<void>>>();
  class Recording extends CacheBackend {
    private readonly map = new Map<string, Uint8Array>();
    async get(key: string): Promise<Uint8Array | undefined> {
      return this.map.get(key);
    }
    async set(key: string, value: Uint8Array): Promise<void> {
      if (!key.endsWith(':v:{k}')) return void this.map.set(key, value);
      const turn = `set ${seen.length}`;
      seen.push(turn);
      const gate = deferred<void>();
      gates.set(turn, gate);
      await gate.promise;
      this.map.set(key, value);
      seen.push(`${turn} ends`);
    }
    async delete(key: string): Promise<boolean> {
      seen.push('delete');
      return this.map.delete(key);
    }
  }
  const clock = new FakeClock();
  const cache = await makeCache({ clock, backend: new Recording() });
  await cache.set('other', 1);
  const first = cache.set('k', 1);
  await settle();
  const deleted = cache.delete('k');
  const second = cache.set('k', 2);
  const third = cache.set('k', 3);
  await settle();
  expect(seen).toEqual(['set 0']);
  gates.get('set 0')!.resolve();
  await settle();
  gates.get('set 3')!.resolve();
  expect(await Promise.all([first, deleted, second, third])).toEqual([true, true, false, true]);
  // Of the two sets that waited, the later one replaced the earlier.
  expect(seen).toEqual(['set 0', 'set 0 ends', 'delete', 'set 3', 'set 3 ends']);
  expect(await cache.get('k')).toBe(3);
});
