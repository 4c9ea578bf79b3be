import type { Middleware, MiddlewareContext } from '@anthropic-ai/sdk';
import type { AiResponseCache } from '../../ai/ai-response-cache.js';
import { CacheUsageError } from '../../support/errors.js';
import { CachedCalls } from '../http-call/cached-calls.js';
import { checkOptions, type HttpCallOptions } from '../http-call/http-call.options.js';
import type { Send } from '../http-call/http-types.js';
import { anthropicEndpoint } from './endpoints.js';

/** In whole seconds, as the client of Anthropic sends it. */
const TIMEOUT_HEADER = 'x-stainless-timeout';

/**
 * A middleware for the client of Anthropic: `new Anthropic({ middleware: [cachedMiddleware(ai)] })`. Caches messages and counts
 * of tokens, as JSON and as streams of events; everything else is sent as it is. Answers and failures reach the client as the
 * provider has given them; a served one has the header `x-cache: hit`.
 *
 * It stands inside the client's own retries: each attempt asks the cache, so what another caller has got meanwhile is found.
 * Calls that carry no credentials here, as those to Bedrock and Vertex, which are signed further in, are cached only where
 * `account` says whose they are.
 *
 * Rejects as `next` does, and with `CacheTenantError` where the tenant of a call cannot be told.
 * @throws CacheUsageError naming the option that cannot be meant.
 */
export function cachedMiddleware(ai: AiResponseCache, options?: HttpCallOptions): Middleware {
  const calls = new CachedCalls(ai, anthropicEndpoint, checkOptions(options, []));
  return async (request, next, context) => {
    if (typeof next !== 'function' || typeof (request as unknown) !== 'object') {
      throw new CacheUsageError(
        'cachedMiddleware was not called as a middleware of @anthropic-ai/sdk 1 is. Where the client has none, use cachedFetch.',
      );
    }
    const { url, ...init } = request;
    const known = calls.recognize(url, init);
    if (known === undefined || calls.isAnonymous(known)) return next(request);
    // The client limits the time of `next` only: who joins another's call would wait for as long as that takes.
    const timeout = timeoutOf(context) ?? secondsIn(known.call.headers);
    const send: Send = ({ signal }) => next(signal === undefined ? request : { ...request, signal });
    return calls.answer(known, send, { timeout });
  };
}

/** Absent where the default of the client holds. */
function timeoutOf(context: MiddlewareContext | undefined): number | undefined {
  return context?.options?.timeout;
}

function secondsIn(headers: Headers): number | undefined {
  const seconds = Number(headers.get(TIMEOUT_HEADER));
  return seconds > 0 ? seconds * 1_000 : undefined;
}
