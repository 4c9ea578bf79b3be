import type { CacheManager } from '../../core/cache-manager.js';
import { CacheUsageError } from '../../support/errors.js';

/**
 * Where the values of a Keyv stand: `keyv` without a namespace, `keyv.<namespace>` with one. They are siblings, so that to clear
 * one never takes another; and they are below what was handed in, so that a Keyv without a namespace, which is what version 6
 * makes unless told otherwise, clears itself and not the application's cache.
 *
 * @throws CacheUsageError for a namespace that is no string.
 */
export function keyvPlace(cache: CacheManager, namespace: unknown): CacheManager {
  if (namespace === undefined || namespace === null || namespace === '') return cache.forNamespace('keyv');
  if (typeof namespace === 'string') return cache.forNamespace(`keyv.${namespace}`);
  throw new CacheUsageError(`The namespace of a Keyv must be a string; got ${typeof namespace}.`);
}
