import { setMaxListeners } from 'node:events';
import type { Clock } from '../contracts/clock.js';
import { withTimeLimit } from '../support/time-limit.js';

/**
 * Runs `serve` for a caller who waits no longer than `ms` milliseconds; the signal tells it that the caller is gone, with the
 * error that the caller has had. What the caller waited for goes on for others. `undefined`: the caller waits as long as it takes.
 * @throws CacheTimeoutError
 */
export async function withHardTimeout<T>(
  clock: Clock,
  operation: string,
  ms: number | undefined,
  serve: (limit: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (ms === undefined) return serve(undefined);
  const limit = new AbortController();
  // One listener for each key of a batch is no leak.
  setMaxListeners(0, limit.signal);
  try {
    return await withTimeLimit(clock, operation, ms, serve(limit.signal));
  } catch (error) {
    // Without effect on a call that is over.
    limit.abort(error);
    throw error;
  }
}
