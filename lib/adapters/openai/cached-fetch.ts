import type { AiResponseCache } from '../../ai/ai-response-cache.js';
import type { EmbeddingCache } from '../../ai/embeddings/embedding-cache.js';
import { CachedCalls } from '../http-call/cached-calls.js';
import { checkFetch, sender } from '../http-call/sender.js';
import { checkOptions, type HttpCallOptions } from '../http-call/http-call.options.js';
import type { Fetch } from '../http-call/http-types.js';
import { EmbeddingCalls } from './embedding-calls.js';
import { isEmbeddings, openAiEndpoint } from './endpoints.js';

/** What `cachedFetch` takes. All optional. */
export interface CachedFetchOptions extends HttpCallOptions {
  /**
   * Where the vectors of single inputs are kept, so that a request is sent for those only that nobody has. Default: a request
   * for embeddings is cached as a whole.
   */
  readonly embeddings?: EmbeddingCache;
  /**
   * Sends what has to be sent. Default: the global `fetch`. Calls that carry no credentials before it, since it may add them,
   * are cached only where `account` says whose they are.
   */
  readonly fetch?: Fetch;
}

/**
 * A `fetch` for the clients of OpenAI and of all that imitate it: `new OpenAI({ fetch: cachedFetch(ai) })`. Caches chat
 * completions, responses, legacy completions, embeddings and moderations, as JSON and as streams of events; everything else is
 * sent as it is. Answers and failures reach the client as the provider has given them; a served one has the header
 * `x-cache: hit`.
 *
 * Rejects as `fetch` does, and with `CacheTenantError` where the tenant of a call cannot be told.
 * @throws CacheUsageError naming the option that cannot be meant.
 */
export function cachedFetch(ai: AiResponseCache, options?: CachedFetchOptions): Fetch {
  const { embeddings, fetch: inner, ...rules } = checkOptions(options, ['embeddings', 'fetch']);
  const calls = new CachedCalls(ai, openAiEndpoint, rules);
  const vectors = embeddings === undefined ? undefined : new EmbeddingCalls(embeddings, calls);
  const through = checkFetch(inner);
  return async (input, init) => {
    const known = calls.recognize(input, init);
    const send = sender(through, input, init);
    // A `fetch` of the user's may be what signs.
    if (known === undefined || (inner && calls.isAnonymous(known))) return send({});
    const answer = isEmbeddings(known.endpoint) ? await vectors?.answer(known, send) : undefined;
    return answer ?? calls.answer(known, send);
  };
}
