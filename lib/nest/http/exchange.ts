import type { CallHandler } from '@nestjs/common';
import type { SetOptions } from '../../contracts/options.js';
import type { CacheManager } from '../../core/cache-manager.js';
import type { CacheScope } from '../../core/scopes.js';
import type { CachedRoute } from './cached-routes.js';
import { HandlerRun } from './handler-run.js';
import type { HeaderMap, HttpReply, HttpRequest } from './http-exchange.js';
import { requestKeyOf } from './request-key.js';
import { whyPersonal, whyUncacheable, type Distinction } from './request-policy.js';
import { uncoveredBy, varyAdded } from './response-policy.js';

/** One request that may be answered from the cache. */
export interface Exchange {
  readonly route: CachedRoute;
  readonly manager: CacheManager;
  /** Settled here: whatever would be resolved later is of another moment. */
  readonly scope: CacheScope;
  readonly key: string;
  readonly distinction: Distinction;
  readonly options: SetOptions | undefined;
  readonly request: HttpRequest;
  readonly reply: HttpReply;
  /** A body may be answered as the JSON text of it. */
  readonly takesText: boolean;
}

/**
 * `undefined` for a request that must not be cached. All that a hit needs, and nothing else.
 * @throws whatever the route's own functions throw, CacheKeyError, and CacheTenantError.
 */
export function openExchange(
  route: CachedRoute,
  manager: CacheManager,
  request: HttpRequest,
  reply: HttpReply,
): Exchange | undefined {
  const { plan } = route;
  // Those of the headers already on the response that say something about caching it.
  const said: HeaderMap = {
    'set-cookie': reply.header('set-cookie'),
    'cache-control': reply.header('cache-control'),
    vary: reply.header('vary'),
  };
  if (whyUncacheable(request, said) !== undefined) return undefined;
  const keyed = requestKeyOf(plan, request);
  if (keyed === undefined) return undefined;
  const { key, distinction } = keyed;
  if (whyPersonal(request, distinction) !== undefined) return undefined;
  if (plan.setsVary && uncoveredBy(distinction, varyAdded({}, said)) !== undefined) return undefined;
  const options = plan.tags === undefined ? plan.stored : { ...plan.stored, tags: plan.tags(request) };
  const takesText = route.answersItself && reply.stringifies;
  return { route, manager, scope: manager.scope, key, distinction, options, request, reply, takesText };
}

/** The run that the request may need. Takes down how the response looks now, so nothing may have been put on it. */
export function prepareRun(exchange: Exchange, next: CallHandler): HandlerRun {
  const { route, manager, options, request, reply, distinction, takesText } = exchange;
  const { defaults } = manager.cache.parts.resolver;
  return new HandlerRun({
    request,
    reply,
    next,
    before: withoutOwnVary({ ...reply.headers() }, route.plan.setsVary),
    distinction,
    mayRefreshEarly: Boolean(options?.refreshAhead ?? defaults.refreshAhead),
    nullTtl: options?.nullTtl ?? defaults.nullTtl,
    mayLoseClass: (className) => route.mayLoseClass(className),
    takesText,
    isOwnKey: route.plan.key === undefined,
  });
}

/** `@Header('Vary', ...)` is the handler's word, though Nest sets it before the interceptors run. */
function withoutOwnVary(headers: HeaderMap, isOwn: boolean): HeaderMap {
  if (!isOwn) return headers;
  const { vary: _own, ...rest } = headers;
  return rest;
}
