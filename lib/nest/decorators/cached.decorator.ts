import type { LoaderContext } from '../../contracts/options.js';
import { NO_HIT, RENEW } from '../../core/cache.js';
import type { CallOptions } from '../../core/call-options.js';
import type { CacheScope } from '../../core/scopes.js';
import { CacheTenantError } from '../../support/errors.js';
import { CallSite, type Place } from './call-site.js';
import { optionsOf, ttlOf } from './call-ttl.js';
import type { CachedOptions } from './cached-options.js';
import { checkOptions, checkTarget, placeName } from './check-options.js';
import { carryRegistry } from './registry-property.js';
import { isStream, returnsOf } from './returned.js';
import { replaceMethod, type AnyMethod } from './wrap-method.js';

/** Left on the wrapper, for those who want to know whether a handler is cached already. */
export const CACHED_METADATA = 'nestjs-cached:cached';

type Method = (...args: never[]) => Promise<unknown>;

/**
 * Caches what a method's promise resolves to. One run a key at a time, however many call; its errors are not cached and
 * reach the callers unchanged.
 *
 * Without a cache (no `CacheModule`, or an object that Nest has not made) the method runs as it is, and one warning says
 * so. So it does for a call that no key can be made of, when one of the functions given here throws, and for a method
 * that returns a stream or an observable. Each is an `error` event where there is a cache to hear it from. Not so for a
 * call whose tenant cannot be told (see `TenantOptions`): that rejects with `CacheTenantError`, and nothing runs.
 *
 * @throws CacheUsageError at decoration, for a bad option, a static method, and what is no method.
 */
export function Cached<M extends Method>(
  options: CachedOptions<Parameters<M>, Awaited<ReturnType<M>>> = {},
): (target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<M>) => void {
  return (target, name, descriptor) => {
    checkTarget('Cached', target, name, descriptor);
    const untyped = (options ?? {}) as unknown as CachedOptions<unknown[], unknown>;
    checkOptions(placeName('Cached', target, name), untyped);
    const site = new CallSite('Cached', target, name, untyped);
    const original = descriptor.value as unknown as AnyMethod;
    const isPromised = returnsOf(target, name, original) !== 'other';
    const call = new CachedCall(site, untyped, original, isPromised);
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

  constructor(
    private readonly site: CallSite,
    private readonly options: CachedOptions<unknown[], unknown>,
    private readonly original: AnyMethod,
    /** Whether it may return a promise of data; known to be false at the latest when it has returned a stream. */
    private isCacheable: boolean,
  ) {
    this.beta = options.refreshAhead === undefined ? undefined : Number(options.refreshAhead);
  }

  run(instance: unknown, args: unknown[]): unknown {
    const place = this.site.placeOf(instance);
    if (place === undefined) return this.original.apply(instance, args);
    if (!this.isCacheable) return this.runUncacheable(instance, args);
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
    if (options === undefined) return this.original.apply(instance, args);
    return this.readThrough(instance, args, place, scope!, key!, options, tried);
  }

  private async readThrough(
    instance: unknown,
    args: unknown[],
    place: Place,
    scope: CacheScope,
    key: string,
    options: CallOptions,
    tried: typeof NO_HIT | typeof RENEW,
  ): Promise<unknown> {
    // Set when this very call ran the method: then the value is the method's own and needs no hydration.
    let own: { value: unknown } | undefined;
    const load = async (context: LoaderContext): Promise<unknown> => {
      const value = await this.original.apply(instance, args);
      own = { value };
      if (isStream(value)) {
        this.isCacheable = false;
        context.skip();
        return new Unshared();
      }
      this.decide(context, place, instance, value, args);
      return value;
    };
    const value = await place.cache.read(scope, key, load, options, tried);
    if (value instanceof Unshared) return own ? own.value : this.original.apply(instance, args);
    if (this.options.hydrate === undefined || (own !== undefined && Object.is(own.value, value))) return value;
    return this.hydrated(instance, args, place, scope, key, value);
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
      'it returns something else than a promise of data. A stream can be read once only, so each caller gets its own';
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
