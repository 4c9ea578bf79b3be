import type {
  EmbeddingModelV3,
  EmbeddingModelV3Middleware,
  LanguageModelV3,
  LanguageModelV3Middleware,
} from '@ai-sdk/provider';
import {
  wrapEmbeddingModel,
  wrapLanguageModel,
  type EmbeddingModelMiddleware,
  type LanguageModel,
  type LanguageModelMiddleware,
} from 'ai';
import type {
  EmbeddingModelV4,
  EmbeddingModelV4Middleware,
  LanguageModelV4,
  LanguageModelV4Middleware,
} from 'ai-sdk-provider-v4';
import {
  wrapEmbeddingModel as wrapEmbeddingModel7,
  wrapLanguageModel as wrapLanguageModel7,
  type EmbeddingModelMiddleware as EmbeddingModelMiddleware7,
  type LanguageModel as LanguageModel7,
  type LanguageModelMiddleware as LanguageModelMiddleware7,
} from 'ai-v7';
import type { AiResponseCache, EmbeddingCache } from 'nestjs-cached/ai';
import { cacheEmbeddingModel, cacheLanguageModel, type LanguageModelCacheOptions } from 'nestjs-cached/ai-sdk';

const options: LanguageModelCacheOptions = {
  operation: ({ prompt }) => (prompt[0]?.role === 'system' ? 'chat' : 'ask'),
  tenant: ({ headers }) => headers?.['x-tenant'],
  condition: ({ providerOptions }) => providerOptions?.['app'] === undefined,
  variant: 'azure-eu',
  ttl: '1h',
  storeToolCalls: true,
  staleIfError: '1d',
};

/** Both specifications, as their packages write them down. */
export function specified(ai: AiResponseCache, embeddings: EmbeddingCache): void {
  const language = cacheLanguageModel(ai, options);
  const embedding = cacheEmbeddingModel(embeddings, { tenant: 'acme', ttl: '7d', variant: 2 });
  const third: [LanguageModelV3Middleware, EmbeddingModelV3Middleware] = [language, embedding];
  const sixth: [LanguageModelMiddleware, EmbeddingModelMiddleware] = [language, embedding];
  const seventh: [LanguageModelMiddleware7, EmbeddingModelMiddleware7] = [language, embedding];
  const { wrapGenerate, wrapStream } = language;
  const fourth: Omit<LanguageModelV4Middleware, 'specificationVersion'> = { wrapGenerate, wrapStream };
  const { wrapEmbed } = embedding;
  const fourthToo: Omit<EmbeddingModelV4Middleware, 'specificationVersion'> = { wrapEmbed };
  return void [third, sixth, seventh, fourth, fourthToo];
}

export function wrapped(
  ai: AiResponseCache,
  embeddings: EmbeddingCache,
  third: { language: LanguageModelV3; embedding: EmbeddingModelV3 },
  fourth: { language: LanguageModelV4; embedding: EmbeddingModelV4 },
): [LanguageModel, LanguageModel7] {
  const six: LanguageModelV3 = wrapLanguageModel({ model: third.language, middleware: cacheLanguageModel(ai) });
  const seven: LanguageModelV4 = wrapLanguageModel7({ model: fourth.language, middleware: [cacheLanguageModel(ai)] });
  const older: LanguageModelV4 = wrapLanguageModel7({ model: third.language, middleware: cacheLanguageModel(ai) });
  const middleware = cacheEmbeddingModel(embeddings);
  const vectors: EmbeddingModelV3 = wrapEmbeddingModel({ model: third.embedding, middleware });
  const vectors7: EmbeddingModelV4 = wrapEmbeddingModel7({ model: fourth.embedding, middleware });
  void [older, vectors, vectors7];
  return [six, seven];
}

export function refused(ai: AiResponseCache, embeddings: EmbeddingCache): void {
  // @ts-expect-error no such option
  cacheLanguageModel(ai, { tll: '1h' });
  // @ts-expect-error no duration
  cacheLanguageModel(ai, { ttl: '1 hour' });
  // @ts-expect-error a language model's answers are not kept among vectors
  cacheLanguageModel(embeddings);
  // @ts-expect-error and the other way round
  cacheEmbeddingModel(ai);
  // @ts-expect-error there is one version of a batch: that of the SDK
  cacheEmbeddingModel(embeddings, { batchSize: 5 });
}
