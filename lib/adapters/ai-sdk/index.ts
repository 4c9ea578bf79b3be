export { cacheEmbeddingModel, type EmbeddingModelCacheMiddleware } from './cache-embedding-model.js';
export { cacheLanguageModel, type LanguageModelCacheMiddleware } from './cache-language-model.js';
export type { EmbeddingModelCacheOptions } from './embedding-model.options.js';
export type { LanguageModelCacheOptions } from './language-model.options.js';
export type {
  EmbeddingModelAnswer,
  EmbeddingModelCall,
  EmbeddingModelParams,
  EmbeddingModelShape,
  LanguageModelAnswer,
  LanguageModelCall,
  LanguageModelParams,
  LanguageModelShape,
  LanguageModelStream,
  ModelName,
} from './model-shapes.js';
