import type { Clock } from '../contracts/clock.js';
import { CacheTimeoutError } from './errors.js';

/**
 * What `work` resolves to, or a rejection with `CacheTimeoutError` after `ms`. The work itself goes on; a late failure
 * of it is swallowed.
 */
export function withTimeLimit<T>(clock: Clock, operation: string, ms: number, work: Promise<T>): Promise<T> {
  if (ms === Infinity) return work;
  return new Promise<T>((resolve, reject) => {
    const timer = clock.setTimeout(() => {
      // A stalled event loop is not a stalled backend: timers run before I/O, so an answer that lies in the socket
      // gets one poll phase before the wait is called off.
      setImmediate(() => setImmediate(() => reject(new CacheTimeoutError(operation, ms))));
    }, ms);
    work.then(
      (result) => {
        timer.cancel();
        resolve(result);
      },
      (error: Error) => {
        timer.cancel();
        reject(error);
      },
    );
  });
}
