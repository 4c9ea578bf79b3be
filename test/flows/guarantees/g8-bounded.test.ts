import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { MemoryBackend } from '../../../lib/backends/memory/memory.backend.js';
import type { Address } from '../../../lib/contracts/scope.js';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { Scopes } from '../../../lib/core/scopes.js';
import { createIsolation } from '../../../lib/support/isolation.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { KeyQueue } from '../../../lib/wrappers/encoded/key-queue.js';
import { WriteQueue } from '../../../lib/wrappers/encoded/write-queue.js';
import { deferred, settle, until } from '../../support/deferred.js';
import { everyStore, slowStores } from '../../support/every-store.js';

const { stores, makeCache } = everyStore();

/** The simplest thing that is a bounded list with the least recently used first out. */
class LruModel {
  readonly entries = new Map<string, { value: unknown; bytes: number }>();
  readonly evicted: string[] = [];

  constructor(
    readonly maxEntries: number,
    readonly maxBytes: number,
  ) {}

  get bytes(): number {
    return [...this.entries.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get(key: string): unknown {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: unknown, bytes: number): void {
    this.entries.delete(key);
    if (bytes > this.maxBytes) return;
    this.entries.set(key, { value, bytes });
    while (this.entries.size > this.maxEntries || this.bytes > this.maxBytes) {
      const [oldest] = this.entries.keys();
      this.entries.delete(oldest!);
      this.evicted.push(oldest!);
    }
  }

  delete(key: string): void {
    this.entries.delete(key);
  }
}

type Step =
  | { readonly do: 'set'; readonly key: string; readonly length: number }
  | { readonly do: 'get' | 'peek' | 'delete'; readonly key: string };

const key = fc.integer({ min: 0, max: 12 }).map((index) => `k${index}`);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('set' as const), key, length: fc.integer({ min: 0, max: 600 }) }),
  fc.record({ do: fc.constantFrom('get' as const, 'peek' as const, 'delete' as const), key }),
);

describe('G8, memory is bounded', () => {
  it('it is the list of a simple model, under any steps and limits', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 120 }),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 200, max: 6_000 }),
        (steps, maxEntries, maxBytes) => {
          const evicted: string[] = [];
          const isolation = createIsolation('clone', 'plain');
          const store = new MemoryBackend({ maxEntries, maxBytes }, new FakeClock(), (_, name) => evicted.push(name));
          const model = new LruModel(maxEntries, maxBytes);
          const { root } = new Scopes('cache');
          for (const [index, { do: what, key: name, ...rest }] of steps.entries()) {
            const address: Address = { scope: root, key: name, id: root.idOf(name) };
            if (what === 'set') {
              const value = `${index}${'x'.repeat((rest as { length: number }).length)}`;
              const times = { createdAt: 0, staleAt: Infinity, expiresAt: Infinity, loadTime: 0 };
              const draft = { ...times, tags: [], kept: isolation.keep(value) };
              const before = store.usage().bytes!;
              const own = before - (store.peek(address.id, true)?.bytes ?? 0);
              const stored = store.set(address, draft, store.stamp(root, []));
              // What one entry weighs is the store's to say; that it adds up is not.
              const bytes = stored ? store.peek(address.id, true)!.bytes : Infinity;
              model.set(name, value, bytes);
              if (!stored) expect(store.usage().bytes).toBe(own);
            } else if (what === 'get') expect(store.look(address).entry?.read()).toBe(model.get(name));
            else if (what === 'peek') expect(store.peek(address.id, true)?.read()).toBe(model.entries.get(name)?.value);
            else {
              expect(store.delete(address)).toBe(model.entries.has(name));
              model.delete(name);
            }
            expect(store.usage()).toEqual({ entries: model.entries.size, bytes: model.bytes });
            expect(store.usage().entries).toBeLessThanOrEqual(maxEntries);
            expect(store.usage().bytes).toBeLessThanOrEqual(maxBytes);
            expect(evicted).toEqual(model.evicted);
          }
        },
      ),
      { numRuns: 80 },
    );
  });

  it('keys and tags weigh something as well', async () => {
    const cache = await makeCache({ memory: { maxBytes: 20_000 } });
    await cache.set('k'.repeat(20_000), 1);
    expect(cache.getStats()).toMatchObject({ entries: 0, bytes: 0 });
    for (let index = 0; index < 50; index++)
      await cache.set(`k${index}`, 1, { tags: [`${index}${'t'.repeat(1_000)}`] });
    expect(cache.getStats().entries).toBeLessThan(10);
    expect(cache.getStats().bytes).toBeLessThanOrEqual(20_000);
  });

  it('what is too large is given to its caller and leaves the others where they are', async () => {
    const cache = await makeCache({ memory: { maxBytes: 10_000 } });
    await cache.set('small', 1);
    expect(await cache.getOrSet('large', () => 'x'.repeat(50_000))).toHaveLength(50_000);
    expect(await cache.set('large', 'x'.repeat(50_000))).toBe(false);
    expect(await cache.get('small')).toBe(1);
    expect(cache.getStats().evictions).toBe(0);
  });
});

