import { CacheUsageError } from '../../support/errors.js';
import { CallSite, type Place } from './call-site.js';
import type { CacheEvictOptions } from './cached-options.js';
import { carryRegistry } from './registry-property.js';
import { replaceMethod } from './wrap-method.js';

type Method = (...args: never[]) => unknown;
type AnyMethod = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Invalidates entries after the method succeeded. The method's promise resolves when that is done; a method that
 * returns a plain value is not held up.
 *
 * @throws CacheUsageError at decoration, when it is not said what to evict.
 */
export function CacheEvict<M extends Method>(
  options: CacheEvictOptions<Parameters<M>, Awaited<ReturnType<M>>>,
): (target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<M>) => void {
  const untyped = (options ?? {}) as unknown as CacheEvictOptions<unknown[], unknown>;
  if (!untyped.key && !untyped.tags && !untyped.pattern && !untyped.allEntries) {
    throw new CacheUsageError(
      '@CacheEvict must say what to evict: give it a key, tags, a pattern, or allEntries: true.',
    );
  }
  return (target, name, descriptor) => {
    const evict = new EvictCall(String(name), untyped);
    carryRegistry(target, { decorator: 'CacheEvict', method: String(name), ...evict.checks });
    const original = descriptor.value as unknown as AnyMethod;
    replaceMethod(descriptor, function (this: unknown, ...args: unknown[]): unknown {
      return evict.run(this, original, args);
    });
  };
}

class EvictCall {
  private readonly site: CallSite;

  constructor(
    method: string,
    private readonly options: CacheEvictOptions<unknown[], unknown>,
  ) {
    this.site = new CallSite('CacheEvict', method, options);
  }

  get checks(): Pick<CallSite, 'cacheName' | 'usesClassName'> {
    return { cacheName: (type) => this.site.cacheName(type), usesClassName: () => false };
  }

  run(instance: unknown, original: AnyMethod, args: unknown[]): unknown {
    const place = this.site.placeOf(instance);
    if (place === undefined || !this.isWanted(place, instance, args)) return original.apply(instance, args);
    if (this.options.beforeInvocation) return this.runAfter(place, instance, original, args);
    const result = original.apply(instance, args);
    if (result instanceof Promise) return result.then((value) => this.settle(place, instance, args, value));
    void this.settle(place, instance, args, result);
    return result;
  }

  /** A condition that fails evicts: a value too few is only slower, one too many may be wrong. */
  private isWanted(place: Place, instance: unknown, args: unknown[]): boolean {
    try {
      return this.options.condition?.(...args) !== false;
    } catch (error) {
      this.site.report(place, instance, error);
      return true;
    }
  }

  private async runAfter(place: Place, instance: unknown, original: AnyMethod, args: unknown[]): Promise<unknown> {
    await this.evict(place, instance, args);
    return original.apply(instance, args);
  }

  private async settle(place: Place, instance: unknown, args: unknown[], value: unknown): Promise<unknown> {
    let commit: Promise<unknown> | undefined;
    try {
      commit = this.options.after?.(value, ...args);
    } catch (error) {
      this.site.report(place, instance, error);
    }
    if (commit === undefined) await this.evict(place, instance, args);
    else void this.evictAfter(commit, place, instance, args);
    return value;
  }

  /** A transaction that was rolled back has changed nothing. */
  private async evictAfter(commit: Promise<unknown>, place: Place, instance: unknown, args: unknown[]): Promise<void> {
    try {
      await commit;
    } catch {
      return;
    }
    await this.evict(place, instance, args);
  }

  /** Never rejects: the method has done its work, and its caller shall have the result. What fails is an event. */
  private async evict(place: Place, instance: unknown, args: unknown[]): Promise<void> {
    const { allEntries, key, pattern, tags } = this.options;
    const { cache } = place;
    try {
      const scope = this.site.scopeOf(place, args);
      await Promise.all([
        allEntries ? cache.invalidations.clear(scope) : undefined,
        key ? cache.invalidations.delete(scope, this.keyOf(place, args)) : undefined,
        tags ? cache.invalidations.invalidateTags(scope, typeof tags === 'function' ? tags(...args) : tags) : undefined,
        pattern
          ? cache.invalidations.invalidate(scope, typeof pattern === 'function' ? pattern(...args) : pattern)
          : undefined,
      ]);
    } catch (error) {
      this.site.report(place, instance, error);
    }
  }

  private keyOf(place: Place, args: unknown[]): string {
    const answer = this.options.key!(...args);
    if (typeof answer !== 'string' && place.keyPrefix === undefined) {
      throw new CacheUsageError(
        'The key of @CacheEvict must be a string, or have a keyPrefix: else it names no other method’s entry.',
      );
    }
    return this.site.keyFrom(place, answer);
  }
}
