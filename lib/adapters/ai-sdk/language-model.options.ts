import type { StreamRules } from '../../ai/answer-rules.js';
import type { LoaderContext } from '../../contracts/options.js';
import type { LanguageModelParams } from './model-shapes.js';

/** What `cacheLanguageModel` is told. The freshness options and `storeToolCalls` are those of any answer. */
export interface LanguageModelCacheOptions extends StreamRules {
  /** What is asked for: decides the ttl, and groups the entries. Default `generate`. */
  readonly operation?: string | ((params: LanguageModelParams) => string);
  /** Whose answers they are: no other tenant is ever given them. Default: that of the cache. */
  readonly tenant?: string | ((params: LanguageModelParams) => string | undefined);
  /** Groups that the answer belongs to, beside its operation and its model; see `CacheManager.invalidateTags`. */
  readonly tags?: readonly string[] | ((params: LanguageModelParams) => readonly string[]);
  /**
   * What else tells the model from others of its provider and name, which no call shows: another address, a setting that is
   * hidden in the client, a middleware between the cache and the model. In every key.
   */
  readonly variant?: string | number;
  /** `false`: this call goes to the model as if there were no cache. Default: all are cached. */
  readonly condition?: (params: LanguageModelParams) => boolean;
}

export const LANGUAGE_MODEL_OPTIONS: ReadonlySet<string> = new Set<keyof LanguageModelCacheOptions>([
  ...(['operation', 'tenant', 'tags', 'variant', 'condition', 'ttl', 'storeToolCalls'] as const),
  ...(['staleWhileRevalidate', 'staleIfError', 'refreshAhead', 'softTimeout', 'hardTimeout', 'jitter'] as const),
  'nullTtl',
]);

/** The options that concern how an answer is stored. */
export function rulesOf(options: LanguageModelCacheOptions): StreamRules {
  const { operation: _0, tenant: _1, variant: _2, condition: _3, tags: _4, ...rules } = options;
  return rules;
}

/** Sets the tags of an answer. They are told before the model is asked, so that an invalidation meanwhile concerns it. */
export function tagWith(
  { tags }: LanguageModelCacheOptions,
  params: LanguageModelParams,
  context: Pick<LoaderContext, 'setTags'>,
): void {
  if (tags !== undefined) context.setTags(...(typeof tags === 'function' ? tags(params) : tags));
}
