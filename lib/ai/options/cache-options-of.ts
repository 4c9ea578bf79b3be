import type { CacheModuleOptions } from '../../contracts/options.js';
import { tierOfKey, type SizeTier } from '../keys/size-tier.js';
import type { AiCacheOptions } from './ai-cache-options.js';
import { DEFAULT_COMPRESSION_LEVEL, DEFAULT_COMPRESSION_THRESHOLD, DEFAULT_MEMORY_TIERS } from './ai-defaults.js';

/**
 * The options of the cache below, all but its name. Its log shows no key, since a key holds what people have asked.
 * @param options What was found to be right.
 */
export function cacheOptionsOf(options: AiCacheOptions): Omit<CacheModuleOptions, 'name' | 'isGlobal'> {
  const { cache = {} } = options;
  return {
    logKeys: 'digest',
    ...cache,
    ...(cache.compression !== false && { compression: compressionOf(options) }),
    ...(isTiered(cache) && { memory: { ...cache.memory, admit: admissionOf(options) } }),
  };
}

function compressionOf({ cache, compressionThreshold, compressionLevel }: AiCacheOptions): object {
  return {
    threshold: compressionThreshold ?? DEFAULT_COMPRESSION_THRESHOLD,
    level: compressionLevel ?? DEFAULT_COMPRESSION_LEVEL,
    ...(cache?.compression === false ? undefined : cache?.compression),
  };
}

function isTiered({ backend, redis }: CacheModuleOptions): boolean {
  return backend === 'tiered' || (backend === undefined && redis !== undefined);
}

/** Small answers are asked for often and weigh little; large ones would drive a hundred of those out of the process. */
function admissionOf({ cache, memoryTiers = DEFAULT_MEMORY_TIERS }: AiCacheOptions): (key: string) => boolean {
  const tiers: ReadonlySet<SizeTier | undefined> = new Set<SizeTier | undefined>(memoryTiers);
  const memory = cache?.memory;
  return (key) => tiers.has(tierOfKey(key)) && (memory?.admit === undefined || memory.admit(key));
}
