import { describe, expect, it } from '@jest/globals';
import { FakeRandom } from '../../../lib/testing/fake-random.js';
import { deferred, settle, until } from '../../support/deferred.js';
import { everyStore, type Rig } from '../../support/every-store.js';
import { INVALIDATIONS } from '../../support/invalidations.js';

const { stores } = everyStore({ tieredOnDisk: true });

/** What the loaders read; a table of one row. */
class Row {
  value = 'old';
  reads = 0;
  read(): string {
    this.reads++;
    return this.value;
  }
}

/** A tenant's namespace, so that there is something above it. */
function scopesOf({ cache }: Rig) {
  return { root: cache, scope: cache.forNamespace('orders').forTenant('acme') };
}

const cases = stores.flatMap((store) => INVALIDATIONS.map((invalidation) => ({ store, invalidation })));
const label = 'G2 over $store.name: $invalidation.name';

describe.each(cases)(label, ({ store, invalidation }) => {
  it('during a load that has not read yet: what it reads is new, and a later caller loads for itself', async () => {
    const { root, scope } = scopesOf(await store.make());
    const row = new Row();
    const gate = deferred<void>();
    // load 1 begins
    //                 row = new, invalidation resolves
    //                                                  load 2 begins, reads new, stores
    // load 1 reads new, is not stored
    let begun = false;
    const first = scope.getOrSet('k', async () => ((begun = true), await gate.promise, row.read()), { tags: ['t'] });
    await until(() => begun);
    row.value = 'new';
    expect(await invalidation.run(scope, root)).toBe(true);
    expect(await scope.getOrSet('k', () => row.read(), { tags: ['t'] })).toBe('new');
    gate.resolve();
    expect(await first).toBe('new');
    expect(row.reads).toBe(2);
    expect(await scope.get('k')).toBe('new');
  });

  it('during a load that has read the old row: it is neither stored nor joined', async () => {
    const { root, scope } = scopesOf(await store.make());
    const row = new Row();
    const gate = deferred<void>();
    const slow = async () => {
      const value = row.read();
      await gate.promise;
      return value;
    };
    // load 1 reads old
    //     call 2 joins load 1
    //                 row = new, invalidation resolves
    //                                                  call 3 must not join
    // load 1 ends: for calls 1 and 2 only
    const one = scope.getOrSet('k', slow, { tags: ['t'] });
    await until(() => row.reads === 1);
    const two = scope.getOrSet('k', slow, { tags: ['t'] });
    await settle();
    row.value = 'new';
    expect(await invalidation.run(scope, root)).toBe(true);
    const three = scope.getOrSet('k', () => row.read(), { tags: ['t'] });
    expect(await three).toBe('new');
    gate.resolve();
    expect(await one).toBe('old');
    expect(await two).toBe('old');
    await settle();
    expect(await scope.get('k')).toBe('new');
    expect(await scope.getOrSet('k', () => row.read())).toBe('new');
    expect(row.reads).toBe(2);
  });

  it('during a load nobody repeats: the old value is not stored', async () => {
    const { root, scope } = scopesOf(await store.make());
    const row = new Row();
    const gate = deferred<void>();
    const one = scope.getOrSet('k', async () => [row.read(), await gate.promise][0], { tags: ['t'] });
    await until(() => row.reads === 1);
    row.value = 'new';
    expect(await invalidation.run(scope, root)).toBe(true);
    gate.resolve();
    expect(await one).toBe('old');
    expect(await scope.has('k')).toBe(false);
    expect(await scope.getOrSet('k', () => row.read())).toBe('new');
  });

  it('during a batch', async () => {
    const { root, scope } = scopesOf(await store.make());
    const row = new Row();
    const gate = deferred<void>();
    const load = async (keys: string[]) => {
      const values = keys.map(() => row.read());
      await gate.promise;
      return values;
    };
    const one = scope.getOrSetMany(['x', 'k', 'kk'], load, { tags: ['t'] });
    await until(() => row.reads === 3);
    row.value = 'new';
    expect(await invalidation.run(scope, root)).toBe(true);
    const fast = async (keys: string[]) => keys.map(() => row.read());
    expect((await scope.getOrSetMany(['k'], fast, { tags: ['t'] })).get('k')).toBe('new');
    expect(await scope.getOrSet('k', () => row.read())).toBe('new');
    gate.resolve();
    expect((await one).get('k')).toBe('old');
    expect(await scope.get('k')).toBe('new');
  });

  it('during a refresh behind a stale value', async () => {
    const rig = await store.make();
    const { root, scope } = scopesOf(rig);
    const row = new Row();
    const gate = deferred<void>();
    const options = { ttl: '1m', staleWhileRevalidate: '1h', tags: ['t'] } as const;
    await scope.set('k', 'oldest', options);
    await rig.clock.advance(61_000);
    const slow = async () => [row.read(), await gate.promise][0]!;
    // call 1 is given the stale value; load 1 begins behind its back, reads old
    //                 row = new, invalidation resolves
    //                                                  call 2: neither the stale value nor load 1
    // load 1 ends, is not stored
    expect(await scope.getOrSet('k', slow, options)).toBe('oldest');
    await until(() => row.reads === 1);
    row.value = 'new';
    expect(await invalidation.run(scope, root)).toBe(true);
    // `expire` leaves a stale value to those who take one; it is the load under way that must not be stored.
    const { staleWhileRevalidate: _, ...strict } = options;
    const now = invalidation.name === 'expire' ? strict : options;
    expect(await scope.getOrSet('k', () => row.read(), now)).toBe('new');
    gate.resolve();
    await settle();
    expect(await scope.get('k')).toBe('new');
  });

  it('during an early refresh', async () => {
    const random = new FakeRandom();
    const rig = await store.make({ random });
    const { root, scope } = scopesOf(rig);
    const row = new Row();
    const gate = deferred<void>();
    const options = { ttl: '1m', refreshAhead: true, tags: ['t'] } as const;
    await scope.getOrSet('k', async () => (await rig.clock.advance(5_000), 'oldest'), options);
    await rig.clock.advance(58_000);
    // -ln(1 - 0.99) is 4.6: 23 s early, for a load of 5 s.
    random.script(0.99, 0.99, 0.99);
    expect(await scope.getOrSet('k', async () => [row.read(), await gate.promise][0]!, options)).toBe('oldest');
    await until(() => row.reads === 1);
    row.value = 'new';
    expect(await invalidation.run(scope, root)).toBe(true);
    expect(await scope.getOrSet('k', () => row.read(), options)).toBe('new');
    gate.resolve();
    await settle();
    expect(await scope.get('k')).toBe('new');
  });

  it('during a put: the invalidation wins', async () => {
    const { root, scope } = scopesOf(await store.make());
    const { writes, parts } = scope.cache;
    const gate = deferred<void>();
    const options = parts.resolver.resolve({ tags: ['t'] });
    for (const key of ['k', undefined]) {
      await scope.set('k', 'oldest', { tags: ['t'] });
      const plan = { key, tags: ['t'], keyOf: () => 'k', optionsOf: () => options };
      const put = writes.putAfter(scope.scope, async () => (await gate.promise, 'old'), plan);
      await settle();
      expect(await invalidation.run(scope, root)).toBe(true);
      gate.resolve();
      expect(await put).toBe('old');
      expect(await scope.has('k')).toBe(false);
    }
  });
});

