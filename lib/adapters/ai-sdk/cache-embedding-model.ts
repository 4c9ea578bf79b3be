import type { EmbeddingCache } from '../../ai/embeddings/embedding-cache.js';
import { fieldOf } from '../../ai/answers/fields.js';
import { CacheEmbeddingError } from '../../support/errors.js';
import { untilAborted } from '../../support/until-aborted.js';
import { asOfNow } from './as-of-now.js';
import { checkOptions, requireCache } from './checked-options.js';
import { EMBEDDING_MODEL_OPTIONS, type EmbeddingModelCacheOptions } from './embedding-model.options.js';
import { versionOf } from './embedding-version.js';
import { requireKnownVersion } from './known-version.js';
import type { EmbeddingModelAnswer, EmbeddingModelCall, EmbeddingModelParams } from './model-shapes.js';
import { mergedAnswer } from './merged-answer.js';
import { isPerValue } from './per-value.js';

/** For `wrapEmbeddingModel` of `ai` 6 and 7; `EmbeddingModelV3Middleware` and `EmbeddingModelV4Middleware` are fulfilled. */
export interface EmbeddingModelCacheMiddleware {
  readonly specificationVersion: 'v3';
  readonly wrapEmbed: <P extends EmbeddingModelParams, A extends EmbeddingModelAnswer>(
    call: EmbeddingModelCall<P, A>,
  ) => Promise<A>;
}

/**
 * Middleware that gives the model those texts only that nobody has a vector of, or is asking for one. The vectors come in the
 * order of the texts, as numbers of 32 bits. `usage` counts what this call has asked for: no tokens when that was nothing.
 *
 * A model of another specification than v3 and v4 is refused at its first call, with `CacheUsageError`. The errors of a model are
 * its callers', unchanged, and so are the SDK's retries; a caller who leaves does not end what others have asked along with.
 * @throws CacheUsageError naming the option that cannot be meant.
 */
export function cacheEmbeddingModel(
  cache: EmbeddingCache,
  options: EmbeddingModelCacheOptions = {},
): EmbeddingModelCacheMiddleware {
  requireCache('cacheEmbeddingModel', cache, 'getOrEmbedMany', 'EmbeddingCache');
  checkOptions('cacheEmbeddingModel', options, EMBEDDING_MODEL_OPTIONS);
  const { tenant, variant, condition, ...storing } = options;
  return {
    specificationVersion: 'v3',

    async wrapEmbed<P extends EmbeddingModelParams, A extends EmbeddingModelAnswer>(call: EmbeddingModelCall<P, A>) {
      const { model } = call;
      requireKnownVersion(model);
      if (condition?.(call.params) === false || isPerValue(model, call.params)) return call.doEmbed();
      const params = asOfNow(call.params);
      const { abortSignal, values } = params;
      abortSignal?.throwIfAborted();
      const made: A[] = [];
      const embed = async (missing: string[]): Promise<number[][]> => {
        // Without the signal of this caller: others may have come to wait for these texts as well.
        const answer = await model.doEmbed({ ...params, values: missing, abortSignal: undefined });
        made.push(answer);
        return answer.embeddings;
      };
      const owner = typeof tenant === 'function' ? tenant(params) : tenant;
      const dimensions = fieldOf(params, 'dimensions');
      const vectors = cache.getOrEmbedMany(values, embed, {
        ...storing,
        ...(owner !== undefined && { tenant: owner }),
        model: model.modelId,
        version: versionOf(cache, params, model, variant),
        ...(typeof dimensions === 'number' && { dimensions }),
        // The SDK has taken the texts apart already, into what this model takes at once.
        batchSize: Infinity,
      });
      try {
        return mergedAnswer(await (abortSignal ? untilAborted(abortSignal, vectors) : vectors), made);
      } catch (error) {
        // As the SDK knows it, which tries again where that may help.
        if (error instanceof CacheEmbeddingError && error.fault === 'failed') throw error.cause;
        throw error;
      }
    },
  };
}
