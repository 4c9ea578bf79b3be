import type { Duration } from '../contracts/duration.js';
import type { CacheEvent, CacheEventOf, CacheEventType } from '../contracts/events.js';
import type { Loader, SetOptions } from '../contracts/options.js';
import type { StreamLoader } from '../contracts/stream.js';
import type { SecurityReport } from '../contracts/security.js';
import type { CacheExplanation, CacheHealth, CacheStats } from '../contracts/stats.js';
import { Opaque } from '../support/opaque.js';
import { CacheTenantError } from '../support/errors.js';
import type { Cache } from './cache.js';
import type { GetOrSetOptions } from './call-options.js';
import { observe } from './event-stream.js';
import { explain } from './explain.js';
import { checkHealth } from './health.js';
import type { BatchLoader } from './batch-deck.js';
import type { CacheScope } from './scopes.js';
import { checkSecurity } from './security.js';
import { statsOf } from './stats.js';
import type { TenantRule } from './tenant-rule.js';

/**
 * One cache, seen from one scope: its namespace, or a tenant of it. Injected by its class (the default cache) or by
 * `@InjectCache(name)`. Trouble with the backend never reaches the caller of a method; it is an `error` event, a miss,
 * or `false`. What does reach it: a loader's own error, unchanged, `CacheUsageError` for a call that cannot be meant,
 * `CacheValueError` from `set`, `CacheTimeoutError` where a `hardTimeout` was set, and `CacheTenantError` where the options
 * `tenant` are set and the tenant of a call cannot be told.
 *
 * Durations are milliseconds or strings such as `'5m'`. Keys are strings that are not empty.
 */
export class CacheManager extends Opaque {
  /** @internal Made by the module; applications have it injected. */
  constructor(
    /** @internal */
    readonly cache: Cache,
    /** @internal Where it stands: what it counts, and what it listens to. */
    readonly home: CacheScope,
    /** @internal Tells the tenant of each call; `undefined` where that is settled. */
    readonly tenants?: TenantRule,
  ) {
    super();
  }

  /**
   * Where a call goes that is made now. The one place where a manager, a decorator or a route learns its tenant.
   * @internal
   * @throws CacheTenantError
   */
  get scope(): CacheScope {
    return this.tenants === undefined ? this.home : this.tenants.scopeIn(this.home);
  }

  /** The cache's name. */
  get name(): string {
    return this.cache.name;
  }

  /** A fresh value, or `undefined`. A stored `undefined` looks the same here; `has` tells them apart. */
  get<T>(key: string): Promise<T | undefined> {
    try {
      return this.cache.reads.get(this.scope, key) as Promise<T | undefined>;
    } catch (error) {
      if (!(error instanceof CacheTenantError)) throw error;
      return Promise.reject(error);
    }
  }

  /** A fresh value held in this process, without waiting; counts nothing. Always `undefined` where no tier is in the process. */
  peek<T>(key: string): T | undefined {
    return this.cache.reads.peek(this.scope, key) as T | undefined;
  }

  /**
   * Stores the value. `true`: stored where it belongs.
   * @throws CacheValueError naming the path of what cannot be stored; CacheUsageError for a bad key, ttl or tag.
   */
  async set(key: string, value: unknown, options?: Duration | SetOptions): Promise<boolean> {
    return this.cache.writes.set(this.scope, key, value, options);
  }

  async has(key: string): Promise<boolean> {
    return this.cache.reads.has(this.scope, key);
  }

  /** Whole milliseconds until the value is stale; `undefined` when there is no fresh one; `Infinity` when it has no end. */
  async getTtl(key: string): Promise<number | undefined> {
    return this.cache.reads.getTtl(this.scope, key);
  }

  /** Removes the key. `true`: complete, also when there was nothing. `false`: the backend could not be told. */
  async delete(key: string): Promise<boolean> {
    return this.cache.invalidations.delete(this.scope, key);
  }

  /** Marks the value stale: served on only to those who accept stale values. Counts as an invalidation for loads under way. */
  async expire(key: string): Promise<boolean> {
    return this.cache.invalidations.expire(this.scope, key);
  }

  /**
   * The cached value, or what the loader brings. The loader runs once however many ask at the same time, and its error
   * reaches them unchanged.
   */
  getOrSet<T>(key: string, loader: Loader<T>, options?: GetOrSetOptions): Promise<T> {
    try {
      return this.cache.getOrSet(this.scope, key, loader, options);
    } catch (error) {
      if (!(error instanceof CacheTenantError)) throw error;
      return Promise.reject(error);
    }
  }

  /**
   * The stream of the key: replayed from the cache, joined while another caller's is under way (what it has emitted by then,
   * and the rest as it comes), or made by the loader, from an async iterable, a `ReadableStream` or an observable. The source
   * is asked for the next item when the foremost reader wants it. It is stored, as an array of its items, when it has
   * properly ended, and not when it fails or `context.skip()` was called. Who leaves early leaves the others alone; when the
   * last one has left, the source is cancelled.
   *
   * Nothing happens before the first item is asked for. The stream rejects as the source does, after what came before;
   * with `CacheTimeoutError` when `hardTimeout` passes before the first item; with `CacheStreamError` for a reader who
   * holds the others up for too long.
   *
   * @throws CacheUsageError for a bad key, ttl or tag; CacheTenantError.
   */
  getOrSetStream<T>(
    key: string,
    loader: StreamLoader<T>,
    options?: GetOrSetOptions,
  ): AsyncIterableIterator<T, undefined> {
    return this.cache.getOrSetStream(this.scope, key, loader, options);
  }