describe.each(stores)('G2 over $name', ({ make }) => {
  it('a batch that did not know the key: who comes after an invalidation is not told so, whatever tags the load had', async () => {
    const { cache } = await make();
    const rows = new Map<string, string>();
    const begun = deferred<void>();
    const gate = deferred<void>();
    // load(k) begins -> finds no row
    //                     row = new, invalidateTags(t) -> resolves
    //                                                       getMany(k) with the tag t: the load knows of none
    const first = cache.getOrSetMany(['k'], async () => {
      const found = new Map(rows);
      begun.resolve();
      await gate.promise;
      return found;
    });
    await begun.promise;
    rows.set('k', 'new');
    expect(await cache.invalidateTags('t')).toBe(true);
    const second = cache.getOrSetMany(['k'], async () => rows, { tags: ['t'] });
    await settle();
    gate.resolve();
    expect((await first).size).toBe(0);
    expect((await second).get('k')).toBe('new');
    expect(await cache.get('k')).toBe('new');
  });

  it('set: a load that began before it does not overwrite it, is not joined after it', async () => {
    const { scope } = scopesOf(await make());
    const row = new Row();
    const gate = deferred<void>();
    const slow = async () => [row.read(), await gate.promise][0]!;
    const one = scope.getOrSet('k', slow);
    await until(() => row.reads === 1);
    expect(await scope.set('k', 'by hand')).toBe(true);
    expect(await scope.getOrSet('k', slow)).toBe('by hand');
    gate.resolve();
    expect(await one).toBe('old');
    expect(await scope.get('k')).toBe('by hand');
    const batch = scope.getOrSetMany(['m'], async (keys) => (await settle(), keys.map(() => 'loaded')));
    expect(await scope.setMany([['m', 'by hand']])).toBe(true);
    await batch;
    expect(await scope.get('m')).toBe('by hand');
  });

  it('sets of one key end in the order they were made in', async () => {
    const { scope } = scopesOf(await make());
    const sets = [
      scope.set('k', 1),
      scope.set('k', 2),
      scope.setMany([['k', 3]]),
      scope.warm([
        ['k', 4],
        ['k', 5],
      ]),
    ];
    await Promise.all(sets);
    expect(await scope.get('k')).toBe(5);
    const mixed = [scope.set('k', 6), scope.delete('k'), scope.set('k', 7), scope.delete('k')];
    await Promise.all(mixed);
    expect(await scope.has('k')).toBe(false);
  });

  it('tags the loader adds: invalidated while it runs', async () => {
    const { scope } = scopesOf(await make());
    const row = new Row();
    const gate = deferred<void>();
    // load 1 reads old
    //                 row = new, invalidateTags(late) resolves: nobody knows yet that the load concerns it
    //                                                  call 2 joins
    // load 1 ends with setTags(late): not stored, and not for call 2
    const one = scope.getOrSet('k', async ({ setTags }) => {
      const value = row.read();
      await gate.promise;
      setTags('late', 'other');
      return value;
    });
    await until(() => row.reads === 1);
    row.value = 'new';
    expect(await scope.invalidateTags('late')).toBe(true);
    const two = scope.getOrSet('k', () => row.read());
    const batch = scope.getOrSetMany(['k'], async (keys) => keys.map(() => row.read()));
    gate.resolve();
    expect(await one).toBe('old');
    expect(await two).toBe('new');
    expect((await batch).get('k')).toBe('new');
    expect(await scope.get('k')).toBe('new');
  });

  it('tags the loader added: of a stale value that is being refreshed', async () => {
    const rig = await make();
    const { scope } = scopesOf(rig);
    const row = new Row();
    const gate = deferred<void>();
    const options = { ttl: '1m', staleWhileRevalidate: '1h' } as const;
    await scope.getOrSet('k', ({ setTags }) => (setTags('late'), row.read()), options);
    await rig.clock.advance(61_000);
    // call 1 is given the stale value, its refresh runs
    //                 invalidateTags(late) resolves
    //                                                  call 2 must not be given what call 1 found
    expect(await scope.getOrSet('k', async () => [row.read(), await gate.promise][0]!, options)).toBe('old');
    await until(() => row.reads === 2);
    row.value = 'new';
    expect(await scope.invalidateTags('late')).toBe(true);
    expect(await scope.getOrSet('k', () => row.read(), options)).toBe('new');
    gate.resolve();
  });

  it('tags the loader adds: not invalidated, or of another tenant', async () => {
    const { root, scope } = scopesOf(await make());
    await scope.getOrSet('k', async ({ setTags }) => {
      await scope.invalidateTags('unrelated');
      await root.invalidateTags('mine');
      setTags('mine');
      return 'kept';
    });
    expect(await scope.get('k')).toBe('kept');
    await scope.invalidateTags('mine');
    expect(await scope.has('k')).toBe(false);
  });

  it('more tags than a load can remember count as all of them', async () => {
    const { scope } = scopesOf(await make());
    const gate = deferred<void>();
    let begun = 0;
    const one = scope.getOrSet('k', async ({ setTags }) => (begun++, await gate.promise, setTags('t5'), 'old'));
    const plain = scope.getOrSet('untagged', async () => (begun++, await gate.promise, 'kept'));
    await until(() => begun === 2);
    await scope.invalidateTags(...Array.from({ length: 1_500 }, (_, index) => `t${index}`));
    gate.resolve();
    await Promise.all([one, plain]);
    expect(await scope.has('k')).toBe(false);
    expect(await scope.has('untagged')).toBe(true);
  });

  it('does not touch the loads of others: other keys, tags, patterns, tenants', async () => {
    const { root, scope } = scopesOf(await make());
    const gate = deferred<void>();
    let runs = 0;
    const load = async () => (runs++, await gate.promise, 'kept');
    const one = scope.getOrSet('k', load, { tags: ['t'] });
    await until(() => runs === 1);
    await scope.delete('kk');
    await scope.invalidateTags('tt');
    await scope.invalidate('kk*');
    await root.invalidateTags('t');
    await root.invalidate('*');
    await root.forTenant('other').clear();
    await root.forNamespace('orders').forTenant('other').clear();
    const two = scope.getOrSet('k', load, { tags: ['t'] });
    gate.resolve();
    expect(await Promise.all([one, two])).toEqual(['kept', 'kept']);
    expect(runs).toBe(1);
    expect(await scope.get('k')).toBe('kept');
  });

  it('a put whose key only its result tells gives way to a newer value', async () => {
    const { scope } = scopesOf(await make());
    const { writes, parts } = scope.cache;
    const gate = deferred<void>();
    const plan = { key: undefined, tags: [], keyOf: () => 'k', optionsOf: () => parts.resolver.resolve(undefined) };
    const put = writes.putAfter(scope.scope, async () => (await gate.promise, 'older'), plan);
    await settle();
    await scope.set('k', 'newer');
    gate.resolve();
    await put;
    expect(await scope.get('k')).not.toBe('older');
  });
});