/** All that a cache holds beside its entries; zeros when nothing is under way. */
function heldBy(cache: CacheManager): Record<string, number> {
  const { fence, flights, store, clock } = cache.cache.parts;
  const inside = store as unknown as { writes?: { size: number }; versions?: { queue?: { size: number } } };
  return {
    tickets: fence.size,
    flights: flights.running.size,
    writes: inside.writes?.size ?? 0,
    versionWrites: inside.versions?.queue?.size ?? 0,
    timers: clock instanceof FakeClock ? clock.pendingTimers : 0,
  };
}
const NOTHING = { tickets: 0, flights: 0, writes: 0, versionWrites: 0, timers: 0 };

/** A thousand operations of every kind, a third of which go wrong, many of them at the same time. */
async function churn(cache: CacheManager, round: number): Promise<void> {
  const failure = new Error('mine');
  const scope = round % 2 === 0 ? cache : cache.forTenant(`tenant ${round}`);
  const operations = Array.from({ length: 1_000 }, (_, index): Promise<unknown> => {
    const name = `k${index % 40}`;
    switch (index % 13) {
      case 0:
        return scope.getOrSet(name, () => index, { tags: [`t${index % 7}`], ttl: 5 });
      case 1:
        return scope.getOrSet(name, () => Promise.reject(failure)).catch(() => {});
      case 2:
        return scope.getOrSet(name, async ({ setTags }) => (setTags(`l${index}`), { index }), { hardTimeout: 1_000 });
      case 3:
        return scope.getOrSetMany([name, 'm', `n${index}`], async (keys) => new Map([[keys[0]!, 1]])).catch(() => {});
      case 4:
        return scope.getOrSetMany([name, 'm'], async () => Promise.reject(failure)).catch(() => {});
      case 5:
        return scope.set(name, index, { staleWhileRevalidate: '1m', ttl: 1 });
      case 6:
        return scope.set(name, () => 1).catch(() => {});
      case 7:
        return scope.delete(name);
      case 8:
        return scope.invalidateTags(`t${index % 7}`, `x${index}`);
      case 9:
        return index % 5 === 0 ? scope.invalidate(`k${index % 10}*`) : scope.deleteMany([name, 'm']);
      case 10:
        return index % 9 === 0 ? scope.clear() : scope.expire(name);
      case 11:
        return scope.getOrSet(name, () => scope.getOrSet(name, () => index), { softTimeout: 5, staleIfError: '1m' });
      default:
        return scope.observe(() => scope.get(name));
    }
  });
  // Whoever joins a load shares its failure.
  await Promise.allSettled(operations);
}

describe.each(stores)('G8, nothing is left behind, over $name', ({ name, make }) => {
  it('after thousands of operations, a third of which went wrong', async () => {
    const { cache, clock } = await make({ refreshAhead: true });
    for (let round = 0; round < (name === 'memory' ? 10 : 3); round++) {
      await churn(cache, round);
      await clock.advance(3);
    }
    await until(() => JSON.stringify(heldBy(cache)) === JSON.stringify(NOTHING));
    expect(heldBy(cache)).toEqual(NOTHING);
  });

  it('after calls that gave up', async () => {
    const { cache, clock } = await make();
    const gate = deferred<number>();
    const calls = Array.from({ length: 200 }, (_, index) =>
      cache.getOrSet(`k${index % 20}`, () => gate.promise, { hardTimeout: 10 + (index % 5) }),
    );
    const outcomes = Promise.allSettled([
      ...calls,
      cache.getOrSetMany(['k1', 'z'], async () => [await gate.promise, 1], { hardTimeout: 5 }),
    ]);
    await clock.advance(100);
    expect((await outcomes).every(({ status }) => status === 'rejected')).toBe(true);
    gate.resolve(1);
    // A real server takes the time it takes.
    await until(() => Object.values(heldBy(cache)).every((count) => count === 0));
    expect(heldBy(cache)).toEqual(NOTHING);
  });
});

