import { CacheEmbeddingError } from 'nestjs-cached';
import { AiProviderError } from '../ai/openai/ai-provider.error.js';

/** The cache says which texts have got no vector; whoever has asked is told of the provider. Any other error as it is. */
export function providerErrorIn(error: unknown): unknown {
  if (!(error instanceof CacheEmbeddingError)) return error;
  if (error.cause instanceof AiProviderError) return error.cause;
  return new AiProviderError('malformed', 'The provider of the model answered with vectors that cannot be used.', {
    cause: error,
  });
}
