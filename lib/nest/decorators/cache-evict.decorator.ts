import type { CacheScope } from '../../core/scopes.js';
import { CacheTenantError, CacheUsageError } from '../../support/errors.js';
import { CallSite, type Place } from './call-site.js';
import type { CacheEvictOptions } from './cached-options.js';
import { checkOptions, checkTarget, placeName } from './check-options.js';
import { carryRegistry } from './registry-property.js';
import { isStream, isThenable, returnsOf, type Returns } from './returned.js';
import { replaceMethod, type AnyMethod } from './wrap-method.js';

type Method = (...args: never[]) => unknown;

/**
 * Invalidates entries after the method succeeded. The method's promise resolves when that is done; a method that
 * returns a plain value is not held up.
 *
 * What fails on the way is an `error` event and, once, a warning; never the caller's. When `condition` fails, or the
 * start of `after`, the entries go: one too few is slower, one too many is wrong. When the tenant of the call cannot be
 * told (see `TenantOptions`), it is a `CacheTenantError` of the caller's, and the method does not run.
 *
 * @throws CacheUsageError at decoration, when it is not said what to evict, for a bad option, a static method, and what
 *   is no method.
 */
export function CacheEvict<M extends Method>(
  options: CacheEvictOptions<Parameters<M>, Awaited<ReturnType<M>>>,
): (target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<M>) => void {
  const { allEntries, key, pattern, tags } = options ?? {};
  if (!key && !pattern && !allEntries && (!tags || tags.length === 0) && typeof tags !== 'function') {
    throw new CacheUsageError(
      '@CacheEvict must say what to evict: give it a key, tags, a pattern, or allEntries: true.',
    );
  }
  return (target, name, descriptor) => {
    checkTarget('CacheEvict', target, name, descriptor);
    const untyped = options as unknown as CacheEvictOptions<unknown[], unknown>;
    checkOptions(placeName('CacheEvict', target, name), untyped);
    const site = new CallSite('CacheEvict', target, name, untyped);
    const original = descriptor.value as unknown as AnyMethod;
    const evict = new EvictCall(site, untyped, original, returnsOf(target, name, original));
    carryRegistry(target, site);
    replaceMethod(descriptor, (instance, args) => evict.run(instance, args));
  };
}

/** One call of a method. */
interface Call {
  readonly place: Place;
  readonly instance: unknown;
  readonly args: unknown[];
}

class EvictCall {
  constructor(
    private readonly site: CallSite,
    private readonly options: CacheEvictOptions<unknown[], unknown>,
    private readonly original: AnyMethod,
    private readonly returns: Returns,
  ) {}

  run(instance: unknown, args: unknown[]): unknown {
    const place = this.site.placeOf(instance);
    if (place === undefined || !this.isWanted(place, instance, args)) return this.original.apply(instance, args);
    let scope: CacheScope | undefined;
    try {
      scope = this.site.scopeOf(place, args);
    } catch (error) {
      if (!(error instanceof CacheTenantError)) this.report(place, instance, error);
      else if (this.returns === 'promise') return Promise.reject(error);
      else throw error;
    }
    if (scope === undefined) return this.original.apply(instance, args);
    return this.runIn(scope, { place, instance, args });
  }

  private runIn(scope: CacheScope, call: Call): unknown {
    const { instance, args } = call;
    if (this.options.beforeInvocation) return this.runAfter(scope, call);
    const result = this.original.apply(instance, args);
    // By `then`, not by class: a promise may be of another library, or of another realm.
    if (isThenable(result)) return Promise.resolve(result).then((value) => this.settle(scope, call, value));
    if (isStream(result)) {
      this.site.warnOnce(instance, 'stream', 'it returns a stream, and is not told when that ends', 'evicts too early');
    }
    void this.settle(scope, call, result);
    return result;
  }

  private isWanted(place: Place, instance: unknown, args: unknown[]): boolean {
    try {
      return this.options.condition?.(...args) !== false;
    } catch (error) {
      this.report(place, instance, error);
      return true;
    }
  }

  /**
   * A method that may return a plain value must go on doing so, and cannot wait: then the invalidation is issued before
   * the method runs, and awaited after it.
   */
  private runAfter(scope: CacheScope, call: Call): unknown {
    const { instance, args } = call;
    const evicted = this.evict(scope, call);
    if (this.returns === 'promise') return evicted.then(() => this.original.apply(instance, args));
    const result = this.original.apply(instance, args);
    return isThenable(result) ? Promise.all([result, evicted]).then(([value]) => value) : result;
  }

  private async settle(scope: CacheScope, call: Call, value: unknown): Promise<unknown> {
    let commit: Promise<unknown> | undefined;
    try {
      commit = this.options.after?.(value, ...call.args);
    } catch (error) {
      this.report(call.place, call.instance, error);
    }
    if (commit === undefined) await this.evict(scope, call);
    else void this.evictAfter(commit, scope, call);
    return value;
  }

  /** A transaction that was rolled back has changed nothing. */
  private async evictAfter(commit: Promise<unknown>, scope: CacheScope, call: Call): Promise<void> {
    try {
      await commit;
    } catch {
      return;
    }
    await this.evict(scope, call);
  }

  /** Never rejects: the method's caller shall have the result. One part that fails does not keep the others. */
  private async evict(scope: CacheScope, { place, instance, args }: Call): Promise<void> {
    const { allEntries, key, pattern, tags } = this.options;
    const { invalidations } = place.cache;
    const part = async (work: () => unknown): Promise<void> => {
      try {
        await work();
      } catch (error) {
        this.report(place, instance, error);
      }
    };
    const parts: Promise<void>[] = [];
    if (allEntries) parts.push(part(() => invalidations.clear(scope)));
    if (key) parts.push(part(() => invalidations.delete(scope, this.keyOf(place, args))));
    if (tags) {
      const list = (): readonly string[] => (typeof tags === 'function' ? tags(...args) : tags);
      parts.push(part(() => invalidations.invalidateTags(scope, list())));
    }
    if (pattern) {
      const glob = (): string => (typeof pattern === 'function' ? pattern(...args) : pattern);
      parts.push(part(() => invalidations.invalidate(scope, glob())));
    }
    await Promise.all(parts);
  }

  private keyOf(place: Place, args: unknown[]): string {
    const answer = this.options.key!(...args);
    if (typeof answer !== 'string' && place.keyPrefix === undefined) {
      throw new CacheUsageError(
        'the key must be a string, or have a keyPrefix: else it names the entry of no other method',
      );
    }
    return this.site.keyFrom(place, answer);
  }

  private report(place: Place, instance: unknown, error: unknown): void {
    this.site.report(place, instance, 'evict', error, 'did not do all it should');
  }
}