describe.each(slowStores(makeCache))('G8 over $name', ({ make }) => {
  it('nothing is left after thousands of operations on a store that fails every third time', async () => {
    const { cache, clock, backend } = await make();
    for (let round = 0; round < 4; round++) {
      for (let fault = 0; fault < 300; fault++) {
        backend.fail('all', new Error('now and then'), 1);
        backend.delay('all', fault % 30, 3);
      }
      const done = churn(cache, round);
      await clock.advance(20_000);
      await done;
      backend.heal();
    }
    await clock.advance(20_000);
    expect(heldBy(cache)).toEqual(NOTHING);
  });
});

describe('G8, tenants', () => {
  it('those that are forgotten for room keep their entries, and their counts in the total', async () => {
    const cache = await makeCache({ memory: { maxEntries: 100 } });
    for (let index = 0; index < 12_000; index++) await cache.forTenant(`t${index}`).get('k');
    const known = (cache.cache.parts.scopes as unknown as { known: { size: number } }).known;
    expect(known.size).toBeLessThanOrEqual(10_000);
    expect(cache.getStats().misses).toBe(12_000);
    await cache.forTenant('t0').set('k', 'mine');
    for (let index = 1; index < 11_000; index++) cache.forTenant(`t${index}`);
    expect(await cache.forTenant('t0').get('k')).toBe('mine');
  });
});

describe('G8, queues', () => {
  it('of one key: what runs, one removal, one write', async () => {
    const queue = new WriteQueue();
    const gates = Array.from({ length: 3 }, () => deferred<string>());
    const ran: string[] = [];
    const work =
      (label: string, gate = 0) =>
      async () => {
        ran.push(label);
        return gates[gate]!.promise;
      };
    const first = queue.write('k', 'k', work('first'));
    const dropped = Array.from({ length: 100 }, (_, index) => queue.write('k', 'k', work(`write ${index}`)));
    const removals = Array.from({ length: 100 }, (_, index) => queue.remove('k', work(`removal ${index}`, 1)));
    const replaced = Array.from({ length: 100 }, (_, index) => queue.write('k', 'k', work(`later ${index}`, 2)));
    expect(queue.isRemoving('k')).toBe(true);
    expect(queue.size).toBe(1);
    gates[0]!.resolve('one');
    expect(await first.done).toBe('one');
    expect(await Promise.all(dropped.map(({ done }) => done))).toEqual(dropped.map(() => undefined));
    gates[1]!.resolve('removed');
    expect(await Promise.all(removals.map(({ done }) => done))).toEqual(removals.map(() => 'removed'));
    gates[2]!.resolve('last');
    expect(await Promise.all(replaced.map(({ done }) => done))).toEqual(replaced.map(() => 'last'));
    await settle();
    expect(ran).toEqual(['first', 'removal 0', 'later 99']);
    expect([queue.size, queue.overdue]).toEqual([0, 0]);
  });

  it('counts what runs on without anybody who waits', async () => {
    const queue = new WriteQueue();
    const gate = deferred<void>();
    const write = queue.write('k', 'k', () => gate.promise);
    const waiting = queue.write('k', 'k', () => gate.promise);
    const removal = queue.remove('l', () => gate.promise);
    for (const turn of [write, write, waiting, removal]) turn.abandon();
    expect(queue.overdue).toBe(2);
    const again = queue.remove('k', async () => {
      throw new Error('late');
    });
    again.abandon();
    gate.resolve();
    await settle();
    await expect(again.done).rejects.toThrow('late');
    expect([queue.size, queue.overdue]).toEqual([0, 0]);
  });

  it('of versions: a line has an end', async () => {
    const queue = new KeyQueue();
    const gate = deferred<void>();
    const turns = Array.from({ length: 1_000 }, () => queue.run('k', () => gate.promise));
    await expect(queue.run('k', () => gate.promise)).rejects.toThrow('1000 writes');
    gate.resolve();
    await Promise.all(turns);
    await settle();
    expect(queue.size).toBe(0);
    await expect(queue.run('k', async () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  });
});
