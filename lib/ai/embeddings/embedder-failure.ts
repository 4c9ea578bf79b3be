import { CacheEmbeddingError } from '../../support/errors.js';
import { messageOf } from '../../support/message-of.js';
import { counted } from './embedding-space.js';

/**
 * What a load fails with whose embedder has failed, be it for one text or for many: calls of both kinds may wait for it,
 * and must not be told the one thing or the other by who came first.
 * @param which The batch, for the message.
 */
export function embedderFailure(error: unknown, count: number, which = ''): CacheEmbeddingError {
  const text = `The embedder failed for ${counted(count, 'text')}${which}: ${messageOf(error)}`;
  return new CacheEmbeddingError(text, 'failed', count, { cause: error });
}

/** What a caller who has asked for one text is told: the embedder's own error, as it would be without a cache. */
export function ownErrorOf(error: unknown): unknown {
  return error instanceof CacheEmbeddingError && error.fault === 'failed' ? error.cause : error;
}
