import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import type { CacheResponseOptions, HttpRequestLike } from '../../contracts/options.js';
import { parseDuration } from '../../support/duration.js';
import { CacheUsageError } from '../../support/errors.js';

export const CACHE_RESPONSE_METADATA = 'nestjs-cached:cache-response';

/** `CacheResponseOptions` with the platform's own request type, such as Express's `Request`, in its functions. */
export interface CacheResponseOptionsFor<R> extends Omit<CacheResponseOptions, 'key' | 'varyBy' | 'tags'> {
  /**
   * The whole key, instead of method, host, URL and handler: a string `k` is the logical key `http:k`, which
   * `CacheManager.delete('http:k')` and `@CacheEvict` can name; anything else is spelled canonically. Handlers that give
   * the same key share the response. `undefined`, `null` and `''` mean: not cached. It is trusted to tell users apart.
   */
  key?: (request: R) => unknown;
  /**
   * What tells responses apart beside the URL: names of request headers, or a function. A list has to name `authorization`,
   * `cookie`, `proxy-authorization` or `x-api-key` for requests that carry one to be cached; a function is trusted as long
   * as it gives something else than `undefined` or `null`.
   */
  varyBy?: readonly string[] | ((request: R) => unknown);
  tags?: readonly string[] | ((request: R) => readonly string[]);
}

const DURATIONS = ['ttl', 'staleWhileRevalidate', 'staleIfError', 'softTimeout', 'hardTimeout', 'nullTtl'] as const;

/**
 * How `CacheInterceptor` caches the responses of a route, or of every route of a controller. A route's options win over
 * its controller's, and those over `http` of the module, one by one. Needs the interceptor; alone it does nothing.
 *
 * @throws CacheUsageError for a bad duration, or a `varyBy` that names `*` (RFC 9111 section 4.1: never matches).
 */
export function CacheResponse<R = HttpRequestLike>(options: CacheResponseOptionsFor<R> = {}): CustomDecorator {
  for (const name of DURATIONS) {
    const value = options[name];
    if (value !== undefined) parseDuration(value, `@CacheResponse: ${name}`);
  }
  if (options.key !== undefined && typeof options.key !== 'function') {
    throw new CacheUsageError(`@CacheResponse: key is a ${typeof options.key}. Give a function of the request.`);
  }
  checkVaryBy(options.varyBy);
  return SetMetadata(CACHE_RESPONSE_METADATA, options);
}

function checkVaryBy(varyBy: unknown): void {
  if (varyBy === undefined || typeof varyBy === 'function') return;
  const isList =
    Array.isArray(varyBy) && varyBy.every((name) => typeof name === 'string' && /^[\w!#$%&'+.^`|~-]+$/.test(name));
  if (isList) return;
  throw new CacheUsageError(
    `@CacheResponse: varyBy must be names of request headers or a function; got ${JSON.stringify(varyBy)}.`,
  );
}
