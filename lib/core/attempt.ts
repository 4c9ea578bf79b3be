import type { MaybePromise } from '../contracts/maybe-promise.js';
import { CacheQueuedError } from '../support/errors.js';
import { Budget } from './budget.js';
import type { CacheParts } from './parts.js';
import type { CacheScope } from './scopes.js';

/** The one place where a failing backend becomes an event: `work` in the budget of one call, or `undefined`. */
export async function attempt<T>(
  { clock, commandTimeout, events, store }: CacheParts,
  scope: CacheScope,
  operation: string,
  key: string | undefined,
  work: () => MaybePromise<T>,
): Promise<T | undefined> {
  try {
    return await new Budget(clock, commandTimeout).spend(`${operation} in ${store.name}`, work);
  } catch (error) {
    report(events, scope, operation, error, key);
    return undefined;
  }
}

/** For work of many commands, each of which has the store's own time limit. Whether it was done. */
export async function attemptAll(
  { events }: CacheParts,
  scope: CacheScope,
  operation: string,
  work: () => MaybePromise<void>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    report(events, scope, operation, error);
    return false;
  }
}

/** What is queued because nobody was asked is no trouble of this call's; it was said when the trouble began. */
function report(
  events: CacheParts['events'],
  scope: CacheScope,
  operation: string,
  error: unknown,
  key?: string,
): void {
  if (!(error instanceof CacheQueuedError)) events.error(scope, operation, error, key);
  else if (error.cause !== undefined) events.error(scope, operation, error.cause, key);
}
