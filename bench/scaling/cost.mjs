import { median } from '../kit/stats.mjs';

/**
 * Nanoseconds of one operation: the median over chunks. What was prepared before a chunk is not counted.
 * @param {{ times: number, chunks?: number, warm?: number, prepare?: (nth: number) => unknown,
 *   again?: (nth: number) => unknown, run: (nth: number, chunk: number) => unknown }} options `again` is of the kind of
 *   `run`, and changes nothing: where a chunk is one operation, what was prepared has driven both its code and what it is
 *   about out of the processor's caches.
 */
export async function cost({ times, chunks = 9, warm = 5, prepare, again, run }) {
  const found = [];
  for (let chunk = 0; chunk < warm + chunks; chunk++) {
    await prepare?.(chunk);
    if (again !== undefined) for (let nth = 0; nth < 100; nth++) await again(nth);
    const begun = performance.now();
    for (let nth = 0; nth < times; nth++) await run(nth, chunk);
    found.push(((performance.now() - begun) * 1e6) / times);
  }
  return median(found.slice(warm));
}

/** Spread over all, and each one once before any comes again. @param {number} nth @param {number} size */
export const spreadOut = (nth, size) => (nth * 7_919) % size;
