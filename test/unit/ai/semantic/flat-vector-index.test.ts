import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { FlatVectorIndex, type VectorMatch } from 'nestjs-cached/ai';
import { toUnitLength } from '../../../../lib/ai/embeddings/vector.js';

const DIMENSIONS = 7;
const element = fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(0, 1, -1, 0.5));
const vector = fc
  .array(element, { minLength: DIMENSIONS, maxLength: DIMENSIONS })
  .map((elements) => Float32Array.from(elements))
  .filter((elements) => elements.some((one) => Math.abs(one) > 1e-6))
  .map((elements) => toUnitLength(elements, 'it'));
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ add: vector }) },
  fc.record({ remove: fc.nat(30) }),
  fc.record({ again: vector }),
  { weight: 1, arbitrary: fc.constant('clear' as const) },
);

/** In the plainest way, and with all the digits there are. */
function cosine(a: Float32Array, b: Float32Array): number {
  let [product, ofA, ofB] = [0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    product += a[at]! * b[at]!;
    ofA += a[at]! * a[at]!;
    ofB += b[at]! * b[at]!;
  }
  return product / Math.sqrt(ofA) / Math.sqrt(ofB);
}

const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-9;

/** Whether what was found is what brute force finds, equals in any order and what is on the edge either way. */
function isRight(
  found: readonly VectorMatch[],
  all: ReadonlyMap<number, Float32Array>,
  query: Float32Array,
  limit: number,
  atLeast: number,
): boolean {
  const right = [...all]
    .map(([id, one]) => ({ id, similarity: cosine(one, query) }))
    .toSorted((a, b) => b.similarity - a.similarity);
  const sure = right.filter(({ similarity }) => similarity > atLeast + 1e-9).length;
  const perhaps = right.filter(({ similarity }) => similarity >= atLeast - 1e-9).length;
  return (
    found.length >= Math.min(limit, sure) &&
    found.length <= Math.min(limit, perhaps) &&
    new Set(found.map(({ id }) => id)).size === found.length &&
    found.every(
      ({ id, similarity }, nth) =>
        near(similarity, right[nth]!.similarity) && near(similarity, cosine(all.get(id)!, query)),
    )
  );
}

describe('FlatVectorIndex', () => {
  it('finds what brute force finds, whatever was added and removed before', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        vector,
        fc.integer({ min: 1, max: 8 }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (steps, query, limit, atLeast) => {
          const index = new FlatVectorIndex();
          const all = new Map<number, Float32Array>();
          let id = 0;
          for (const one of steps) {
            if (one === 'clear') {
              index.clear();
              all.clear();
            } else if ('add' in one) {
              index.add(++id, one.add);
              all.set(id, one.add);
            } else if ('again' in one) {
              if (id === 0) continue;
              index.add(id, one.again);
              all.set(id, one.again);
            } else {
              index.remove(one.remove);
              all.delete(one.remove);
            }
            expect(index.size).toBe(all.size);
          }
          expect(isRight(index.search(query, limit, atLeast), all, query, limit, atLeast)).toBe(true);
          const [first] = all;
          // The very same vector has the similarity 1, to the last digit.
          if (first) expect(index.search(first[1], 1, 1)).toEqual([{ id: expect.any(Number), similarity: 1 }]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('has kept its own copy, and refuses another number of dimensions', () => {
    const index = new FlatVectorIndex();
    const own = Float32Array.of(1, 0);
    index.add(1, own);
    own.fill(9);
    expect(index.search(Float32Array.of(0, 1), 5, -1)).toEqual([{ id: 1, similarity: 0 }]);
    expect(index.search(Float32Array.of(0, 1), 0, -1)).toEqual([]);
    expect(() => index.add(2, Float32Array.of(1, 0, 0))).toThrow(RangeError);
    expect(index.search(Float32Array.of(1, 0, 0), 5, -1)).toEqual([]);
    index.remove(1);
    index.add(2, Float32Array.of(1, 0, 0));
    expect(index.search(Float32Array.of(1, 0, 0), 5, 1)).toEqual([{ id: 2, similarity: 1 }]);
  });

  it('gives back the room of what is removed', () => {
    const index = new FlatVectorIndex();
    const bytes = (): number => (Reflect.get(index, 'vectors') as Float32Array).byteLength;
    for (let id = 0; id < 1_000; id++) index.add(id, Float32Array.of(1, 0));
    expect(bytes()).toBeLessThanOrEqual(2 * 8_000);
    for (let id = 0; id < 990; id++) index.remove(id);
    expect(bytes()).toBeLessThanOrEqual(4 * 80);
    expect(index.search(Float32Array.of(1, 0), 100, 1)).toHaveLength(10);
  });
});
