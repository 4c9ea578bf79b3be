import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheOptionsFromEnv } from 'nestjs-cached';
import type { CacheModuleOptions } from 'nestjs-cached';

/** Where `CACHE_BACKEND=disk` keeps results unless `CACHE_DISK_DIRECTORY` says otherwise. */
const DISK_DIRECTORY = join(tmpdir(), 'document-intelligence-cache');

/**
 * In memory as it stands. `REDIS_URL=redis://...` moves the cache to Redis, `CACHE_BACKEND=disk` to a folder, and
 * `CACHE_TTL_OCR=3600` (seconds) shortens what `@Cached({ operation: 'ocr' })` keeps: the environment decides, and nothing else
 * changes.
 */
export function cacheOptions(): CacheModuleOptions {
  const fromEnv = cacheOptionsFromEnv();
  return {
    namespace: 'document-intelligence',
    ...fromEnv,
    ...(fromEnv.backend === 'disk' ? { disk: { directory: DISK_DIRECTORY, ...fromEnv.disk } } : {}),
    operations: { document: '24h', ocr: '48h', image: '24h', validation: '12h', ...fromEnv.operations },
  };
}

/** Where results are kept, in words. @param backend as the health of the cache names it */
export function storeName(backend: string): string {
  const { disk } = cacheOptions();
  return disk ? `${backend} (${disk.directory})` : backend;
}
