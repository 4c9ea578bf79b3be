import type { LoaderContext } from '../../contracts/options.js';
import type { StreamLike } from '../../contracts/stream.js';
import { NO_HIT, RENEW } from '../../core/cache.js';
import type { CallOptions } from '../../core/call-options.js';
import type { CacheScope } from '../../core/scopes.js';
import { CacheTenantError } from '../../support/errors.js';
import { CallSite, type Place } from './call-site.js';
import { optionsOf, ttlOf } from './call-ttl.js';
import type { CachedOptions } from './cached-options.js';
import { checkOptions, checkTarget, placeName } from './check-options.js';
import { carryRegistry } from './registry-property.js';
import { isStream, isThenable, kindOf, returnsOf, STREAM_KINDS, type Returns, type StreamKind } from './returned.js';
import { runStreamed, type StreamSite } from './streamed-call.js';
import { replaceMethod, type AnyMethod } from './wrap-method.js';

/** Left on the wrapper, for those who want to know whether a handler is cached already. */
export const CACHED_METADATA = 'nestjs-cached:cached';

type Method = (...args: never[]) => Promise<unknown> | StreamLike<unknown>;

/** What is cached: what the promise resolves to, or all that the stream emits. */
type ValueOf<R> =
  R extends Promise<infer P> ? (P extends StreamLike<infer I> ? I[] : P) : R extends StreamLike<infer I> ? I[] : never;

/**
 * Caches what a method's promise resolves to, or what the stream emits that it returns: an async iterable, an observable, a
 * `ReadableStream` or a `Readable`. One run a key at a time, however many call; its errors are not cached and reach the
 * callers unchanged. A stream is joined by all who call while it is under way, and stored when it has properly ended (see
 * `CacheManager.getOrSetStream`); its callers get a stream of the same kind, and the method runs when the first of them reads.
 *
 * Of which kind the stream is, the method's declared return type tells (with `emitDecoratorMetadata`), or that it is an async
 * generator. `AsyncIterable` and other interfaces leave no trace in it: with `stream` the first call is cached too, else only
 * those after it. A promise of a stream needs `stream`.
 *
 * Without a cache (no `CacheModule`, or an object that Nest has not made) the method runs as it is, and one warning says
 * so. So it does for a call that no key can be made of, when one of the functions given here throws, and for a method
 * that returns neither a promise of data nor a stream. Each is an `error` event where there is a cache to hear it from. Not so for a
 * call whose tenant cannot be told (see `TenantOptions`): that rejects with `CacheTenantError`, and nothing runs.
 *
 * @throws CacheUsageError at decoration, for a bad option, a static method, and what is no method.
 */
export function Cached<M extends Method>(
  options: CachedOptions<Parameters<M>, ValueOf<ReturnType<M>>> = {},
): (target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<M>) => void {
  return (target, name, descriptor) => {
    checkTarget('Cached', target, name, descriptor);
    const untyped = (options ?? {}) as unknown as CachedOptions<unknown[], unknown>;
    checkOptions(placeName('Cached', target, name), untyped);
    const site = new CallSite('Cached', target, name, untyped);
    const original = descriptor.value as unknown as AnyMethod;
    const call = new CachedCall(site, untyped, original, returnsOf(target, name, original));
    carryRegistry(target, site);
    replaceMethod(descriptor, (instance, args) => call.run(instance, args));
    Reflect.defineMetadata?.(CACHED_METADATA, true, descriptor.value as object);
  };
}

/** Hands a stream to the one caller whose run brought it. The function keeps it from being copied for the others. */
class Unshared {
  readonly forItsCaller = (): void => {};
}

class CachedCall {
  /** Of XFetch; `undefined`: the module's. */
  private readonly beta: number | undefined;
  private returns: Returns;
  /** Of the stream it returns; told, or learnt from the first one. */
  private kind: StreamKind | undefined;
  /** Whether it may return a promise of data or a stream; known to be false at the latest when it has returned something else. */
  private isCacheable: boolean;
  private readonly parts: StreamSite;

  constructor(
    private readonly site: CallSite,
    private readonly options: CachedOptions<unknown[], unknown>,
    private readonly original: AnyMethod,
    returns: Returns,
  ) {
    this.returns = returns;
    this.kind = this.options.stream ?? (isKind(returns) ? returns : undefined);
    this.isCacheable = returns !== 'other' || this.kind !== undefined;
    this.parts = {
      ...{ site, options, original },
      optionsFor: (place, args) => this.optionsFor(place, args),
      decide: (context, place, instance, items, args) => this.decide(context, place, instance, items, args),
    };
    this.beta = options.refreshAhead === undefined ? undefined : Number(options.refreshAhead);
  }

  run(instance: unknown, args: unknown[]): unknown {
    if (this.kind !== undefined) return this.runStreamed(instance, args, this.kind);
    const place = this.site.placeOf(instance);
    if (place === undefined) return this.original.apply(instance, args);
    if (!this.isCacheable) return this.runUncacheable(instance, args);
    if (this.returns === 'unknown') return this.runFirst(instance, args);
    return this.runPromised(instance, args, place, undefined);
  }

  /**
   * Of a method that tells nothing, what it returns has to be seen before anybody can be given the same: a promise in place of
   * an observable would be a fault of its caller's.
   */
  private runFirst(instance: unknown, args: unknown[]): unknown {
    const returned = this.original.apply(instance, args);
    if (!isThenable(returned)) {
      const kind = kindOf(returned);
      this.returns = kind ?? 'other';
      this.learn(instance, kind);
      return returned;
    }
    this.returns = 'promise';
    const place = this.site.placeOf(instance);
    if (place === undefined) return returned;
    // Somebody else's value may do as well, and then nobody waits for this one.
    returned.then(undefined, () => {});
    return this.runPromised(instance, args, place, returned);
  }

