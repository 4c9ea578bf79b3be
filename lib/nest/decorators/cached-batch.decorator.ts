import { checkLimit } from '../../core/batches/in-batches.js';
import { CacheUsageError } from '../../support/errors.js';
import { BatchCall, type UntypedBatchOptions } from './cached-batch-call.js';
import type { CachedBatchArrayOptions, CachedBatchMapOptions } from './cached-batch-options.js';
import { CallSite, type SiteOptions } from './call-site.js';
import { checkOptions, checkTarget, placeName } from './check-options.js';
import { carryRegistry } from './registry-property.js';
import { replaceMethod, type AnyMethod } from './wrap-method.js';

type Method = (...args: never[]) => Promise<readonly unknown[] | ReadonlyMap<unknown, unknown>>;
type Items<M extends Method> = Parameters<M>[0];
type ItemOf<M extends Method> = Items<M> extends readonly (infer I)[] ? I : never;
type RestOf<M extends Method> = Parameters<M> extends [unknown, ...infer R] ? R : never;
type Result<M extends Method> = Awaited<ReturnType<M>>;

/** The options of the very method. One that takes no array, or a Map whose keys are no items, fits none. */
type OptionsFor<M extends Method> = [ItemOf<M>] extends [never]
  ? never
  : Result<M> extends ReadonlyMap<infer K, infer V>
    ? K extends ItemOf<M>
      ? CachedBatchMapOptions<ItemOf<M>, RestOf<M>, V>
      : never
    : Result<M> extends readonly (infer V)[]
      ? CachedBatchArrayOptions<ItemOf<M>, RestOf<M>, V>
      : never;

/** The options may be left out where none has to be there. */
type Given<M extends Method> = [OptionsFor<M>] extends [{ returns: 'map' }]
  ? [options: OptionsFor<M>]
  : [options?: OptionsFor<M>];

/**
 * Caches each item by itself of a method that takes many: `(items, ...rest) => Promise<array or Map>`. The method is given those
 * items that nobody has or is loading, each once, and returns an array in their order, or a Map by item (`returns: 'map'`), in
 * which those that are not there are absent. Its callers get an array in the order of their items, however often one is among
 * them, or a Map with each of them that was found. Calls that overlap share items, in the process and in the fleet.
 *
 * When the method fails, its error reaches those who wait for one of its items, unchanged; with `batchSize`, what its other runs
 * have brought is stored. Without a cache, for items that no key can be made of, and when one of the functions given here throws,
 * it runs as it is, as with `@Cached`; so does a call whose first argument is no array. A call whose tenant cannot be told
 * rejects with `CacheTenantError`.
 *
 * @throws CacheUsageError at decoration, for a bad option, a static method, and what is no method.
 */
export function CachedBatch<M extends Method>(
  ...given: Given<M>
): (target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<M>) => void {
  return (target, name, descriptor) => {
    checkTarget('CachedBatch', target, name, descriptor);
    const options = (given[0] ?? {}) as unknown as UntypedBatchOptions;
    checkBatchOptions(placeName('CachedBatch', target, name), options);
    const site = new CallSite('CachedBatch', target, name, options as SiteOptions);
    const call = new BatchCall(site, options, descriptor.value as unknown as AnyMethod);
    carryRegistry(target, site);
    replaceMethod(descriptor, (instance, args) => call.run(instance, args));
  };
}

function checkBatchOptions(where: string, options: UntypedBatchOptions): void {
  checkOptions(where, options);
  const { returns, batchSize, maxConcurrency } = options;
  if (returns !== undefined && returns !== 'array' && returns !== 'map') {
    throw new CacheUsageError(`${where}: returns is ${JSON.stringify(returns)}. Give 'array' or 'map'.`);
  }
  if (batchSize !== undefined) checkLimit(`${where}: batchSize`, batchSize);
  if (maxConcurrency !== undefined) checkLimit(`${where}: maxConcurrency`, maxConcurrency);
}
