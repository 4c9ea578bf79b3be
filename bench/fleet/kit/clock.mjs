import { setImmediate as turn } from 'node:timers/promises';

/**
 * From this process's clock to the machine's. A busy machine may stop the process between the two readings, for as much
 * as 10 ms, so the pair that was read in the least time counts.
 */
const OFFSET = Array.from({ length: 50 }, () => {
  const before = performance.now();
  const machine = Number(process.hrtime.bigint()) / 1e6;
  const after = performance.now();
  return { offset: machine - after, took: after - before };
}).reduce((best, one) => (one.took < best.took ? one : best)).offset;

/** The machine's monotonic clock, in milliseconds: the same in every process of it. */
export const now = () => OFFSET + performance.now();

export const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Resolves at that instant of `now()`, to a few microseconds: a timer first, then turns of the event loop.
 * @param {number} instant
 */
export async function until(instant) {
  const left = instant - now();
  if (left > 4) await sleep(left - 3);
  while (now() < instant) await turn();
}

export { turn };
