import type { MaybePromise } from '../contracts/maybe-promise.js';
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
    events.error(scope, operation, error, key);
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
    events.error(scope, operation, error);
    return false;
  }
}
