import type { EmbeddingCache } from '../../ai/embeddings/embedding-cache.js';
import type { EmbeddingCallOptions } from '../../ai/embeddings/embedding-cache.options.js';
import { CacheEmbeddingError, CacheUsageError } from '../../support/errors.js';
import { sha256 } from '../../support/sha256.js';
import { untilAborted } from '../../support/until-aborted.js';
import type { CachedCalls, KnownCall } from '../http-call/cached-calls.js';
import { HttpFailure } from '../http-call/http-failure.js';
import type { Send } from '../http-call/http-types.js';
import { commonCall, embeddingRequest, type EmbeddingRequest } from './embedding-request.js';
import { EmbeddingSource } from './embedding-source.js';
import { writtenVector } from './vector-text.js';

/**
 * Requests for embeddings, answered input by input: what is asked for is only what nobody has, or is asking for. The answer is
 * put together anew, of vectors of 32 bits; its `usage` counts what this call has asked for.
 */
export class EmbeddingCalls {
  /** @throws CacheUsageError */
  constructor(
    private readonly embeddings: EmbeddingCache,
    private readonly calls: CachedCalls,
  ) {
    if (typeof (embeddings as Partial<EmbeddingCache> | null)?.getOrEmbedMany === 'function') return;
    throw new CacheUsageError('embeddings must be an EmbeddingCache.');
  }

  /** `undefined`: it cannot be taken apart into its inputs. Rejects as `CachedCalls.answer` does. */
  async answer(known: KnownCall, send: Send): Promise<Response | undefined> {
    const request = embeddingRequest(known);
    const common = request && this.calls.prepare(commonCall(known));
    if (request === undefined || common === undefined) return undefined;
    known.call.signal?.throwIfAborted();
    const tenant = this.calls.tenantOf(common);
    const { model, dimensions } = request;
    const options: EmbeddingCallOptions = {
      model,
      version: sha256(`${common.key}:${request.areTokens ? 'tokens' : 'texts'}`),
      ...(dimensions !== undefined && { dimensions }),
      ...(tenant !== undefined && { tenant }),
    };
    // Those who have waited in vain for what another request would bring ask together.
    return (
      (await this.ask(known, request, send, options)) ?? (await this.ask(known, request, send, options)) ?? send({})
    );
  }

  /** `undefined`: what came is nothing to this caller. */
  private async ask(
    known: KnownCall,
    request: EmbeddingRequest,
    send: Send,
    options: EmbeddingCallOptions,
  ): Promise<Response | undefined> {
    const { signal } = known.call;
    const source = new EmbeddingSource(known, request, send);
    const loading = this.embeddings.getOrEmbedMany(request.texts, source.embed, options);
    try {
      return answerOf(request, await (signal ? untilAborted(signal, loading) : loading), source);
    } catch (error) {
      return failed(error, source, send);
    }
  }
}

/** What is wrong with the vectors is between the provider and its client; what another request has met is not this one's. */
function failed(error: unknown, source: EmbeddingSource, send: Send): Promise<Response> | Response | undefined {
  if (!(error instanceof CacheEmbeddingError)) throw error;
  if (error.fault !== 'failed') return send({});
  const { cause } = error;
  if (!(cause instanceof HttpFailure)) throw cause;
  return source.concerns(cause) ? cause.response() : undefined;
}

function answerOf(request: EmbeddingRequest, vectors: readonly Float32Array[], source: EmbeddingSource): Response {
  const { format } = request;
  const data = vectors.map((vector, index) => ({
    object: 'embedding',
    index,
    embedding: writtenVector(vector, format),
  }));
  const { tokens, headers } = source;
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  const body = JSON.stringify({ object: 'list', data, model: source.model, usage });
  return new Response(body, { status: 200, headers });
}
