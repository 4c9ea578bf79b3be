import type { SetOptions } from '../../contracts/options.js';
import { checkLimit, type BatchLimits } from '../../core/batches/in-batches.js';
import { CacheUsageError } from '../../support/errors.js';
import { checkIdentity, type SpaceIdentity } from './embedding-space.js';

/** What an `EmbeddingCache` is made with. */
export interface EmbeddingCacheOptions {
  /** The name of the model. In every key: vectors of two models are never mixed up. */
  readonly model: string;
  /** How many the vectors must have. In every key. Default: as many as the first vector has, and the same for all others. */
  readonly dimensions?: number;
  /** Which vectors these are, where the model's name alone does not tell; another version is another key. */
  readonly version?: string | number;
  /** How many texts the embedder is given at once at the most. Default 96. */
  readonly batchSize?: number;
  /** How many batches of one call may be under way at the same time. Default 4. */
  readonly maxConcurrency?: number;
  /** Whether vectors are brought to the length 1 before they are stored. Default false. */
  readonly normalize?: boolean;
}

/** What one call may say. */
export interface EmbeddingCallOptions extends SetOptions {
  /** Whose texts they are: no other tenant is given their vectors. Default: that of the manager. */
  readonly tenant?: string;
  /** Another model than the cache's. Its dimensions and its version are then as said here. */
  readonly model?: string;
  readonly dimensions?: number;
  readonly version?: string | number;
  /**
   * What the text is embedded for, `query` or `document` say, with models that make another vector for each; another purpose is
   * another key. Default: none is told, which is one of its own.
   */
  readonly purpose?: string;
  /** How many texts the embedder is given at once at the most. Default: the cache's. */
  readonly batchSize?: number;
}

/** The options with their defaults. */
export interface EmbeddingRules {
  readonly identity: SpaceIdentity;
  readonly limits: BatchLimits;
}

const NAMES: ReadonlySet<string> = new Set<keyof EmbeddingCacheOptions>([
  ...(['model', 'dimensions', 'version', 'batchSize', 'maxConcurrency', 'normalize'] as const),
]);

/** @throws CacheUsageError naming the option that cannot be meant. */
export function embeddingRules(options: EmbeddingCacheOptions): EmbeddingRules {
  if (typeof options !== 'object' || options === null)
    throw new CacheUsageError('An EmbeddingCache needs options: { model }.');
  const unknown = Object.keys(options).find((name) => !NAMES.has(name));
  if (unknown !== undefined) throw new CacheUsageError(`${JSON.stringify(unknown)} is no option of an EmbeddingCache.`);
  const { model, version, dimensions, batchSize = 96, maxConcurrency = 4, normalize = false } = options;
  if (typeof normalize !== 'boolean')
    throw new CacheUsageError(`normalize must be true or false; got ${String(normalize)}.`);
  return {
    identity: checkIdentity({ model, version, dimensions, unit: normalize }),
    limits: { size: checkLimit('batchSize', batchSize), concurrency: checkLimit('maxConcurrency', maxConcurrency) },
  };
}
