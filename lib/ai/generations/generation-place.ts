import type { ByteSize } from '../../contracts/encoding-options.js';
import type { CacheModuleOptions, DiskOptions } from '../../contracts/options.js';
import { parseBytes } from '../../support/byte-size.js';
import type { GenerationCacheOptions } from './generation-cache-options.js';

/** 1 GiB. */
const DEFAULT_MAX_BYTES = 2 ** 30;
const HOUR = 3_600_000;
/** What is larger would be stored, and never found. */
const MAX_INFLATED: ByteSize = '256mb';

/** Where results are kept; of `elsewhere` only its own options say how much may be there. */
export function placeOf({ cache = {} }: GenerationCacheOptions): 'disk' | 'memory' | 'elsewhere' {
  if (cache.redis !== undefined) return cache.backend === 'memory' ? 'memory' : 'elsewhere';
  if (cache.backend === undefined || cache.backend === 'disk') return 'disk';
  return cache.backend === 'memory' ? 'memory' : 'elsewhere';
}

/** In bytes. `undefined`: not said, and not known here. */
export function maxBytesOf(options: GenerationCacheOptions): number | undefined {
  const { directory, maxBytes, maxSizeMb } = options;
  if (maxSizeMb !== undefined) return Math.floor(maxSizeMb * 2 ** 20);
  if (maxBytes !== undefined) return parseBytes(maxBytes, 'maxBytes');
  return directory === undefined ? undefined : DEFAULT_MAX_BYTES;
}

/** `undefined`: as the cache below has it. */
export function ttlOf({ ttl, ttlHours }: GenerationCacheOptions): GenerationCacheOptions['ttl'] {
  return ttlHours === undefined ? ttl : ttlHours * HOUR;
}

/**
 * The options of the cache below, all but its name.
 * @param options What was found to be right.
 */
export function cacheOptionsOf(options: GenerationCacheOptions): Omit<CacheModuleOptions, 'name' | 'isGlobal'> {
  const { cache, directory, eviction } = options;
  const ttl = ttlOf(options) ?? '7d';
  const maxBytes = maxBytesOf(options);
  const bounds = { ...(maxBytes !== undefined && { maxBytes }), ...(eviction !== undefined && { eviction }) };
  const place = placeOf(options);
  if (place === 'elsewhere') return { ...cache, ttl };
  if (place === 'memory') return { ...cache, ttl, memory: { ...bounds, ...cache?.memory } };
  const compression =
    cache?.compression === false ? (false as const) : { maxInflatedBytes: MAX_INFLATED, ...cache?.compression };
  // What a disk cannot do is found by its own checks.
  return { backend: 'disk', ...cache, compression, ttl, disk: { directory, ...bounds } as DiskOptions };
}
