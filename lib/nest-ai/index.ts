export { AiCacheModule, getAiCacheToken, type AiCacheModuleAsyncOptions } from './ai-cache.module.js';
export {
  EmbeddingCacheModule,
  getEmbeddingCacheToken,
  type EmbeddingCacheModuleAsyncOptions,
  type EmbeddingCacheModuleOptions,
} from './embedding-cache.module.js';
export { EmbeddingCache, type Embed } from '../ai/embeddings/embedding-cache.js';
export type { EmbeddingCacheOptions, EmbeddingCallOptions } from '../ai/embeddings/embedding-cache.options.js';
export type { EmbedBatch } from '../ai/embeddings/embedding-load.js';
export type { EmbeddingVector } from '../ai/embeddings/vector.js';
export { vectorCodec } from '../ai/embeddings/vector.codec.js';
export { CachedInstance, type CachedInstanceOptions } from './cached-instance.decorator.js';
export {
  ModelCacheModule,
  type ModelCacheModuleAsyncOptions,
  type ModelCacheModuleOptions,
} from './model-cache.module.js';
export {
  GenerationCacheModule,
  getGenerationCacheToken,
  type GenerationCacheModuleAsyncOptions,
} from './generation-cache.module.js';
export { AiResponseCache } from '../ai/ai-response-cache.js';
export type { AiCacheEvent, AiCacheEventType, AiCacheListener } from '../ai/ai-events.js';
export type { AiCallOptions, AiRequest } from '../ai/ai-request.js';
export type { AiCacheStats, AiPerformanceSummary, CompressionStats } from '../ai/ai-stats.js';
export type { AiUsage } from '../ai/ai-usage.js';
export type { AnswerRules, SchemaLike, StreamAnswerRules, StreamRules } from '../ai/answer-rules.js';
export type { AnswerFacts } from '../ai/answers/answer-facts.js';
export type { CostBreakdown, CostRow } from '../ai/cost/breakdown.js';
export type { CostReport } from '../ai/cost/cost-ledger.js';
export type { CostSums } from '../ai/cost/cost-sums.js';
export type { ModelPrice, PriceTable } from '../ai/cost/prices.js';
export type { Generate } from '../ai/generation.js';
export type { GenerateStream } from '../ai/streams/stream-generation.js';
export { GenerationCache, type GivenResultOptions } from '../ai/generations/generation-cache.js';
export type { GenerationCacheOptions } from '../ai/generations/generation-cache-options.js';
export type { GenerationContent } from '../ai/generations/generation-keys.js';
export type { GenerationStats } from '../ai/generations/generation-stats.js';
export type { GivenAnswer } from '../ai/given-answer.js';
export type { KeyDifference } from '../ai/keys/key-difference.js';
export type { PreparedRequest } from '../ai/keys/prepared-request.js';
export type { SizeTier, SizeTiers } from '../ai/keys/size-tier.js';
export type { AiCacheOptions } from '../ai/options/ai-cache-options.js';
export { aiCacheOptionsFromEnv } from '../ai/options/ai-from-env.js';
export { aiCacheOptionsFromFile } from '../ai/options/ai-from-file.js';
export { aiCacheOptionsPreset } from '../ai/options/ai-presets.js';
export { mapLegacyAiOptions, type MappedLegacyOptions } from '../ai/options/legacy-options.js';
export { SemanticCache, type SemanticSetOptions, type SemanticStats } from '../ai/semantic/semantic-cache.js';
export type { SemanticAnswer, SemanticLoad } from '../ai/semantic/semantic-flights.js';
export type { SemanticCacheOptions, SemanticCandidate } from '../ai/semantic/semantic-cache.options.js';
export { FlatVectorIndex } from '../ai/semantic/flat-vector-index.js';
export type { VectorIndex, VectorMatch } from '../ai/semantic/vector-index.js';
export { ModelCache, type ModelCacheStats } from '../ai/models/model-cache.js';
export type { ModelCacheOptions, ModelContext, ModelLoader, ModelOptions } from '../ai/models/model-cache-options.js';
export type { ModelEvent, ModelEventOf, ModelEventType, ModelLeaveReason } from '../ai/models/model-events.js';
export { ModelLease } from '../ai/models/model-lease.js';
