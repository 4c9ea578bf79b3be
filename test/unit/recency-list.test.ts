import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Listed, RecencyList } from '../../lib/backends/memory/recency-list.js';

class Item extends Listed<Item> {
  constructor(
    id: string,
    readonly bytes: number,
  ) {
    super(id);
  }
}

const MAX_ENTRIES = 4;
const MAX_BYTES = 20;

describe('RecencyList', () => {
  it('holds what a list that is searched from end to end would', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const anyStep = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), name, bytes: fc.integer({ min: 1, max: 25 }) }),
      fc.record({ kind: fc.constantFrom('get' as const, 'peek' as const, 'delete' as const), name }),
    );
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
        const out: string[] = [];
        const list = new RecencyList<Item>({ maxEntries: MAX_ENTRIES, maxBytes: MAX_BYTES }, ({ id }) => out.push(id));
        // The newest first.
        let model: Item[] = [];
        const modelOut: string[] = [];
        for (const { name: id, ...step } of steps) {
          const known = model.find((item) => item.id === id);
          if (step.kind === 'peek') expect(list.peek(id)).toBe(known);
          if (step.kind === 'get') {
            expect(list.get(id)).toBe(known);
            if (known) model = [known, ...model.filter((item) => item !== known)];
          }
          if (step.kind === 'delete') {
            expect(list.delete(id)).toBe(known);
            model = model.filter((item) => item !== known);
          }
          if (step.kind === 'add' && !known) {
            const item = new Item(id, step.bytes);
            expect(list.add(item)).toBe(step.bytes <= MAX_BYTES);
            if (step.bytes <= MAX_BYTES) model = [item, ...model];
            while (model.length > MAX_ENTRIES || weightOf(model) > MAX_BYTES) modelOut.push(model.pop()!.id);
          }
          expect(list.all()).toEqual(model);
          expect(out).toEqual(modelOut);
        }
      }),
    );
  });

  it('is whole when it tells what made room, so that whoever hears may use it', () => {
    const out: string[] = [];
    const list: RecencyList<Item> = new RecencyList<Item>({ maxEntries: 2, maxBytes: MAX_BYTES }, ({ id }) => {
      out.push(id);
      if (id === 'a') list.delete('b');
    });
    for (const id of ['a', 'b', 'c']) list.add(new Item(id, 1));
    list.add(new Item('d', 1));
    expect(list.all().map(({ id }) => id)).toEqual(['d', 'c']);
    expect(out).toEqual(['a']);
  });

  it('lets what is gone hold nobody', () => {
    const list = new RecencyList<Item>({ maxEntries: 9, maxBytes: MAX_BYTES }, () => {});
    const items = ['a', 'b', 'c'].map((id) => new Item(id, 1));
    for (const item of items) list.add(item);
    list.delete('b');
    expect([items[1]!.older, items[1]!.newer]).toEqual([undefined, undefined]);
    list.clear();
    expect(list.all()).toEqual([]);
    expect(list.add(new Item('a', 1))).toBe(true);
  });
});

function weightOf(items: readonly Item[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes, 0);
}
