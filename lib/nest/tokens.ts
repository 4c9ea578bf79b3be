import { CacheManager } from '../core/cache-manager.js';
import { DEFAULT_CACHE } from '../core/cache-registry.js';

/** The token a cache is injected by: the `CacheManager` class for the default one, a string for a named one. */
export function getCacheToken(name: string = DEFAULT_CACHE): typeof CacheManager | string {
  return name === DEFAULT_CACHE ? CacheManager : `nestjs-cached:${name}`;
}
