import { defaultMaxListeners, getMaxListeners, setMaxListeners } from 'node:events';

/**
 * For as many calls as `fetch` allows, which is 1,500: a call listens twice, once for its caller and once for the load. A bound
 * that somebody has set is left alone.
 */
const LISTENERS = 3_000;

/**
 * Says of a caller's signal that many calls may listen to it: one signal for a batch of them is no leak, and Node warns of one
 * from the eleventh listener on. Each takes its listener away when it is over.
 */
export function mayBeShared(signal: AbortSignal): void {
  try {
    if (getMaxListeners(signal) === defaultMaxListeners) setMaxListeners(LISTENERS, signal);
  } catch {
    // A signal of another making than Node's has no such bound.
  }
}
