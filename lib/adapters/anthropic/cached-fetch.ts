import type { AiResponseCache } from '../../ai/ai-response-cache.js';
import { CachedCalls } from '../http-call/cached-calls.js';
import { checkOptions, type HttpCallOptions } from '../http-call/http-call.options.js';
import type { Fetch } from '../http-call/http-types.js';
import { checkFetch, sender } from '../http-call/sender.js';
import { anthropicEndpoint } from './endpoints.js';

/** What `cachedFetch` takes. All optional. */
export interface CachedFetchOptions extends HttpCallOptions {
  /**
   * Sends what has to be sent. Default: the global `fetch`. Calls that carry no credentials before it, since it may add them,
   * are cached only where `account` says whose they are.
   */
  readonly fetch?: Fetch;
}

/**
 * As `cachedMiddleware`, for clients of the Messages API that have no middleware: a `fetch`. Not for Bedrock or Vertex, whose
 * calls go to other addresses; they are passed through.
 *
 * Rejects as `fetch` does, and with `CacheTenantError` where the tenant of a call cannot be told.
 * @throws CacheUsageError naming the option that cannot be meant.
 */
export function cachedFetch(ai: AiResponseCache, options?: CachedFetchOptions): Fetch {
  const { fetch: inner, ...rules } = checkOptions(options, ['fetch']);
  const calls = new CachedCalls(ai, anthropicEndpoint, rules);
  const through = checkFetch(inner);
  return async (input, init) => {
    const known = calls.recognize(input, init);
    const send = sender(through, input, init);
    // A `fetch` of the user's may be what signs.
    if (known === undefined || (inner && calls.isAnonymous(known))) return send({});
    return calls.answer(known, send);
  };
}
