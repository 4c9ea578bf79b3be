import type { Duration } from '../../contracts/duration.js';
import type { FreshnessOptions } from '../../contracts/options.js';

/** `A`: the method's parameters. `V`: what its promise resolves to; of a stream, the array of its items. */
export interface CachedOptions<A extends unknown[] = never[], V = never> extends FreshnessOptions {
  /**
   * What identifies the call. A string is the whole key (after `keyPrefix`, if there is one), so that the manager and
   * `@CacheEvict` can name the same entry; anything else becomes a key under class and method. Default: all arguments.
   */
  key?: (...args: A) => unknown;
  /** Stands before the key, in place of class and method. Default: that of `@CacheConfig`. */
  keyPrefix?: string;
  /**
   * Where the `operation` has none of its own; default: that of `@CacheConfig`, else the module's. Computed from the
   * value it goes before all of them, and a negative one or NaN stores nothing.
   */
  ttl?: Duration | ((value: V, ...args: A) => Duration);
  tags?: readonly string[] | ((...args: A) => readonly string[]);
  /** The tenant of the call. */
  tenant?: (...args: A) => string;
  /** Takes its ttl from `operations` of the module (`CACHE_TTL_<OPERATION>` in the environment), where one is given. */
  operation?: string;
  /** The cache's name. Default: that of `@CacheConfig`, else the default cache. */
  cache?: string;
  /** `false`: the method runs as if it were not decorated. */
  condition?: (...args: A) => boolean;
  /** `true`: the value is returned and not stored. Of `@CachePut`: nor is what was there kept. */
  unless?: (value: V, ...args: A) => boolean;
  /**
   * Makes what comes out of the cache what the method returns; for class instances, whose class is not stored. Not asked
   * for `null` and `undefined`, nor by the call whose own run brought the value. When it throws, the entry goes and the
   * method runs.
   */
  hydrate?: (plain: unknown) => V;
  /**
   * Which kind of stream the method returns, or promises, where its declared return type does not tell: an async `iterable`, an
   * `observable`, a `readable` of the platform (`ReadableStream`), or one of `node` (`Readable`). Not beside `hydrate`.
   */
  stream?: 'iterable' | 'observable' | 'readable' | 'node';
}

/** Of `@CachePut`. */
export interface CachePutOptions<A extends unknown[] = never[], V = never> extends Omit<
  CachedOptions<A, V>,
  'key' | 'hydrate' | 'stream'
> {
  key?: (...args: A) => unknown;
  /** The key, where only the result tells it; in place of `key`. */
  resultKey?: (value: V, ...args: A) => unknown;
}

/** Of `@CacheEvict`: one of `key`, `tags`, `pattern` and `allEntries` at least. */
export interface CacheEvictOptions<A extends unknown[] = never[], V = never> {
  /** What `@Cached({ key })` gave. Needs `keyPrefix` when it is no string. */
  key?: (...args: A) => unknown;
  keyPrefix?: string;
  tags?: readonly string[] | ((...args: A) => readonly string[]);
  /** A glob over the keys of the cache. Not affected by `keyPrefix`. */
  pattern?: string | ((...args: A) => string);
  /** The whole cache, or the tenant's part of it. */
  allEntries?: boolean;
  /** Before the method runs, also when it fails then. Default: after it succeeded. */
  beforeInvocation?: boolean;
  /**
   * Holds the invalidation, not the method's return, until this promise resolves; a transaction's commit, for example.
   * When it rejects, nothing is invalidated.
   */
  after?: (value: V, ...args: A) => Promise<unknown>;
  condition?: (...args: A) => boolean;
  tenant?: (...args: A) => string;
  cache?: string;
}

/** Of `@CacheConfig`: defaults for the methods of a class. */
export interface CacheConfigOptions {
  keyPrefix?: string;
  ttl?: Duration;
  /** Added to the tags of every method. */
  tags?: readonly string[];
  cache?: string;
}
