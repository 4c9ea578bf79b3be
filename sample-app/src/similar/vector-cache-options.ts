import type { CacheModuleOptions } from 'nestjs-cached';
import type { EmbeddingCacheModuleOptions } from 'nestjs-cached/ai';
import { cacheOptions } from '../cache-options.js';
import type { Embedder } from './embedder.js';

/** The name of the cache that holds the vectors. */
export const VECTOR_CACHE = 'embeddings';

/** Room for all that one question looks at, and some more. */
const MEMORY: CacheModuleOptions['memory'] = { maxEntries: 20_000, maxBytes: 256 * 1024 * 1024 };

/** Where the results of files are kept, vectors are kept too, and for as long: in memory, on the same Redis, or on disk. */
export function vectorCacheOptions({
  model,
  version,
  dimensions,
  batchSize,
}: Embedder): Omit<EmbeddingCacheModuleOptions, 'name' | 'isGlobal'> {
  const { operations, namespace, memory, name: _, isGlobal: __, ...files } = cacheOptions();
  const { backend, disk } = files;
  // Other backends have no bounds of this kind, and refuse them.
  const inMemory = backend === 'memory' || backend === 'tiered' || (backend === undefined && !disk);
  return {
    model,
    version,
    batchSize,
    normalize: true,
    ...(dimensions === undefined ? {} : { dimensions }),
    cache: {
      ...files,
      namespace: `${namespace}:vectors`,
      memory: inMemory ? { ...MEMORY, ...memory } : memory,
      ...(operations?.['document'] === undefined ? {} : { ttl: operations['document'] }),
    },
  };
}
