import {
  GatewayTimeoutException,
  Inject,
  Injectable,
  Logger,
  Optional,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import { EMPTY, of, type Observable } from 'rxjs';
import type { CacheEvent } from '../../contracts/events.js';
import type { CacheManager } from '../../core/cache-manager.js';
import { CacheRegistry } from '../../core/cache-registry.js';
import { CacheError, CacheTenantError, CacheTimeoutError } from '../../support/errors.js';
import { CACHED_METADATA } from '../decorators/cached.decorator.js';
import { CachedRoutes, type CachedRoute } from './cached-routes.js';
import { openExchange, type Exchange } from './exchange.js';
import { NOTHING } from './handler-run.js';
import { HttpReply, type HttpRequest } from './http-exchange.js';
import { hasOuterInterceptors } from './outer-interceptors.js';
import type { Handler } from './route-metadata.js';
import { isCacheableMethod } from './request-policy.js';
import { isStoredResponse, replay, type CacheOutcome } from './stored-response.js';

/**
 * Caches the responses of routes: on a route or controller by `@UseInterceptors(CacheInterceptor)`, on all of them as
 * `APP_INTERCEPTOR`. `@CacheResponse` sets options, `@NoCache` takes a route out. Works on Express and Fastify; outside
 * HTTP (GraphQL, RPC, WebSockets) it only passes through.
 *
 * Safe by default, after RFC 9111: GET and HEAD, complete 2xx responses, nobody's personal ones, and never one that says
 * `no-store`, `private` or `Set-Cookie`. What it serves or stores is marked `X-Cache: HIT`, `STALE` or `MISS`; a response
 * without that header was left alone. Guards run before it, also on a hit; pipes and the handler do not.
 *
 * Trouble in the cache never fails a request: the handler then runs as if there were no cache. So it does for a request
 * whose tenant cannot be told (see `TenantOptions`): its response is nobody else's.
 * @throws GatewayTimeoutException (504) when `hardTimeout` passes.
 */
@Injectable()
export class CacheInterceptor implements NestInterceptor {
  private readonly logger = new Logger(CacheInterceptor.name);
  private readonly routes: CachedRoutes;
  private readonly missing = new Set<string | undefined>();

  constructor(
    @Optional() @Inject(CacheRegistry) private readonly registry?: CacheRegistry,
    @Optional() @Inject(ApplicationConfig) config?: ApplicationConfig,
  ) {
    this.routes = new CachedRoutes({
      logger: this.logger,
      cachedMetadata: CACHED_METADATA,
      defaultsOf: (cache) => registry?.get(cache)?.cache.parts.http,
      hasOuterInterceptors: (route) => hasOuterInterceptors(config, route, CacheInterceptor),
    });
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> | Promise<Observable<unknown>> {
    if (context.getType() !== 'http') return next.handle();
    const request = context.switchToHttp().getRequest<HttpRequest>();
    if (!isCacheableMethod(request.method)) return next.handle();
    const route = this.routes.of(context.getClass(), context.getHandler() as Handler);
    const manager = route && this.managerOf(route);
    const reply = HttpReply.of(context.switchToHttp().getResponse());
    if (!manager || !reply) return next.handle();
    let exchange: Exchange | undefined;
    try {
      exchange = openExchange(route, manager, request, reply, next);
    } catch (error) {
      route.complain(error);
      // Told each time, and not only once as in the log: a middleware that fills in the tenant may fail now and then.
      if (error instanceof CacheTenantError) manager.cache.parts.events.error(manager.home, 'tenant', error);
    }
    return exchange ? this.serve(exchange) : next.handle();
  }

  private async serve(exchange: Exchange): Promise<Observable<unknown>> {
    const { key, manager, options, reply, run } = exchange;
    let met: { value: unknown; outcomes: readonly CacheEvent[] };
    try {
      met = await manager.observe(() => manager.getOrSet<unknown>(key, run.load, options));
    } catch (error) {
      return this.answerAfter(error, exchange);
    }
    if (run.state.is === 'done') return this.answerOwn(exchange, run.state.body);
    if (isStoredResponse(met.value)) {
      replay(met.value, reply);
      mark(reply, wasStale(met.outcomes, key) ? 'STALE' : 'HIT');
      return of(met.value.body);
    }
    if (run.state.is === 'failed') return this.failOwn(exchange, run.state.error);
    return this.runAlone(exchange);
  }

  /** The cache gave an error instead of a response. Only one that is this request's own becomes its answer. */
  private async answerAfter(error: unknown, exchange: Exchange): Promise<Observable<unknown>> {
    const { key, run, route } = exchange;
    if (run.state.is === 'done') return this.answerOwn(exchange, run.state.body);
    if (run.state.is === 'failed') return this.failOwn(exchange, run.state.error);
    if (isTimeoutOf(key, error)) throw new GatewayTimeoutException(undefined, { cause: error });
    if (error instanceof CacheError) route.complain(error);
    // The handler never runs twice for one request.
    if (run.state.is === 'running') return this.answerOwn(exchange, await run.state.over);
    // Somebody else's run has failed; its error, such as a 503 for want of a free worker, may be that request's alone.
    return this.runAlone(exchange);
  }

  private answerOwn({ reply, run }: Exchange, body: unknown): Observable<unknown> {
    run.commit();
    mark(reply, 'MISS');
    return body === NOTHING ? EMPTY : of(body);
  }

  private failOwn({ run }: Exchange, error: unknown): never {
    run.commit();
    throw error as Error;
  }

  private runAlone({ next, reply }: Exchange): Observable<unknown> {
    mark(reply, 'MISS');
    return next.handle();
  }

  private managerOf({ plan }: CachedRoute): CacheManager | undefined {
    const manager = this.registry?.get(plan.cache);
    if (!manager && !this.missing.has(plan.cache)) {
      this.missing.add(plan.cache);
      const which =
        plan.cache === undefined ? 'CacheModule is not imported' : `there is no cache named "${plan.cache}"`;
      this.logger.warn(`${plan.label} runs uncached: ${which}.`);
    }
    return manager;
  }
}

function mark(reply: HttpReply, outcome: CacheOutcome): void {
  if (!reply.isSent) reply.setHeader('X-Cache', outcome);
}

function wasStale(outcomes: readonly CacheEvent[], key: string): boolean {
  return outcomes.some((event) => event.type === 'hit' && event.key === key && event.state === 'stale');
}

/** The route's own `hardTimeout`, and not one of a cache that another request's handler uses. */
function isTimeoutOf(key: string, error: unknown): boolean {
  return error instanceof CacheTimeoutError && error.operation.includes(JSON.stringify(key));
}
