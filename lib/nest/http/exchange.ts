import type { CallHandler } from '@nestjs/common';
import type { SetOptions } from '../../contracts/options.js';
import { CacheManager } from '../../core/cache-manager.js';
import type { CachedRoute } from './cached-routes.js';
import { HandlerRun } from './handler-run.js';
import type { HeaderMap, HttpReply, HttpRequest } from './http-exchange.js';
import { requestKeyOf } from './request-key.js';
import { whyPersonal, whyUncacheable } from './request-policy.js';
import { uncoveredBy, varyAdded } from './response-policy.js';

/** One request that may be answered from the cache. */
export interface Exchange {
  readonly route: CachedRoute;
  readonly manager: CacheManager;
  readonly key: string;
  readonly options: SetOptions | undefined;
  readonly reply: HttpReply;
  readonly next: CallHandler;
  readonly run: HandlerRun;
}

/**
 * `undefined` for a request that must not be cached.
 * @throws whatever the route's own functions throw, CacheKeyError, and CacheTenantError.
 */
export function openExchange(
  route: CachedRoute,
  manager: CacheManager,
  request: HttpRequest,
  reply: HttpReply,
  next: CallHandler,
): Exchange | undefined {
  const { plan } = route;
  const headers = { ...reply.headers() };
  if (whyUncacheable(request, headers) !== undefined) return undefined;
  const keyed = requestKeyOf(plan, request);
  if (keyed === undefined || whyPersonal(request, keyed.distinction) !== undefined) return undefined;
  const before = withoutOwnVary(headers, plan.setsVary);
  if (uncoveredBy(keyed.distinction, varyAdded(before, headers)) !== undefined) return undefined;
  const options = plan.tags === undefined ? plan.stored : { ...plan.stored, tags: plan.tags(request) };
  const mayLoseClass = (className: string): boolean => route.mayLoseClass(className);
  const { defaults } = manager.cache.parts.resolver;
  const mayRefreshEarly = Boolean(options?.refreshAhead ?? defaults.refreshAhead);
  const nullTtl = options?.nullTtl ?? defaults.nullTtl;
  const run = new HandlerRun({
    request,
    reply,
    next,
    before,
    distinction: keyed.distinction,
    mayRefreshEarly,
    nullTtl,
    mayLoseClass,
  });
  return { route, manager: settled(manager), key: keyed.key, options, reply, next, run };
}

/** For the tenant of this request, whatever is resolved once it runs. @throws CacheTenantError */
function settled(manager: CacheManager): CacheManager {
  return manager.tenants === undefined ? manager : new CacheManager(manager.cache, manager.scope);
}

/** `@Header('Vary', ...)` is the handler's word, though Nest sets it before the interceptors run. */
function withoutOwnVary(headers: HeaderMap, isOwn: boolean): HeaderMap {
  if (!isOwn) return headers;
  const { vary: _own, ...rest } = headers;
  return rest;
}
