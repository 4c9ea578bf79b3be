import type { CallOptions } from '../../core/call-options.js';
import type { PutPlan } from '../../core/writes.js';
import type { CacheScope } from '../../core/scopes.js';
import { CacheTenantError } from '../../support/errors.js';
import { CallSite, type Place } from './call-site.js';
import { optionsOf, ttlOf } from './call-ttl.js';
import type { CachePutOptions } from './cached-options.js';
import { checkOptions, checkTarget, placeName } from './check-options.js';
import { carryRegistry } from './registry-property.js';
import { isStream, returnsOf } from './returned.js';
import { replaceMethod, type AnyMethod } from './wrap-method.js';

type Method = (...args: never[]) => Promise<unknown>;

/**
 * Always runs the method, then stores what it resolved to. Name the entry by a string `key`, or by `resultKey` where
 * only the result tells it (the id of what was created), so that `@Cached` finds it. An invalidation that comes while
 * the method runs wins: nothing is stored then. Whenever a new value is not stored, the old one goes: the method has
 * made it out of date. When the tenant of the call cannot be told, it rejects with `CacheTenantError`, and the method does
 * not run.
 *
 * @throws CacheUsageError at decoration, for a bad option, a static method, and what is no method.
 */
export function CachePut<M extends Method>(
  options: CachePutOptions<Parameters<M>, Awaited<ReturnType<M>>> = {},
): (target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<M>) => void {
  return (target, name, descriptor) => {
    checkTarget('CachePut', target, name, descriptor);
    const untyped = (options ?? {}) as unknown as CachePutOptions<unknown[], unknown>;
    checkOptions(placeName('CachePut', target, name), untyped);
    const site = new CallSite('CachePut', target, name, untyped);
    const original = descriptor.value as unknown as AnyMethod;
    const isPromised = ['promise', 'unknown'].includes(returnsOf(target, name, original));
    const put = new PutCall(site, untyped, original, isPromised);
    carryRegistry(target, site);
    replaceMethod(descriptor, (instance, args) => put.run(instance, args));
  };
}

interface Plan extends PutPlan<unknown> {
  readonly scope: CacheScope;
}

class PutCall {
  constructor(
    private readonly site: CallSite,
    private readonly options: CachePutOptions<unknown[], unknown>,
    private readonly original: AnyMethod,
    private readonly isPromised: boolean,
  ) {}

  run(instance: unknown, args: unknown[]): unknown {
    const place = this.site.placeOf(instance);
    const method = (): unknown => this.original.apply(instance, args);
    if (place === undefined) return method();
    if (!this.isPromised) {
      this.site.warnOnce(instance, 'stream', 'it returns something else than a promise of data', 'stores nothing');
      return method();
    }
    let plan: Plan | undefined;
    try {
      plan = this.planOf(place, instance, args);
    } catch (error) {
      if (!(error instanceof CacheTenantError)) throw error;
      return Promise.reject(error);
    }
    return plan === undefined ? method() : place.cache.writes.putAfter(plan.scope, method, plan);
  }

  /**
   * `undefined`: nothing shall be stored, or nobody can tell where.
   * @throws CacheTenantError before the method runs: after it, nobody could tell whose old value has to go.
   */
  private planOf(place: Place, instance: unknown, args: unknown[]): Plan | undefined {
    const { condition, resultKey } = this.options;
    // The value is the caller's whatever becomes of the rest, so a faulty callback is reported and stores nothing.
    const safely = <T>(work: () => T): T | undefined => {
      try {
        return work();
      } catch (error) {
        if (error instanceof CacheTenantError) throw error;
        this.site.report(place, instance, 'put', error, 'stores nothing');
        return undefined;
      }
    };
    return safely(() => {
      if (condition !== undefined && !condition(...args)) return undefined;
      const { tags } = optionsOf(place, {}, undefined, this.site.tagsOf(place, args));
      return {
        scope: this.site.scopeOf(place, args),
        key: resultKey === undefined ? this.site.keyOf(place, args) : undefined,
        tags,
        keyOf: (value) => safely(() => this.site.keyFrom(place, resultKey!(value, ...args))),
        optionsOf: (value) => safely(() => this.optionsFor(place, tags, value, args)),
      };
    });
  }

  private optionsFor(place: Place, tags: readonly string[], value: unknown, args: unknown[]): CallOptions | undefined {
    const { operation, ttl, unless } = this.options;
    if (isStream(value) || unless?.(value, ...args)) return undefined;
    const chosen = typeof ttl === 'function' ? ttl(value, ...args) : ttlOf(place, operation, ttl);
    return optionsOf(place, this.options, chosen, tags);
  }
}
