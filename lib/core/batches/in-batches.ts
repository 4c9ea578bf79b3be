import { CacheUsageError } from '../../support/errors.js';
import { FailedItem } from './loaded-item.js';

/** One part of what is missing. */
export interface BatchPart<I> {
  readonly items: readonly I[];
  /** Which one it is, counted from 1. */
  readonly nth: number;
  /** Of how many. */
  readonly of: number;
}

/** How much is asked for at once. */
export interface BatchLimits {
  /** Items of one batch. */
  readonly size: number;
  /** Batches under way at the same time. */
  readonly concurrency: number;
}

/**
 * Takes the items apart into batches, and runs them. A batch that fails stands in the result as so many failed items; the
 * others go on. Never rejects. The results are in the order of the items.
 */
export async function inBatches<I, R>(
  items: readonly I[],
  limits: BatchLimits,
  run: (part: BatchPart<I>) => Promise<readonly (R | FailedItem)[]>,
): Promise<(R | FailedItem)[]> {
  const size = Math.min(limits.size, Math.max(1, items.length));
  const count = Math.ceil(items.length / size);
  const results: (readonly (R | FailedItem)[])[] = Array.from({ length: count }, () => []);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const nth = next++;
      const part = items.slice(nth * size, (nth + 1) * size);
      results[nth] = await run({ items: part, nth: nth + 1, of: count }).catch((error: unknown) => {
        const failed = new FailedItem(error);
        return part.map(() => failed);
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(limits.concurrency, count) }, work));
  // Not `flat`, which leaves out what an array has not set: all that follow would stand under the items before them.
  return results.flatMap((part) => Array.from(part));
}

/** @throws CacheUsageError when it is neither a whole number from 1 up nor `Infinity`. */
export function checkLimit(name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 1 && (Number.isInteger(value) || value === Infinity)) return value;
  throw new CacheUsageError(`${name} must be a whole number from 1 up, or Infinity; got ${String(value)}.`);
}

/** @throws CacheUsageError when it is no whole number from 1 up. */
export function checkBound(name: string, value: unknown): number {
  if (value !== Infinity) return checkLimit(name, value);
  throw new CacheUsageError(`${name} must be a whole number from 1 up; what grows has a bound.`);
}
