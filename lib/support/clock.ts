import { randomBytes } from 'node:crypto';
import type { Clock, Random } from '../contracts/clock.js';

const MAX_TIMER = 2 ** 31 - 1;

/** The process's monotonic clock, anchored once to the wall clock. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  setTimeout(callback, ms) {
    const timer = setTimeout(callback, Math.min(ms, MAX_TIMER));
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

export const systemRandom: Random = {
  next: Math.random,
  id: () => randomBytes(12).toString('base64url'),
};