  /** The fresh ones among the keys. */
  async getMany<T>(keys: Iterable<string>): Promise<Map<string, T>> {
    return (await this.cache.reads.getMany(this.scope, keys)) as Map<string, T>;
  }

  /** Stores all entries, or throws before it stores any. `true`: all are stored. */
  async setMany(entries: Iterable<readonly [string, unknown]>, options?: Duration | SetOptions): Promise<boolean> {
    return this.cache.writes.setMany(this.scope, entries, options);
  }

  async deleteMany(keys: Iterable<string>): Promise<boolean> {
    return this.cache.invalidations.deleteMany(this.scope, keys);
  }

  /**
   * Reads many; `loadMissing` is called once, with those nobody has or is loading. It returns a Map by key (what it
   * leaves out is absent, and not stored) or an array in the order of the keys it was given. The result is in the
   * order in which the keys first occurred.
   * @throws CacheUsageError when the array has another length.
   */
  async getOrSetMany<T>(
    keys: Iterable<string>,
    loadMissing: BatchLoader<T>,
    options?: GetOrSetOptions,
  ): Promise<Map<string, T>> {
    return this.cache.getOrSetMany(this.scope, keys, loadMissing, options);
  }

  /**
   * Removes every key of this namespace and tenant that matches the glob: `*` any text, `?` one character, `[abc]`,
   * `[a-z]`, `[^a]`, `\` before a character takes it literally. How many entries went, as far as the backend can count.
   */
  async invalidate(pattern: string): Promise<number> {
    return this.cache.invalidations.invalidate(this.scope, pattern);
  }

  /** Everything stored under any of the tags, in O(1) a tag. `true`: complete. */
  async invalidateTags(...tags: string[]): Promise<boolean> {
    return this.cache.invalidations.invalidateTags(this.scope, tags);
  }

  /** The whole namespace, with its tenants and nested namespaces; of a tenant, named or resolved: all that is that tenant's. */
  async clear(): Promise<boolean> {
    return this.cache.invalidations.clear(this.scope);
  }

  /** The keys of this very namespace and tenant. @throws CacheCapabilityError where the backend cannot list keys. */
  keys(pattern?: string): AsyncIterable<string> {
    return this.cache.parts.store.keys(this.scope, pattern);
  }

  /** Stores the entries in batches. How many were stored. */
  async warm(entries: Iterable<readonly [string, unknown]>, options?: Duration | SetOptions): Promise<number> {
    return this.cache.writes.warm(this.scope, entries, options);
  }

  /** The same cache for one tenant. Replaces the tenant this one may be for, and whatever `tenant.resolve` would say. */
  forTenant(id: string): CacheManager {
    return new CacheManager(this.cache, this.cache.parts.scopes.tenant(this.home, id));
  }

  /**
   * The namespace itself, whoever calls: what is stored in it is of no tenant, and `clear` takes all tenants along. For
   * what is everybody's, and for administrators; the only way there where `tenant.resolve` or `tenant.required` is set.
   */
  withoutTenant(): CacheManager {
    return new CacheManager(this.cache, this.home.owner ?? this.home);
  }

  /** A namespace within this one. */
  forNamespace(name: string): CacheManager {
    return new CacheManager(this.cache, this.cache.parts.scopes.nested(this.home, name), this.tenants);
  }

  /** Of this process and scope, with everything below it: of a manager that `tenant.resolve` serves, all tenants. */
  getStats(): CacheStats {
    return statsOf(this.cache.parts, this.home);
  }

  async healthCheck(): Promise<CacheHealth> {
    return checkHealth(this.cache.parts);
  }

  /**
   * What is weak about how the backend is reached, and by whom: encryption of the connection, the user, its password, its
   * permissions. Sends only commands that change nothing. Never rejects: what cannot be found out is a finding too.
   */
  async checkSecurity(): Promise<SecurityReport> {
    return checkSecurity(this.cache.parts);
  }

  /** Where the key is, its state, and why it is not served. */
  async explain(key: string): Promise<CacheExplanation> {
    return explain(this.cache, this.scope, key);
  }

  /** Runs the function and tells what the cache calls made inside it met, of all caches, in order. */
  observe<T>(run: () => Promise<T>): Promise<{ value: T; outcomes: CacheEvent[] }> {
    return observe(run);
  }

  /** Listens to what happens in this scope and below, all tenants included. Returns the unsubscribe function. */
  on<T extends CacheEventType>(event: T, listener: (event: CacheEventOf<T>) => void): () => void {
    return this.cache.parts.events.on(event, this.home, listener);
  }
}
