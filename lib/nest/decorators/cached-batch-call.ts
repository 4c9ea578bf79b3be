import type { ValueIsolation } from '../../contracts/entry.js';
import { inBatches } from '../../core/batches/in-batches.js';
import { RuledItem, type LoadedItem } from '../../core/batches/loaded-item.js';
import type { CallOptions } from '../../core/call-options.js';
import { LoadContext } from '../../core/load.js';
import type { CacheScope } from '../../core/scopes.js';
import { CacheTenantError, CacheUsageError } from '../../support/errors.js';
import type { CachedBatchOptions } from './cached-batch-options.js';
import type { CallSite, Place } from './call-site.js';
import { optionsOf, ttlOf } from './call-ttl.js';
import type { AnyMethod } from './wrap-method.js';

export type UntypedBatchOptions = CachedBatchOptions<unknown, unknown[], unknown> & {
  readonly returns?: 'array' | 'map';
};

/** In place of the value of an item that the method does not know. */
class Absent {
  static readonly item = new Absent();
}

/** One call, as far as it is known where its items are. */
interface Plan {
  readonly scope: CacheScope;
  /** One an item. */
  readonly keys: readonly string[];
  readonly options: CallOptions;
}

/** Calls of one method that `@CachedBatch` stands on. */
export class BatchCall {
  constructor(
    private readonly site: CallSite,
    private readonly options: UntypedBatchOptions,
    private readonly original: AnyMethod,
  ) {}

  run(instance: unknown, args: unknown[]): unknown {
    const place = this.site.placeOf(instance);
    if (place === undefined) return this.original.apply(instance, args);
    let plan: Plan | undefined;
    try {
      plan = this.planOf(place, args);
    } catch (error) {
      // To run it would be to answer somebody who could be anybody.
      if (error instanceof CacheTenantError) return Promise.reject(error);
      this.site.report(place, instance, 'key', error, 'ran uncached');
    }
    return plan === undefined ? this.original.apply(instance, args) : this.load(place, instance, args, plan);
  }

  /** `undefined`: it shall not be cached. */
  private planOf(place: Place, args: unknown[]): Plan | undefined {
    const { condition, operation, ttl } = this.options;
    const [items, ...rest] = args;
    if (!Array.isArray(items)) throw new CacheUsageError('the first argument is no array of items');
    if (condition !== undefined && !condition(items, ...rest)) return undefined;
    const scope = this.site.scopeOf(place, args);
    const keys = Array.from(items, (item: unknown) => this.site.keyOf(place, [item, ...rest]));
    const fixed = ttlOf(place, operation, typeof ttl === 'function' ? undefined : ttl);
    return { scope, keys, options: optionsOf(place, this.options, fixed, this.site.tagsOf(place, args)) };
  }

  private async load(
    place: Place,
    instance: unknown,
    args: unknown[],
    { scope, keys, options }: Plan,
  ): Promise<unknown> {
    const [given, ...rest] = args as [unknown[], ...unknown[]];
    // As they are now: the caller may go on with its array, and their keys are made already.
    const items = Array.from(given);
    const byKey = new Map<string, unknown>();
    keys.forEach((key, index) => byKey.has(key) || byKey.set(key, items[index]));
    const { batchSize = Infinity, maxConcurrency = 1 } = this.options;
    const limits = { size: batchSize, concurrency: maxConcurrency };
    const loader = async (missing: string[]): Promise<Map<string, LoadedItem<unknown>>> => {
      const loaded = await inBatches(missing, limits, async (part) => {
        const wanted = part.items.map((key) => byKey.get(key));
        const values = this.valuesOf(wanted, await this.original.call(instance, [...wanted], ...rest));
        return values.map((value, index) =>
          this.ruled(place, instance, part.items[index]!, value, [wanted[index], ...rest]),
        );
      });
      const pairs = missing.map((key, index) => [key, loaded[index]] as const);
      return new Map(pairs.filter(([, value]) => value !== Absent.item));
    };
    const found = await place.cache.loadMany(scope, [...byKey.keys()], loader, options);
    return this.returned(place, items, keys, found);
  }

  /** What the method has brought, one an item. @throws CacheUsageError when it cannot be matched with the items. */
  private valuesOf(items: readonly unknown[], result: unknown): unknown[] {
    const where = `@CachedBatch ${this.site.method}`;
    if (this.options.returns === 'map') {
      if (!(result instanceof Map))
        throw new CacheUsageError(`${where}: it must return a Map by item, as returns: 'map' says.`);
      return items.map((item) => (result.has(item) ? (result.get(item) as unknown) : Absent.item));
    }
    if (result instanceof Map) throw new CacheUsageError(`${where}: it returns a Map. Say so with returns: 'map'.`);
    if (!Array.isArray(result))
      throw new CacheUsageError(`${where}: it must return an array in the order of the items.`);
    // What it has not set is `undefined`, as it is for whoever reads it.
    if (result.length === items.length) return Array.from(result as unknown[]);
    throw new CacheUsageError(
      `${where}: it was given ${items.length} items and returned an array of ${result.length}. Return as many.`,
    );
  }

  /** With what the options say of this very value. A callback that fails stores nothing: the value is the caller's all the same. */
  private ruled(
    place: Place,
    instance: unknown,
    key: string,
    value: unknown,
    call: [item: unknown, ...rest: unknown[]],
  ): unknown {
    const { ttl, unless } = this.options;
    if (value === Absent.item || (unless === undefined && typeof ttl !== 'function')) return value;
    const rules = new LoadContext(key, undefined);
    try {
      if (unless?.(value, ...call)) rules.skip();
      else if (typeof ttl === 'function') rules.setTtl(ttl(value, ...call));
    } catch (error) {
      rules.skip();
      this.site.report(place, instance, 'load', error, 'did not store a value');
    }
    return new RuledItem(value, rules);
  }

  private returned(
    place: Place,
    items: readonly unknown[],
    keys: readonly string[],
    found: ReadonlyMap<string, unknown>,
  ): unknown {
    const given = new Set<string>();
    const values = keys.map((key) => {
      const value = found.get(key);
      if (!given.has(key)) given.add(key);
      else if (typeof value === 'object' && value !== null) return anotherOf(value, place.cache.parts.isolation);
      return value;
    });
    if (this.options.returns !== 'map') return values;
    return new Map(
      items.map((item, index) => [item, values[index]] as const).filter((_, index) => found.has(keys[index]!)),
    );
  }
}

/** For an item that stands at two places: what is done to the one must not reach the other. */
function anotherOf(value: object, isolation: ValueIsolation): unknown {
  try {
    return isolation.give(isolation.keep(value));
  } catch {
    // It cannot be stored either.
    return value;
  }
}
