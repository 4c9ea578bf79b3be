import { cacheOptionsFromEnv } from 'nestjs-cached';
import type { CacheModuleOptions } from 'nestjs-cached';

/**
 * In memory as it stands. `REDIS_URL=redis://...` moves the cache to Redis and `CACHE_TTL_OCR=3600` (seconds) shortens what
 * `@Cached({ operation: 'ocr' })` keeps: the environment decides, and nothing else changes.
 */
export function cacheOptions(): CacheModuleOptions {
  const fromEnv = cacheOptionsFromEnv();
  return {
    namespace: 'document-intelligence',
    ...fromEnv,
    operations: { document: '24h', ocr: '48h', image: '24h', validation: '12h', ...fromEnv.operations },
  };
}
