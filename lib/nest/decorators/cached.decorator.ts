import { NO_HIT } from '../../core/cache.js';
import type { CallOptions } from '../../core/call-options.js';
import type { Duration } from '../../contracts/duration.js';
import type { FreshnessOptions, LoaderContext, SetOptions } from '../../contracts/options.js';
import { operationName } from '../../support/operation-name.js';
import { CallSite, type Place } from './call-site.js';
import type { CachedOptions } from './cached-options.js';
import { carryRegistry } from './registry-property.js';
import { replaceMethod } from './wrap-method.js';

/** Left on the wrapper, for those who want to know whether a handler is cached already. */
export const CACHED_METADATA = 'nestjs-cached:cached';

type Method = (...args: never[]) => Promise<unknown>;

/**
 * Caches what a method's promise resolves to. One run a key at a time, however many call; its errors are not cached and
 * reach the callers unchanged.
 *
 * Without a cache (no `CacheModule`, or a class made without Nest) the method runs as it is, and one warning says so.
 * So it does for a call that no key can be made of.
 *
 * @throws CacheUsageError from the call, for a bad ttl or tag.
 */
export function Cached<M extends Method>(
  options: CachedOptions<Parameters<M>, Awaited<ReturnType<M>>> = {},
): (target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<M>) => void {
  return (target, name, descriptor) => {
    const call = new CachedCall(String(name), options as unknown as CachedOptions<unknown[], unknown>);
    carryRegistry(target, { decorator: 'Cached', method: String(name), ...call.checks });
    const original = descriptor.value as unknown as (this: unknown, ...args: unknown[]) => unknown;
    replaceMethod(descriptor, function (this: unknown, ...args: unknown[]): unknown {
      return call.run(this, original, args);
    });
    Reflect.defineMetadata?.(CACHED_METADATA, true, descriptor.value as object);
  };
}

type Original = (this: unknown, ...args: unknown[]) => unknown;

class CachedCall {
  private readonly site: CallSite;
  /** The options of every call, where none depends on the arguments. */
  private fixed: { place: Place; options: CallOptions } | undefined;

  constructor(
    method: string,
    private readonly options: CachedOptions<unknown[], unknown>,
  ) {
    this.site = new CallSite('Cached', method, options);
  }

  get checks(): Pick<CallSite, 'cacheName' | 'usesClassName'> {
    return { cacheName: (type) => this.site.cacheName(type), usesClassName: (type) => this.site.usesClassName(type) };
  }

  run(instance: unknown, original: Original, args: unknown[]): unknown {
    const place = this.site.placeOf(instance);
    if (place === undefined) return original.apply(instance, args);
    let scope: Place['scope'];
    let key: string;
    try {
      const { condition } = this.options;
      if (condition !== undefined && !condition(...args)) return original.apply(instance, args);
      scope = this.site.scopeOf(place, args);
      key = this.site.keyOf(place, args);
    } catch (error) {
      this.site.report(place, instance, error);
      return original.apply(instance, args);
    }
    const beta = betaOf(this.options.refreshAhead) ?? place.cache.parts.resolver.defaults.refreshAhead;
    const hit = place.cache.tryHit(scope, key, beta);
    if (hit !== NO_HIT && this.options.hydrate === undefined) return Promise.resolve(hit);
    return this.readThrough(instance, original, args, place, scope, key, hit);
  }

  private async readThrough(
    instance: unknown,
    original: Original,
    args: unknown[],
    place: Place,
    scope: Place['scope'],
    key: string,
    hit: unknown,
  ): Promise<unknown> {
    const { hydrate, ttl, unless } = this.options;
    if (hit !== NO_HIT) return hydrate!(hit);
    // Set when this very call ran the method: then the value is the method's own and needs no hydration.
    let own: { value: unknown } | undefined;
    const load = async (context: LoaderContext): Promise<unknown> => {
      const value = await original.apply(instance, args);
      own = { value };
      if (unless?.(value, ...args)) context.skip();
      else if (typeof ttl === 'function') context.setTtl(ttl(value, ...args));
      return value;
    };
    const value = await place.cache.read(scope, key, load, this.optionsFor(place, args));
    if (hydrate === undefined || (own !== undefined && own.value === value)) return value;
    return hydrate(value);
  }

  private optionsFor(place: Place, args: unknown[]): CallOptions {
    if (this.fixed?.place === place) return this.fixed.options;
    const { cache, config } = place;
    const operation =
      this.options.operation === undefined
        ? undefined
        : cache.parts.operations.get(operationName(this.options.operation));
    const ttl = operation ?? (typeof this.options.ttl === 'function' ? undefined : this.options.ttl) ?? config.ttl;
    const options = cache.parts.resolver.resolve({
      ...freshnessIn(this.options),
      ...given(ttl),
      tags: this.site.tagsOf(place, args),
    });
    if (typeof this.options.tags !== 'function') this.fixed = { place, options };
    return options;
  }
}

/** The freshness options alone, out of a decorator's. */
export function freshnessIn(options: FreshnessOptions): FreshnessOptions {
  const { staleWhileRevalidate, staleIfError, refreshAhead, softTimeout, hardTimeout, jitter, nullTtl } = options;
  return {
    staleWhileRevalidate,
    staleIfError,
    refreshAhead,
    softTimeout,
    hardTimeout,
    jitter,
    nullTtl,
  } as FreshnessOptions;
}

export function given(ttl: Duration | undefined): Pick<SetOptions, 'ttl'> {
  return ttl === undefined ? {} : { ttl };
}

function betaOf(refreshAhead: boolean | number | undefined): number | undefined {
  return typeof refreshAhead === 'boolean' ? Number(refreshAhead) : refreshAhead;
}