  /** `returned`: by the method, if it ran already. */
  private runPromised(
    instance: unknown,
    args: unknown[],
    place: Place,
    returned: PromiseLike<unknown> | undefined,
  ): unknown {
    let scope: CacheScope | undefined;
    let key: string | undefined;
    let options: CallOptions | undefined;
    let tried: typeof NO_HIT | typeof RENEW = NO_HIT;
    try {
      const { condition, hydrate } = this.options;
      if (condition === undefined || condition(...args)) {
        scope = this.site.scopeOf(place, args);
        key = this.site.keyOf(place, args);
        const hit = place.cache.tryHit(scope, key, this.beta ?? place.cache.parts.resolver.defaults.refreshAhead);
        if (typeof hit === 'symbol') tried = hit;
        else if (hydrate === undefined) return hit.promise();
        else return this.hydrated(instance, args, place, scope, key, hit.read());
        options = this.optionsFor(place, args);
      }
    } catch (error) {
      // To run it would be to answer somebody who could be anybody.
      if (error instanceof CacheTenantError) return Promise.reject(error);
      this.site.report(place, instance, 'key', error, 'ran uncached');
    }
    // Outside of the try: an error that the method throws at once is the caller's, and no reason to run it again.
    if (options === undefined) return returned ?? this.original.apply(instance, args);
    return this.readThrough(instance, args, place, scope!, key!, options, tried, returned);
  }

  private runStreamed(instance: unknown, args: unknown[], kind: StreamKind): unknown {
    const stream = runStreamed(this.parts, kind, instance, args);
    return this.returns === 'promise' && !isThenable(stream) ? Promise.resolve(stream) : stream;
  }

  private async readThrough(
    instance: unknown,
    args: unknown[],
    place: Place,
    scope: CacheScope,
    key: string,
    options: CallOptions,
    tried: typeof NO_HIT | typeof RENEW,
    returned: PromiseLike<unknown> | undefined,
  ): Promise<unknown> {
    // Set when this very call ran the method: then the value is the method's own and needs no hydration.
    let own: { value: unknown } | undefined;
    let begun = returned;
    const load = async (context: LoaderContext): Promise<unknown> => {
      const value = await (begun ?? this.original.apply(instance, args));
      own = { value };
      if (isStream(value)) {
        this.learn(instance, undefined);
        context.skip();
        return new Unshared();
      }
      this.decide(context, place, instance, value, args);
      return value;
    };
    const reading = place.cache.read(scope, key, load, options, tried);
    // From here on something may be invalidated: a load that begins later must not bring what was read before that.
    begun = undefined;
    const value = await reading;
    if (value instanceof Unshared) return own ? own.value : this.original.apply(instance, args);
    if (this.options.hydrate === undefined || (own !== undefined && Object.is(own.value, value))) return value;
    return this.hydrated(instance, args, place, scope, key, value);
  }

  /** It has returned a stream: what is known of its kind is of use for the next call. */
  private learn(instance: unknown, kind: StreamKind | undefined): void {
    this.kind = this.options.hydrate === undefined ? kind : undefined;
    this.isCacheable = this.kind !== undefined;
    if (!this.isCacheable) return;
    const text = `it turned out to return a stream. Say so with stream: '${kind}', and the first call is cached too`;
    this.site.warnOnce(instance, 'kind', text, 'ran uncached once');
  }

  /** Whether and how long the value is stored. A callback that fails stores nothing: the value is the caller's all the same. */
  private decide(context: LoaderContext, place: Place, instance: unknown, value: unknown, args: unknown[]): void {
    const { ttl, unless } = this.options;
    try {
      if (unless?.(value, ...args)) context.skip();
      else if (typeof ttl === 'function') context.setTtl(ttl(value, ...args));
    } catch (error) {
      context.skip();
      this.site.report(place, instance, 'load', error, 'did not store a value');
    }
  }

  private async hydrated(
    instance: unknown,
    args: unknown[],
    place: Place,
    scope: CacheScope,
    key: string,
    plain: unknown,
  ): Promise<unknown> {
    // There is no object to give a class to.
    if (plain === null || plain === undefined) return plain;
    try {
      return await this.options.hydrate!(plain);
    } catch (error) {
      this.site.report(place, instance, 'hydrate', error, 'ran uncached');
    }
    // What an older version of the class has left would fail every caller for the rest of its ttl.
    await place.cache.invalidations.delete(scope, key);
    return this.original.apply(instance, args);
  }

  private runUncacheable(instance: unknown, args: unknown[]): unknown {
    const text =
      'it returns something else than a promise of data, or a stream whose kind the option stream does not say. Each caller gets its own';
    this.site.warnOnce(instance, 'stream', text);
    return this.original.apply(instance, args);
  }

  private optionsFor(place: Place, args: unknown[]): CallOptions {
    if (place.fixed) return place.fixed;
    const { operation, tags, ttl } = this.options;
    const fixedTtl = ttlOf(place, operation, typeof ttl === 'function' ? undefined : ttl);
    const options = optionsOf(place, this.options, fixedTtl, this.site.tagsOf(place, args));
    if (typeof tags !== 'function') place.fixed = options;
    return options;
  }
}

function isKind(returns: Returns): returns is StreamKind {
  return (STREAM_KINDS as readonly Returns[]).includes(returns);
}
