import type { Duration } from '../../contracts/duration.js';
import type { FreshnessOptions } from '../../contracts/options.js';
import type { CallOptions } from '../../core/call-options.js';
import { operationName } from '../../support/operation-name.js';
import type { Place } from './call-site.js';

/** The ttl of the operation, where the module has one; else the decorator's, else that of the class, else the module's. */
export function ttlOf(place: Place, operation: string | undefined, own: Duration | undefined): Duration | undefined {
  const named = operation === undefined ? undefined : place.cache.parts.operations.get(operationName(operation));
  return named ?? own ?? place.config.ttl;
}

/** A decorator's options met with the module's. @throws CacheUsageError for a bad tag or ttl. */
export function optionsOf(
  place: Place,
  freshness: FreshnessOptions,
  ttl: Duration | undefined,
  tags: readonly string[],
): CallOptions {
  const { staleWhileRevalidate, staleIfError, refreshAhead, softTimeout, hardTimeout, jitter, nullTtl } = freshness;
  const own = { staleWhileRevalidate, staleIfError, refreshAhead, softTimeout, hardTimeout, jitter, nullTtl };
  return place.cache.parts.resolver.resolve({
    ...(own as FreshnessOptions),
    ...(ttl === undefined ? {} : { ttl }),
    tags,
  });
}
