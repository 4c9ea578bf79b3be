import { lengthOf } from '../embeddings/vector.js';
import type { VectorIndex, VectorMatch } from './vector-index.js';

/** What the rounding of a sum of some thousand products may add up to. */
const ROUNDING = 1e-12;

/**
 * Every vector is looked at, so nothing is missed. All stand one after the other in one piece of memory, which grows by doubling
 * and shrinks when three quarters of it are empty.
 *
 * The length of a vector of 32 bits is 1 but for its rounding; that is measured, so that two equal ones have the
 * similarity 1.
 */
export class FlatVectorIndex implements VectorIndex {
  private vectors = new Float32Array(0);
  private dimensions = 0;
  /** By row. */
  private readonly ids: number[] = [];
  private readonly inverseLengths: number[] = [];
  private readonly rows = new Map<number, number>();

  get size(): number {
    return this.ids.length;
  }

  add(id: number, vector: Float32Array): void {
    const row = this.ids.length;
    if (row === 0) this.dimensions = vector.length;
    if (vector.length !== this.dimensions) {
      throw new RangeError(`A vector of ${vector.length} dimensions does not fit into an index of ${this.dimensions}.`);
    }
    this.remove(id);
    const { dimensions } = this;
    const end = (this.ids.length + 1) * dimensions;
    if (end > this.vectors.length) this.resize(Math.max(end, 2 * this.vectors.length));
    this.vectors.set(vector, this.ids.length * dimensions);
    this.rows.set(id, this.ids.length);
    this.ids.push(id);
    this.inverseLengths.push(1 / lengthOf(vector));
  }

  remove(id: number): void {
    const row = this.rows.get(id);
    if (row === undefined) return;
    const { dimensions, ids, inverseLengths } = this;
    const last = ids.length - 1;
    this.rows.delete(id);
    // The last one takes its place.
    if (row !== last) {
      this.vectors.copyWithin(row * dimensions, last * dimensions, (last + 1) * dimensions);
      ids[row] = ids[last]!;
      inverseLengths[row] = inverseLengths[last]!;
      this.rows.set(ids[row], row);
    }
    ids.pop();
    inverseLengths.pop();
    if (4 * last * dimensions <= this.vectors.length) this.resize(2 * last * dimensions);
  }

  search(vector: Float32Array, limit: number, atLeast: number): VectorMatch[] {
    const { ids, inverseLengths } = this;
    if (ids.length === 0 || limit < 1 || vector.length !== this.dimensions) return [];
    const own = 1 / lengthOf(vector);
    const found: VectorMatch[] = [];
    let floor = atLeast;
    for (let row = 0; row < ids.length; row++) {
      const similarity = whole(this.product(row, vector) * inverseLengths[row]! * own);
      if (!(similarity >= floor)) continue;
      insert(found, { id: ids[row]!, similarity }, limit);
      if (found.length === limit) floor = Math.max(floor, found[limit - 1]!.similarity);
    }
    return found;
  }

  clear(): void {
    this.ids.length = 0;
    this.inverseLengths.length = 0;
    this.rows.clear();
    this.vectors = new Float32Array(0);
  }

  /** Four sums, since each addition to one would wait for the one before. */
  private product(row: number, vector: Float32Array): number {
    const { dimensions, vectors } = this;
    const start = row * dimensions;
    const fours = dimensions - (dimensions % 4);
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let at = 0; at < fours; at += 4) {
      const from = start + at;
      a += vectors[from]! * vector[at]!;
      b += vectors[from + 1]! * vector[at + 1]!;
      c += vectors[from + 2]! * vector[at + 2]!;
      d += vectors[from + 3]! * vector[at + 3]!;
    }
    for (let at = fours; at < dimensions; at++) a += vectors[start + at]! * vector[at]!;
    return a + b + (c + d);
  }

  private resize(length: number): void {
    const resized = new Float32Array(length);
    resized.set(this.vectors.subarray(0, Math.min(length, this.vectors.length)));
    this.vectors = resized;
  }
}

/** Never beyond 1 and -1, and there where only rounding is between. */
function whole(similarity: number): number {
  if (similarity > 1 - ROUNDING) return 1;
  return similarity < ROUNDING - 1 ? -1 : similarity;
}

/** Keeps the list in order, the first that came first among equals. */
function insert(found: VectorMatch[], match: VectorMatch, limit: number): void {
  let at = found.length;
  while (at > 0 && found[at - 1]!.similarity < match.similarity) at--;
  if (at >= limit) return;
  found.splice(at, 0, match);
  if (found.length > limit) found.pop();
}
