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
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { EMPTY, of, type Observable } from 'rxjs';
import type { CacheEvent } from '../../contracts/events.js';
import type { Cache } from '../../core/cache.js';
import type { CacheManager } from '../../core/cache-manager.js';
import { CacheRegistry } from '../../core/cache-registry.js';
import { DISCREET, OPEN } from '../../support/discretion.js';
import { CacheError, CacheTenantError, CacheTimeoutError } from '../../support/errors.js';
import { CACHED_METADATA } from '../decorators/cached.decorator.js';
import { CachedRoutes, type CachedRoute } from './cached-routes.js';
import { openExchange, prepareRun, type Exchange } from './exchange.js';
import { NOTHING, type HandlerRun } from './handler-run.js';
import { HttpReply, type HttpRequest } from './http-exchange.js';
import { answerText, isJsonType } from './json-answer.js';
import { answersAs, isKindOf, outermostInterceptor, repliesAsPlatform } from './outer-interceptors.js';
import type { Handler } from './route-metadata.js';
import { isCacheableMethod } from './request-policy.js';
import { isStored, replay, wholeBody, type CacheOutcome } from './stored-response.js';

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
    @Optional() @Inject(HttpAdapterHost) host?: HttpAdapterHost,
  ) {
    this.routes = new CachedRoutes({
      logger: this.logger,
      cachedMetadata: CACHED_METADATA,
      defaultsOf: (cache) => registry?.get(cache)?.cache.parts.http,
      hasOuterInterceptors: (route) => !isKindOf(outermostInterceptor(config, route), CacheInterceptor),
      answersItself: (route) =>
        repliesAsPlatform(host?.httpAdapter) && answersAs(outermostInterceptor(config, route), CacheInterceptor),
    });
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> | Promise<Observable<unknown>> {
    if (context.getType() !== 'http') return next.handle();
    const http = context.switchToHttp();
    const request = http.getRequest<HttpRequest>();
    if (!isCacheableMethod(request.method)) return next.handle();
    const route = this.routes.of(context.getClass(), context.getHandler() as Handler);
    const manager = route && this.managerOf(route);
    const reply = HttpReply.of(http.getResponse());
    if (!manager || !reply) return next.handle();
    let exchange: Exchange | undefined;
    try {
      exchange = openExchange(route, manager, request, reply);
    } catch (error) {
      route.complain(error);
      // Told each time, and not only once as in the log: a middleware that fills in the tenant may fail now and then.
      if (error instanceof CacheTenantError) manager.cache.parts.events.error(manager.home, 'tenant', error);
    }
    return exchange ? this.answer(exchange, next) : next.handle();
  }

  /** A fresh response of this process goes out at once: no promise, no copy of the headers, and no run that nobody needs. */
  private answer(exchange: Exchange, next: CallHandler): Observable<unknown> | Promise<Observable<unknown>> {
    const { manager, scope, key, options } = exchange;
    const { cache } = manager;
    const near = cache.tryHit(scope, key, cache.parts.resolver.betaOf(options));
    if (typeof near === 'symbol') return this.serve(exchange, prepareRun(exchange, next), near);
    return answerStored(exchange, near.read(), 'HIT') ?? runAlone(exchange, next);
  }

  private async serve(exchange: Exchange, run: HandlerRun, tried: Tried): Promise<Observable<unknown>> {
    const { manager, scope, key, options } = exchange;
    const { cache } = manager;
    let met: { value: unknown; outcomes: readonly CacheEvent[] };
    try {
      met = await manager.observe(() =>
        cache.read<unknown>(scope, key, run.load, cache.parts.resolver.resolve(options), tried),
      );
    } catch (error) {
      return this.answerAfter(error, exchange, run);
    }
    if (run.state.is === 'done') return answerOwn(exchange, run, run.state.body);
    const served = answerStored(exchange, met.value, wasStale(met.outcomes, key) ? 'STALE' : 'HIT');
    if (served) return served;
    if (run.state.is === 'failed') return failOwn(run, run.state.error);
    return runAlone(exchange, run.next);
  }

  /** The cache gave an error instead of a response. Only one that is this request's own becomes its answer. */
  private async answerAfter(error: unknown, exchange: Exchange, run: HandlerRun): Promise<Observable<unknown>> {
    if (run.state.is === 'done') return answerOwn(exchange, run, run.state.body);
    if (run.state.is === 'failed') return failOwn(run, run.state.error);
    if (isTimeoutOf(exchange.key, error)) throw new GatewayTimeoutException(undefined, { cause: error });
    if (error instanceof CacheError) exchange.route.complain(error);
    // The handler never runs twice for one request.
    if (run.state.is === 'running') return answerOwn(exchange, run, await run.state.over);
    // Somebody else's run has failed; its error, such as a 503 for want of a free worker, may be that request's alone.
    return runAlone(exchange, run.next);
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

type Tried = Parameters<Cache['read']>[4];

/** `undefined`: no response, or none that can be given to this request without being made anew. */
function answerStored(exchange: Exchange, stored: unknown, outcome: CacheOutcome): Observable<unknown> | undefined {
  if (!isStored(stored)) return undefined;
  const { reply, takesText } = exchange;
  const isText = takesText && isJsonType(stored.headers['content-type'] ?? reply.header('content-type'));
  const sent = stored.kind === 'http-json' && isText ? stored : undefined;
  const whole = sent ?? wholeBody(stored);
  if (whole === undefined) return undefined;
  replay(stored, reply);
  reply.setHeader('X-Cache', outcome);
  return of('body' in whole ? whole.body : answerText(whole, reply));
}

function answerOwn({ reply }: Exchange, run: HandlerRun, body: unknown): Observable<unknown> {
  run.commit();
  markMiss(reply);
  // Hits are sent as this text, so this is what they are to be equal to.
  if (run.state.is === 'done' && run.state.json) return of(answerText(run.state.json, reply));
  return body === NOTHING ? EMPTY : of(body);
}

function failOwn(run: HandlerRun, error: unknown): never {
  run.commit();
  throw error as Error;
}

function runAlone({ reply }: Exchange, next: CallHandler): Observable<unknown> {
  markMiss(reply);
  return next.handle();
}

/** Unless the handler has sent the response itself. */
function markMiss(reply: HttpReply): void {
  if (!reply.isSent) reply.setHeader('X-Cache', 'MISS' satisfies CacheOutcome);
}

function wasStale(outcomes: readonly CacheEvent[], key: string): boolean {
  return outcomes.some((event) => event.type === 'hit' && event.key === key && event.state === 'stale');
}

/** The route's own `hardTimeout`, and not one of a cache that another request's handler uses. */
function isTimeoutOf(key: string, error: unknown): boolean {
  if (!(error instanceof CacheTimeoutError)) return false;
  return [OPEN, DISCREET].some((discretion) => error.operation.includes(discretion.quoted(key)));
}
