import { setImmediate as turn } from 'node:timers/promises';

/** The machine's monotonic clock, in milliseconds: the same in every process of it. */
const OFFSET = Number(process.hrtime.bigint()) / 1e6 - performance.now();

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
