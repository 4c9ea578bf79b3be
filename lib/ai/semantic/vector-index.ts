import type { MaybePromise } from '../../contracts/maybe-promise.js';

/** One that an index has found. */
export interface VectorMatch {
  readonly id: number;
  /** The cosine of the angle between the two: 1 for the same direction, 0 for nothing in common, -1 for the opposite. */
  readonly similarity: number;
}

/**
 * Where a `SemanticCache` looks for what is similar. Each holds the vectors of one partition, all of the same dimensions and
 * of length 1; they are its own. What it forgets, or finds in error, costs a hit: the cache keeps the entries itself, and takes no
 * id that is of another partition, and no similarity below the threshold.
 */
export interface VectorIndex {
  /** How many vectors it has. */
  readonly size: number;
  /** The id is a new one each time. */
  add(id: number, vector: Float32Array): MaybePromise<void>;
  /** Nothing happens when it is not there. */
  remove(id: number): MaybePromise<void>;
  /** Those with at least that similarity, the most similar first, as many as `limit` at the most. */
  search(vector: Float32Array, limit: number, atLeast: number): MaybePromise<readonly VectorMatch[]>;
  /** When the last entry of the partition has gone: the index is not asked any more, and the next entry gets a new one. */
  clear(): MaybePromise<void>;
}
