import type { SetOptions } from '../../contracts/options.js';
import type { EmbeddingModelParams } from './model-shapes.js';

/** What `cacheEmbeddingModel` is told. */
export interface EmbeddingModelCacheOptions extends Pick<SetOptions, 'ttl' | 'tags' | 'jitter'> {
  /** Whose texts they are: no other tenant is given their vectors. Default: that of the cache. */
  readonly tenant?: string | ((params: EmbeddingModelParams) => string | undefined);
  /** What else tells the model from others of its provider and name, such as another address. In every key. */
  readonly variant?: string | number;
  /** `false`: this call goes to the model as if there were no cache. Default: all are cached. */
  readonly condition?: (params: EmbeddingModelParams) => boolean;
}

export const EMBEDDING_MODEL_OPTIONS: ReadonlySet<string> = new Set<keyof EmbeddingModelCacheOptions>([
  ...(['tenant', 'variant', 'condition', 'ttl', 'tags', 'jitter'] as const),
]);
