import type { Duration } from '../../contracts/duration.js';
import type { FreshnessOptions } from '../../contracts/options.js';

/** `I`: an item. `R`: the rest of the method's parameters. `V`: what the method brings for an item. */
export interface CachedBatchOptions<I = never, R extends unknown[] = never[], V = never> extends FreshnessOptions {
  /**
   * What identifies an item of a call. A string is the whole key (after `keyPrefix`, if there is one), so that the manager and
   * `@CacheEvict` can name the same entry; anything else becomes a key under class and method. Default: the item, and all
   * arguments after the items.
   */
  key?: (item: I, ...rest: R) => unknown;
  /** Stands before the key, in place of class and method. Default: that of `@CacheConfig`. */
  keyPrefix?: string;
  /** How many items the method is given at once at the most. Default: all that are missing. */
  batchSize?: number;
  /** How many of its runs for one call may be under way at the same time. Default 1. */
  maxConcurrency?: number;
  /** Computed from the value of an item it goes before all others, and a negative one or NaN stores nothing. */
  ttl?: Duration | ((value: V, item: I, ...rest: R) => Duration);
  /** Of each item of the call. */
  tags?: readonly string[] | ((items: I[], ...rest: R) => readonly string[]);
  /** The tenant of the call. */
  tenant?: (items: I[], ...rest: R) => string;
  /** Takes its ttl from `operations` of the module, where one is given. */
  operation?: string;
  /** The cache's name. Default: that of `@CacheConfig`, else the default cache. */
  cache?: string;
  /** `false`: the method runs as if it were not decorated. */
  condition?: (items: I[], ...rest: R) => boolean;
  /** `true`: the value of this item is returned and not stored. */
  unless?: (value: V, item: I, ...rest: R) => boolean;
}

/** Of a method that returns a Map by item. When all items are in the cache, nothing else would say so. */
export interface CachedBatchMapOptions<I = never, R extends unknown[] = never[], V = never> extends CachedBatchOptions<
  I,
  R,
  V
> {
  returns: 'map';
}

/** Of a method that returns an array in the order of the items. */
export interface CachedBatchArrayOptions<
  I = never,
  R extends unknown[] = never[],
  V = never,
> extends CachedBatchOptions<I, R, V> {
  returns?: 'array';
}
