import { createCache } from '../../lib/assembly/create-cache.js';
import { resolveOptions } from '../../lib/config/resolved-options.js';
import { validateOptions } from '../../lib/config/validate-options.js';
import type { CacheModuleOptions } from '../../lib/contracts/options.js';
import type { CacheManager } from '../../lib/core/cache-manager.js';
import { shutDown } from '../../lib/core/shutdown.js';
import { eventually } from './eventually.js';

const opened: CacheManager[] = [];

/** A process of its own, as far as its cache goes, which is up. */
export async function redisCache(url: string, options: CacheModuleOptions = {}): Promise<CacheManager> {
  const given = { ...options, redis: { url, commandTimeout: 5_000 } };
  const manager = await createCache(resolveOptions(validateOptions(given)));
  opened.push(manager);
  await eventually(
    () => manager.healthCheck(),
    ({ status }) => status === 'up',
  );
  return manager;
}

export async function closeRedisCaches(): Promise<void> {
  await Promise.all(opened.splice(0).map(({ cache }) => shutDown(cache.parts)));
}
