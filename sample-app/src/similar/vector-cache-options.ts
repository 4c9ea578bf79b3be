import type { CacheModuleOptions } from 'nestjs-cached';
import type { EmbeddingCacheModuleOptions } from 'nestjs-cached/ai';
import { cacheOptions } from '../cache-options.js';
import type { Embedder } from './embedder.js';

/** The name of the cache that holds the vectors. */
export const VECTOR_CACHE = 'embeddings';

/** In memory there is room for all that one search looks at, and some more. */
const MEMORY: CacheModuleOptions['memory'] = { maxEntries: 20_000, maxBytes: 256 * 1024 * 1024 };

/** Where the results of files are kept, vectors are kept too, and for as long: in memory, or on the same Redis. */
export function vectorCacheOptions({
  model,
  version,
  dimensions,
  batchSize,
}: Embedder): Omit<EmbeddingCacheModuleOptions, 'name' | 'isGlobal'> {
  const { operations, namespace, memory, name: _, isGlobal: __, ...files } = cacheOptions();
  return {
    model,
    version,
    batchSize,
    normalize: true,
    ...(dimensions === undefined ? {} : { dimensions }),
    cache: {
      ...files,
      namespace: `${namespace}:vectors`,
      memory: { ...MEMORY, ...memory },
      ...(operations?.['document'] === undefined ? {} : { ttl: operations['document'] }),
    },
  };
}
