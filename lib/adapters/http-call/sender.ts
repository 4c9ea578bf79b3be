import { CacheUsageError } from '../../support/errors.js';
import type { Fetch, Send } from './http-types.js';

/** @throws CacheUsageError when it is given, and no function. */
export function checkFetch(inner: Fetch | undefined): Fetch {
  // Looked up when it is used: whoever instruments or mocks it does so later.
  if (inner === undefined) return (input, init) => globalThis.fetch(input, init);
  if (typeof inner === 'function') return inner;
  throw new CacheUsageError(`fetch must be a function; got ${typeof inner}.`);
}

/** Sends one request as its client has made it, but for what is to be changed. */
export function sender(through: Fetch, input: string | URL | Request, init: RequestInit | undefined): Send {
  return (change) => {
    const isAsIs = Object.keys(change).length === 0;
    return through(input, isAsIs ? init : { ...init, ...change });
  };
}
