import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { EvictionStrategy } from '../../../lib/contracts/eviction.js';
import { FifoEviction } from '../../../lib/support/eviction/fifo.eviction.js';
import { LfuEviction } from '../../../lib/support/eviction/lfu.eviction.js';
import { LruEviction } from '../../../lib/support/eviction/lru.eviction.js';

interface Known {
  readonly id: string;
  order: number;
  rank: number;
}

/** What each strategy promises, said by searching a list from end to end. */
class Model implements EvictionStrategy {
  private known: Known[] = [];
  private order = 0;
  private floor = 0;
  private evicted = 0;
  private named: string | undefined;
  private last: Known | undefined;

  constructor(private readonly kind: 'lru' | 'lfu' | 'fifo') {}

  added(id: string, _bytes: number): void {
    this.forget(id);
    const rank = Math.max(this.last?.id === id ? this.last.rank : 0, this.floor + 1);
    this.known.push({ id, order: this.order++, rank });
  }

  used(id: string): void {
    const entry = this.known.find((each) => each.id === id);
    if (!entry) return;
    if (this.kind !== 'fifo') entry.order = this.order++;
    entry.rank = Math.min(Math.max(entry.rank, this.floor) + 1, this.floor + 15);
  }

  removed(id: string): void {
    const there = this.forget(id);
    if (!there || id !== this.named) return;
    this.named = undefined;
    if (++this.evicted < this.known.length) return;
    this.evicted = 0;
    this.floor++;
  }

  cleared(): void {
    this.known = [];
    this.last = undefined;
    this.named = undefined;
    this.floor = 0;
    this.evicted = 0;
  }

  victim(): string | undefined {
    const rankOf = (entry: Known): number => (this.kind === 'lfu' ? entry.rank : 0);
    const [first] = [...this.known].sort((a, b) => rankOf(a) - rankOf(b) || a.order - b.order);
    this.named = first?.id;
    return this.named;
  }

  private forget(id: string): boolean {
    const entry = this.known.find((each) => each.id === id);
    this.known = this.known.filter((each) => each !== entry);
    if (entry) this.last = entry;
    return entry !== undefined;
  }
}

const strategies: ['lru' | 'lfu' | 'fifo', () => EvictionStrategy][] = [
  ['lru', () => new LruEviction()],
  ['lfu', () => new LfuEviction()],
  ['fifo', () => new FifoEviction()],
];

describe.each(strategies)('%s', (kind, make) => {
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const times = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 20 }));
  const step = (...kinds: ('add' | 'use' | 'remove' | 'turn' | 'evict' | 'clear')[]) =>
    fc.record({ kind: fc.constantFrom(...kinds), id, times });
  const anyStep = fc.oneof(
    { weight: 60, arbitrary: step('add', 'use') },
    { weight: 10, arbitrary: step('remove') },
    { weight: 30, arbitrary: step('turn', 'evict') },
    { weight: 1, arbitrary: step('clear') },
  );

  it('names whom a search of everything would name', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 120 }), (steps) => {
        const strategy = make();
        const model = new Model(kind);
        const both = [strategy, model];
        for (const { kind: what, id: name, times: often } of steps) {
          if (what === 'remove') both.forEach((each) => each.removed(name));
          if (what === 'clear') both.forEach((each) => each.cleared());
          for (let at = 0; at < often; at++) {
            if (what === 'add' || what === 'turn')
              both.forEach((each) => each.added(what === 'add' ? name : `${at}`, 1));
            if (what === 'use') both.forEach((each) => each.used(name));
            const victim = what === 'turn' || what === 'evict' ? strategy.victim() : undefined;
            if (victim === undefined) continue;
            expect(victim).toBe(model.victim());
            both.forEach((each) => each.removed(victim));
          }
        }
        expect(drained(strategy)).toEqual(drained(model));
      }),
      { numRuns: 500 },
    );
  });

  it('names the same one until it is gone, and nobody when all are', () => {
    const strategy = make();
    expect(strategy.victim()).toBeUndefined();
    for (const name of ['a', 'b']) strategy.added(name, 1);
    expect([strategy.victim(), strategy.victim()]).toEqual(['a', 'a']);
    expect(drained(strategy)).toEqual(['a', 'b']);
    expect(strategy.victim()).toBeUndefined();
  });

  it('minds nothing of what it does not know', () => {
    const strategy = make();
    strategy.added('a', 1);
    strategy.used('x');
    strategy.removed('x');
    expect(drained(strategy)).toEqual(['a']);
  });
});

describe('LfuEviction', () => {
  const CAPACITY = 10;
  const store = (strategy: EvictionStrategy, held: Set<string>, id: string): void => {
    if (held.size === CAPACITY) {
      const victim = strategy.victim()!;
      held.delete(victim);
      strategy.removed(victim);
    }
    held.add(id);
    strategy.added(id, 1);
  };

  it('keeps what is popular through a scan of what is read once', () => {
    const strategy: EvictionStrategy = new LfuEviction();
    const held = new Set<string>();
    for (let at = 0; at < 5; at++) store(strategy, held, `popular ${at}`);
    for (let at = 0; at < 500; at++) {
      store(strategy, held, `once ${at}`);
      strategy.used(`popular ${at % 5}`);
    }
    expect([...held].filter((id) => id.startsWith('popular'))).toHaveLength(5);
  });

  it('lets what was popular once go in 15 times the evictions that a cacheful takes, and not before the tenth', () => {
    const strategy: EvictionStrategy = new LfuEviction();
    const held = new Set<string>();
    store(strategy, held, 'popular');
    for (let at = 0; at < 1_000; at++) strategy.used('popular');
    let stored = 0;
    while (held.has('popular') && stored < 100 * CAPACITY) store(strategy, held, `later ${stored++}`);
    expect(stored).toBeLessThanOrEqual(16 * CAPACITY + CAPACITY);
    expect(stored).toBeGreaterThan(10 * CAPACITY);
  });

  it('counts 14 uses, and no more', () => {
    const strategy: EvictionStrategy = new LfuEviction();
    for (const [id, uses] of [
      ['a', 15],
      ['b', 14],
      ['c', 13],
    ] as const) {
      strategy.added(id, 1);
      for (let use = 0; use < uses; use++) strategy.used(id);
    }
    expect(drained(strategy)).toEqual(['c', 'a', 'b']);
  });

  it('counts a use of what has sunk below the floor from there', () => {
    const strategy: EvictionStrategy = new LfuEviction();
    for (const id of ['a', 'b', 'c', 'sunk']) strategy.added(id, 1);
    for (let at = 0; at < 3; at++) strategy.removed(strategy.victim()!);
    strategy.added('new', 1);
    strategy.used('sunk');
    expect(drained(strategy)).toEqual(['new', 'sunk']);
  });

  it('takes what is replaced for as popular as before', () => {
    const strategy: EvictionStrategy = new LfuEviction();
    for (const id of ['a', 'b']) strategy.added(id, 1);
    for (const id of ['a', 'a', 'b']) strategy.used(id);
    strategy.removed('a');
    strategy.added('a', 2);
    strategy.added('a', 3);
    expect(strategy.victim()).toBe('b');
  });
});

function drained(strategy: EvictionStrategy): string[] {
  const out: string[] = [];
  for (let id = strategy.victim(); id !== undefined; id = strategy.victim()) {
    out.push(id);
    strategy.removed(id);
  }
  return out;
}
