export { CacheModule, type CacheModuleAsyncOptions, type CacheOptionsFactory } from './cache.module.js';
export { CacheManager } from './core/cache-manager.js';
export { CacheRegistry } from './core/cache-registry.js';
export type { GetOrSetOptions } from './core/call-options.js';
export type { BatchLoader } from './core/batch-deck.js';
export { getCacheToken } from './nest/tokens.js';
export { CacheKeyGenerator } from './nest/key-generator.js';

export { Cached } from './nest/decorators/cached.decorator.js';
export { CachePut } from './nest/decorators/cache-put.decorator.js';
export { CacheEvict } from './nest/decorators/cache-evict.decorator.js';
export { CacheConfig } from './nest/decorators/cache-config.decorator.js';
export { InjectCache } from './nest/decorators/inject-cache.decorator.js';
export type {
  CacheConfigOptions,
  CachedOptions,
  CacheEvictOptions,
  CachePutOptions,
} from './nest/decorators/cached-options.js';

export { CacheInterceptor } from './nest/http/cache.interceptor.js';
export { CacheResponse, type CacheResponseOptionsFor } from './nest/http/cache-response.decorator.js';
export { NoCache } from './nest/http/no-cache.decorator.js';

export { cacheOptionsFromEnv } from './config/from-env.js';
export { cacheOptionsFromFile } from './config/from-file.js';
export { cacheOptionsPreset, type CachePreset } from './config/presets.js';

export { CacheBackend, type BackendItem } from './contracts/backend.js';
export type { Clock, Random, Timer } from './contracts/clock.js';
export type { Codec } from './contracts/codec.js';
export type { Duration, DurationString } from './contracts/duration.js';
export type {
  ByteSize,
  CompressionAlgorithm,
  CompressionOptions,
  EncryptionKey,
  EncryptionOptions,
  NamedEncryptionKey,
} from './contracts/encoding-options.js';
export type { EvictionChoice, EvictionStrategy } from './contracts/eviction.js';
export type { EntryState, Tier } from './contracts/entry.js';
export type { CacheEvent, CacheEventOf, CacheEventType } from './contracts/events.js';
export type { KeyGenerator, KeyInput } from './contracts/key-generator.js';
export type {
  CacheModuleOptions,
  CacheResponseOptions,
  ClassInstances,
  Coherence,
  FreshnessOptions,
  HttpRequestLike,
  Isolation,
  BreakerOptions,
  DiskOptions,
  JournalOptions,
  LeaseOptions,
  Loader,
  LoaderContext,
  MemoryOptions,
  RedisNode,
  RedisOptions,
  SetOptions,
  StreamOptions,
  TenantOptions,
} from './contracts/options.js';
export type { SecurityCode, SecurityFinding, SecurityLevel, SecurityReport } from './contracts/security.js';
export type { ObservableLike, ReadableStreamLike, StreamLike, StreamLoader } from './contracts/stream.js';
export type { CacheExplanation, CacheHealth, CacheStats } from './contracts/stats.js';

export {
  CacheBackendError,
  CacheCapabilityError,
  CacheConfigError,
  CacheDependencyError,
  CacheError,
  CacheFormatError,
  CacheKeyError,
  CacheQueuedError,
  CacheStreamError,
  CacheTenantError,
  CacheTimeoutError,
  CacheUsageError,
  CacheValueError,
  type ConfigFault,
} from './support/errors.js';
