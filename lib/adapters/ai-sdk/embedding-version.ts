import type { EmbeddingCache } from '../../ai/embeddings/embedding-cache.js';
import { IgnoredPaths } from '../../ai/keys/ignored-options.js';
import { OptionParts } from '../../ai/keys/option-parts.js';
import { digestOf } from '../../ai/keys/request-keys.js';
import type { EmbeddingModelParams, ModelName } from './model-shapes.js';

/**
 * What tells vectors of one model's name apart, as one word for their keys: the provider, every parameter of the call but its
 * texts, and the version that the cache was given. Headers count as they do for answers: not those that only trace a call, and
 * no credentials.
 */
export function versionOf(
  cache: EmbeddingCache,
  params: EmbeddingModelParams,
  { provider }: ModelName,
  variant: string | number | undefined,
): string {
  const { values: _values, ...asked } = params;
  const { version } = cache;
  return digestOf(new OptionParts(new IgnoredPaths()).take({ ...asked, provider, variant, version }));
}
