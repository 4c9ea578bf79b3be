import type { CallOptions } from '../../core/call-options.js';
import { operationName } from '../../support/operation-name.js';
import { CallSite, type Place } from './call-site.js';
import { freshnessIn, given } from './cached.decorator.js';
import type { CachePutOptions } from './cached-options.js';
import { carryRegistry } from './registry-property.js';
import { replaceMethod } from './wrap-method.js';

type Method = (...args: never[]) => Promise<unknown>;

/**
 * Always runs the method, then stores what it resolved to. Name the entry by a string `key`, or by `resultKey` where
 * only the result tells it (the id of what was created), so that `@Cached` finds it. An invalidation that comes while
 * the method runs wins: nothing is stored then.
 */
export function CachePut<M extends Method>(
  options: CachePutOptions<Parameters<M>, Awaited<ReturnType<M>>> = {},
): (target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<M>) => void {
  return (target, name, descriptor) => {
    const put = new PutCall(String(name), options as unknown as CachePutOptions<unknown[], unknown>);
    carryRegistry(target, { decorator: 'CachePut', method: String(name), ...put.checks });
    const original = descriptor.value as unknown as (this: unknown, ...args: unknown[]) => unknown;
    replaceMethod(descriptor, function (this: unknown, ...args: unknown[]): unknown {
      return put.run(this, original, args);
    });
  };
}

class PutCall {
  private readonly site: CallSite;

  constructor(
    method: string,
    private readonly options: CachePutOptions<unknown[], unknown>,
  ) {
    this.site = new CallSite('CachePut', method, options);
  }

  get checks(): Pick<CallSite, 'cacheName' | 'usesClassName'> {
    return {
      cacheName: (type) => this.site.cacheName(type),
      usesClassName: (type) => this.options.resultKey === undefined && this.site.usesClassName(type),
    };
  }

  run(instance: unknown, original: (this: unknown, ...args: unknown[]) => unknown, args: unknown[]): unknown {
    const place = this.site.placeOf(instance);
    const method = (): unknown => original.apply(instance, args);
    if (place === undefined) return method();
    const { condition, resultKey, unless } = this.options;
    let scope: Place['scope'];
    let key: string | undefined;
    let tags: readonly string[];
    try {
      if (condition !== undefined && !condition(...args)) return method();
      scope = this.site.scopeOf(place, args);
      tags = this.site.tagsOf(place, args);
      key = resultKey === undefined ? this.site.keyOf(place, args) : undefined;
    } catch (error) {
      this.site.report(place, instance, error);
      return method();
    }
    // The value is the caller's whatever becomes of the rest, so a faulty callback is reported and stores nothing.
    const safely = <T>(work: () => T): T | undefined => {
      try {
        return work();
      } catch (error) {
        this.site.report(place, instance, error);
        return undefined;
      }
    };
    return place.cache.writes.putAfter<unknown>(scope, method, {
      key,
      tags,
      keyOf: (value) => safely(() => this.site.keyFrom(place, resultKey!(value, ...args))),
      optionsOf: (value) =>
        safely(() => (unless?.(value, ...args) ? undefined : this.optionsFor(place, tags, value, args))),
    });
  }

  private optionsFor(place: Place, tags: readonly string[], value: unknown, args: unknown[]): CallOptions {
    const { cache, config } = place;
    const { operation, ttl } = this.options;
    const named = operation === undefined ? undefined : cache.parts.operations.get(operationName(operation));
    const chosen = typeof ttl === 'function' ? ttl(value, ...args) : (named ?? ttl ?? config.ttl);
    return cache.parts.resolver.resolve({ ...freshnessIn(this.options), ...given(chosen), tags });
  }
}
