import type { EmbeddingsInterface } from '@langchain/core/embeddings';
import { IgnoredPaths } from '../../ai/keys/ignored-options.js';
import { OptionParts } from '../../ai/keys/option-parts.js';
import { digestOf } from '../../ai/keys/request-keys.js';
import { modelSettings } from './model-settings.js';

/** What stands in the key by itself, and how many texts go into one request. */
const APART = ['model', 'modelName', 'modelId', 'dimensions', 'batchSize'];

/**
 * What tells vectors of one model's name apart, as one word for their keys: all that the embedder is set to, its address
 * included, and the versions that its user and the cache were given.
 * @throws CacheKeyError for a setting that is circular.
 */
export function embedderVersion(embedder: EmbeddingsInterface, versions: readonly unknown[]): string {
  const settings = Object.entries(modelSettings(embedder)).filter(([name]) => !APART.includes(name));
  return digestOf(new OptionParts(new IgnoredPaths()).take({ settings: Object.fromEntries(settings), versions }));
}
