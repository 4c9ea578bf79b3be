import { randomBytes } from 'node:crypto';
import type { Clock, Random } from '../contracts/clock.js';

const MAX_TIMER = 2 ** 31 - 1;

/** Read once: asking for it costs as much as the time itself. */
const ORIGIN = performance.timeOrigin;

/** What `recent` answers until the timer that was set with it runs; 0: it has run. */
let recent = 0;

function readRecent(): number {
  recent = systemClock.now();
  setTimeout(() => (recent = 0), 1).unref();
  return recent;
}

/** The process's monotonic clock, anchored once to the wall clock. */
export const systemClock: Clock = {
  now: () => ORIGIN + performance.now(),
  recent: () => (recent === 0 ? readRecent() : recent),
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
