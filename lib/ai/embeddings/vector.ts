import { types } from 'node:util';
import { CacheEmbeddingError } from '../../support/errors.js';

/** A vector as an embedder has it. */
export type EmbeddingVector = readonly number[] | Float32Array | Float64Array;

/**
 * A copy of the vector as Float32.
 * @param name What errors call it, such as `vector 3 of 96`.
 * @throws CacheEmbeddingError when it is no vector, is empty, or holds NaN, Infinity or what Float32 has no room for.
 */
export function vectorFrom(given: unknown, name: string): Float32Array {
  if (!isVector(given)) throw faulty(name, `is no array of numbers, no Float32Array and no Float64Array`);
  if (given.length === 0) throw faulty(name, 'is empty');
  const vector = new Float32Array(given);
  for (let at = 0; at < vector.length; at++) {
    // Anything else becomes a number on the way into the array, `null` a zero for one.
    if (Number.isFinite(vector[at]) && typeof given[at] === 'number') continue;
    const found: unknown = given[at];
    const shown = typeof found === 'number' ? String(found) : `a value of type ${typeof found}`;
    throw faulty(name, `has ${shown} at ${at}, where a finite number of 32 bits must be`);
  }
  return vector;
}

/** Makes its length 1, in place. @throws CacheEmbeddingError for one without a direction. */
export function toUnitLength(vector: Float32Array, name: string): Float32Array {
  const length = lengthOf(vector);
  if (length === 0) throw faulty(name, 'is all zeros, and has no direction');
  for (let at = 0; at < vector.length; at++) vector[at]! /= length;
  return vector;
}

/** Euclidean. */
export function lengthOf(vector: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < vector.length; at++) sum += vector[at]! * vector[at]!;
  return Math.sqrt(sum);
}

function isVector(given: unknown): given is number[] {
  // Not `instanceof`: what a native module has made in another context (a test's, a worker's) is of that one's class.
  return Array.isArray(given) || types.isFloat32Array(given) || types.isFloat64Array(given);
}

function faulty(name: string, what: string): CacheEmbeddingError {
  return new CacheEmbeddingError(`The embedder is at fault: ${name} ${what}. It is not stored.`, 'values', 1);
}
