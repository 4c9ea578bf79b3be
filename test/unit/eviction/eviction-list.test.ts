import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { EvictionList } from '../../../lib/backends/memory/eviction-list.js';
import { Listed, RecencyList } from '../../../lib/backends/memory/recency-list.js';
import type { EvictionStrategy } from '../../../lib/contracts/eviction.js';
import { FifoEviction } from '../../../lib/support/eviction/fifo.eviction.js';
import { LruEviction } from '../../../lib/support/eviction/lru.eviction.js';

class Item extends Listed<Item> {
  constructor(
    id: string,
    readonly bytes: number,
  ) {
    super(id);
  }
}

const LIMITS = { maxEntries: 4, maxBytes: 20 };
type Behaviour = 'right' | 'throws' | 'a stranger' | 'nobody' | 'a promise' | 'a number';

const METHODS = ['added', 'used', 'removed', 'cleared', 'victim'] as const;

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const anySteps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('add' as const), name, bytes: fc.integer({ min: 1, max: 25 }) }),
    fc.record({ kind: fc.constantFrom('get' as const, 'peek' as const, 'delete' as const), name }),
    fc.record({ kind: fc.constant('clear' as const), name }),
  ),
  { maxLength: 80 },
);

describe('EvictionList', () => {
  it('with the least recently used does as the list that is built for it', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const out: string[][] = [[], []];
        const errors: unknown[] = [];
        const lists = [
          new EvictionList<Item>(
            LIMITS,
            new LruEviction(),
            ({ id }) => out[0]!.push(id),
            (error) => errors.push(error),
          ),
          new RecencyList<Item>(LIMITS, ({ id }) => out[1]!.push(id)),
        ];
        for (const { name: id, kind, ...rest } of steps) {
          const answers = lists.map((list) => {
            if (kind === 'clear') return list.clear();
            if (kind === 'add') return list.peek(id) ? 'there' : list.add(new Item(id, (rest as Item).bytes));
            return list[kind](id)?.bytes;
          });
          expect(answers[0]).toEqual(answers[1]);
          expect(new Set(lists[0]!.all().map((item) => item.id))).toEqual(
            new Set(lists[1]!.all().map((item) => item.id)),
          );
        }
        expect(out[0]).toEqual(out[1]);
        expect(errors).toEqual([]);
      }),
    );
  });

  it('stays within its limits whatever a strategy does, and lets the one go that was stored first', async () => {
    const anyBehaviour = fc.constantFrom<Behaviour[]>(
      'right',
      'throws',
      'a stranger',
      'nobody',
      'a promise',
      'a number',
    );
    await fc.assert(
      fc.asyncProperty(anySteps, fc.infiniteStream(anyBehaviour), async (steps, behaviours) => {
        const errors: unknown[] = [];
        const out: string[] = [];
        const right = new FifoEviction();
        let wrong = 0;
        const strategy = Object.fromEntries(
          METHODS.map((method) => [
            method,
            (id: string) => {
              const behaviour = behaviours.next().value as Behaviour;
              // What it is told it always understands, so that what it then names is right.
              const answer = right[method](id);
              if (behaviour === 'right' || (method !== 'victim' && behaviour !== 'throws')) return answer;
              wrong++;
              if (behaviour === 'throws') throw new Error('of the strategy');
              return { 'a stranger': 'x', nobody: undefined, 'a promise': Promise.resolve('a'), 'a number': 1 }[
                behaviour
              ];
            },
          ]),
        ) as unknown as EvictionStrategy;
        const list = new EvictionList<Item>(
          LIMITS,
          strategy,
          ({ id }) => out.push(id),
          (error) => errors.push(error),
        );
        // The one that was stored first stands first.
        let model: Item[] = [];
        const modelOut: string[] = [];
        for (const { name: id, kind, ...rest } of steps) {
          const known = model.find((item) => item.id === id);
          if (kind === 'clear') list.clear();
          if (kind === 'get' || kind === 'peek') expect(list[kind](id)).toBe(known);
          if (kind === 'delete') expect(list.delete(id)).toBe(known);
          if (kind === 'delete') model = model.filter((item) => item !== known);
          if (kind === 'clear') model = [];
          if (kind === 'add' && !known) {
            const item = new Item(id, (rest as Item).bytes);
            const fits = item.bytes <= LIMITS.maxBytes;
            expect(list.add(item)).toBe(fits);
            if (fits) model.push(item);
            while (model.length > LIMITS.maxEntries || weightOf(model) > LIMITS.maxBytes) {
              modelOut.push(model.shift()!.id);
            }
          }
          expect(list.all().toReversed()).toEqual(model);
        }
        expect(out).toEqual(modelOut);
        await Promise.resolve();
        expect(errors).toHaveLength(wrong);
      }),
    );
  });

  it('does not let an entry make room for itself', () => {
    const asked: string[] = [];
    const strategy = Object.fromEntries(
      METHODS.map((method) => [method, (id: string) => void asked.push(`${method} ${id}`)]),
    );
    const evicted: string[] = [];
    const list = new EvictionList<Item>(
      { maxEntries: 1, maxBytes: 20 },
      { ...(strategy as unknown as EvictionStrategy), victim: () => 'b' },
      ({ id }) => evicted.push(id),
      () => {},
    );
    list.add(new Item('a', 1));
    list.add(new Item('b', 1));
    expect(evicted).toEqual(['a']);
    expect(asked).toEqual(['added a', 'removed a', 'added b']);
  });

  it('is whole when it tells what made room, so that whoever hears may use it', () => {
    const strategy = new LruEviction();
    const out: string[] = [];
    const list: EvictionList<Item> = new EvictionList<Item>(
      { maxEntries: 2, maxBytes: 20 },
      strategy,
      ({ id }) => {
        out.push(id);
        if (id === 'a') list.delete('c');
      },
      () => {},
    );
    for (const id of ['a', 'b', 'c', 'd']) list.add(new Item(id, 1));
    expect(list.all().map(({ id }) => id)).toEqual(['d', 'b']);
    expect(out).toEqual(['a']);
    expect(strategy.victim()).toBe('b');
  });

  it('forgets what whoever hears takes out while it is put in', () => {
    const strategy = new LruEviction();
    const list: EvictionList<Item> = new EvictionList<Item>(
      { maxEntries: 1, maxBytes: 20 },
      strategy,
      () => list.delete('b'),
      () => {},
    );
    for (const id of ['a', 'b']) list.add(new Item(id, 1));
    expect(list.all()).toEqual([]);
    expect(strategy.victim()).toBeUndefined();
  });

  it('tells of a failure when the caller is through', async () => {
    const errors: unknown[] = [];
    const failing = Object.assign(new LruEviction(), {
      added: () => {
        throw new Error('of the strategy');
      },
    });
    const list = new EvictionList<Item>(
      LIMITS,
      failing,
      () => {},
      (error) => errors.push(error),
    );
    list.add(new Item('a', 1));
    expect(errors).toEqual([]);
    await Promise.resolve();
    expect(errors).toMatchObject([{ message: 'of the strategy' }]);
  });
});

function weightOf(items: readonly Item[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes, 0);
}
