import type { AiResponseCache } from '../../ai/ai-response-cache.js';
import { factsOfAnswer, isSoundAnswer, wantsJson } from './answer-check.js';
import { asOfNow } from './as-of-now.js';
import { requestOf } from './call-request.js';
import { checkOptions, requireCache } from './checked-options.js';
import { requireKnownVersion } from './known-version.js';
import { LANGUAGE_MODEL_OPTIONS, rulesOf, tagWith, type LanguageModelCacheOptions } from './language-model.options.js';
import type {
  LanguageModelAnswer,
  LanguageModelCall,
  LanguageModelParams,
  LanguageModelStream,
} from './model-shapes.js';
import { PartStream } from './part-stream.js';
import { WatchedParts } from './watched-parts.js';
import { withoutExchange } from './without-exchange.js';

/** For `wrapLanguageModel` of `ai` 6 and 7; `LanguageModelV3Middleware` and `LanguageModelV4Middleware` are fulfilled. */
export interface LanguageModelCacheMiddleware {
  readonly specificationVersion: 'v3';
  readonly wrapGenerate: <P extends LanguageModelParams, A extends LanguageModelAnswer, S extends LanguageModelStream>(
    call: LanguageModelCall<P, A, S>,
  ) => Promise<A>;
  readonly wrapStream: <P extends LanguageModelParams, A extends LanguageModelAnswer, S extends LanguageModelStream>(
    call: LanguageModelCall<P, A, S>,
  ) => Promise<S>;
}

/**
 * Middleware that answers a language model's calls out of the cache: one generation a question, for all who ask it, whole or as
 * a stream that is joined live. To be the last of several, next to the model: then what the others make of a call is in its key.
 *
 * A model of another specification than v3 and v4 is refused at its first call, with `CacheUsageError`. The errors of a model are
 * its callers', unchanged, and so are the SDK's retries.
 * @throws CacheUsageError naming the option that cannot be meant.
 */
export function cacheLanguageModel(
  cache: AiResponseCache,
  options: LanguageModelCacheOptions = {},
): LanguageModelCacheMiddleware {
  requireCache('cacheLanguageModel', cache, 'getOrGenerateStream', 'AiResponseCache');
  checkOptions('cacheLanguageModel', options, LANGUAGE_MODEL_OPTIONS);
  const rules = rulesOf(options);
  const isCached = (params: LanguageModelParams): boolean => options.condition?.(params) !== false;
  return {
    specificationVersion: 'v3',

    async wrapGenerate<P extends LanguageModelParams, A extends LanguageModelAnswer, S>(
      call: LanguageModelCall<P, A, S>,
    ) {
      const { model } = call;
      requireKnownVersion(model);
      if (!isCached(call.params)) return call.doGenerate();
      const params = asOfNow(call.params);
      const { abortSignal } = params;
      abortSignal?.throwIfAborted();
      let made: A | undefined;
      const answer = await cache.getOrGenerate<A>(
        requestOf(options, params, model),
        async (context) => {
          tagWith(options, params, context);
          // Not by `doGenerate`: that has the signal of this caller, and who has joined it has not left with it.
          made = await model.doGenerate({ ...params, abortSignal: context.signal });
          return withoutExchange(made);
        },
        {
          ...rules,
          ...(abortSignal && { signal: abortSignal }),
          describe: factsOfAnswer,
          validate: (given) => isSoundAnswer(params, given),
        },
      );
      return made ?? answer;
    },

    async wrapStream<P extends LanguageModelParams, A, S extends LanguageModelStream>(
      call: LanguageModelCall<P, A, S>,
    ) {
      const { model } = call;
      requireKnownVersion(model);
      if (!isCached(call.params)) return call.doStream();
      const params = asOfNow(call.params);
      params.abortSignal?.throwIfAborted();
      let made: { readonly parts: WatchedParts<unknown>; readonly exchange: Omit<S, 'stream'> } | undefined;
      const parts = cache.getOrGenerateStream(
        requestOf(options, params, model),
        async (context) => {
          tagWith(options, params, context);
          const { stream, ...exchange } = await model.doStream({ ...params, abortSignal: context.signal });
          const watched = new WatchedParts(stream, wantsJson(params), () => context.skip());
          made = { parts: watched, exchange };
          return watched;
        },
        rules,
      );
      const stream = await PartStream.open(parts, params.abortSignal);
      // Of a stale stream that is served before the model has begun it is not: that was another exchange.
      return { ...(made?.parts.hasBegun && made.exchange), stream } as unknown as S;
    },
  };
}
