export { cacheChatModel } from './cache-chat-model.js';
export type { CachedChatModelOptions } from './chat-model-options.js';
export type { ChatModelLike } from './chat-model.js';
export { LangChainCache, type LangChainCacheOptions } from './langchain-cache.js';
export { CachedEmbeddings, type CachedEmbeddingsOptions } from './cached-embeddings.js';
export { CacheStore, type CacheStoreOptions } from './cache-store.js';
