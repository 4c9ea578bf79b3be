import type { Duration } from '../contracts/duration.js';
import { freshnessOf, type Entry } from '../contracts/entry.js';
import type { Lookup, MaybePromise } from '../contracts/entry-store.js';
import type { KeyGenerator } from '../contracts/key-generator.js';
import type { CacheResponseOptions, FreshnessOptions, Loader, SetOptions } from '../contracts/options.js';
import { CacheUsageError } from '../support/errors.js';
import { compileGlob } from '../support/glob.js';
import { Budget } from './budget.js';
import { checkTags, type CallOptions } from './call-options.js';
import { LoadContext, runLoader } from './load.js';
import { ReadMany, type BatchLoader } from './read-many.js';
import { ReadThrough, type ReadThroughParts } from './read-through.js';
import type { CacheScope, Scopes } from './scopes.js';

export type GetOrSetOptions = Duration | (SetOptions & FreshnessOptions);

/** Answered by `tryHit` when the key has to be looked for the long way. */
export const NO_HIT: unique symbol = Symbol('no hit');

export interface CacheParts extends ReadThroughParts {
  readonly name: string;
  readonly scopes: Scopes;
  /** `false`: nothing is looked up, joined or stored. */
  readonly enabled: boolean;
  /** Ttl in milliseconds by normalised operation name. */
  readonly operations: ReadonlyMap<string, number>;
  readonly keyGenerator: KeyGenerator | undefined;
  /** Defaults for routes. */
  readonly http: CacheResponseOptions | undefined;
}

/** How `putAfter` stores. */
export interface PutPlan<T> {
  /** The key, when the arguments tell it. */
  readonly key: string | undefined;
  readonly tags: readonly string[];
  /** The key, when only the result tells it; `undefined`: do not store. */
  keyOf(value: T): string | undefined;
  /** `undefined`: do not store. */
  optionsOf(value: T): CallOptions | undefined;
}

const WARM_BATCH = 100;

/** One named cache: every operation over every scope. `CacheManager` is its face. */
export class Cache {
  readonly name: string;
  private readonly readThrough: ReadThrough;
  private readonly readMany: ReadMany;

  constructor(readonly parts: CacheParts) {
    this.name = parts.name;
    this.readThrough = new ReadThrough(parts);
    this.readMany = new ReadMany(parts);
  }

  /**
   * A fresh value from this process, or `NO_HIT`. Synchronous, and free of promises, closures and option objects:
   * this is the hit path of everything.
   */
  tryHit(scope: CacheScope, key: string, beta: number): unknown {
    const { store, clock, events } = this.parts;
    if (store.peek === undefined) return NO_HIT;
    const entry = store.peek(scope.idOf(key));
    if (entry === undefined) return NO_HIT;
    const now = clock.now();
    if (now >= entry.staleAt) return NO_HIT;
    if (beta > 0 && this.readThrough.isDueEarly(entry, beta, now)) return NO_HIT;
    events.hit(scope, key, store.tier, 'fresh');
    return entry.read();
  }

  getOrSet<T>(scope: CacheScope, key: string, loader: Loader<T>, options: GetOrSetOptions | undefined): Promise<T> {
    if (options === undefined && typeof key === 'string') {
      const hit = this.tryHit(scope, key, this.parts.resolver.defaults.refreshAhead);
      if (hit !== NO_HIT) return Promise.resolve(hit as T);
    }
    return this.getOrSetSlowly(scope, key, loader, options);
  }

  private async getOrSetSlowly<T>(
    scope: CacheScope,
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions | undefined,
  ): Promise<T> {
    checkKey(key);
    return this.read(scope, key, loader, this.parts.resolver.resolve(options));
  }

  /** `getOrSet` with options that are resolved already. */
  async read<T>(scope: CacheScope, key: string, loader: Loader<T>, options: CallOptions): Promise<T> {
    const { store, clock, events, enabled } = this.parts;
    const id = scope.idOf(key);
    const call = { address: { scope, key, id }, loader, options };
    if (!enabled) return (await runLoader(clock, loader, new LoadContext<T>(key, undefined))).value as T;
    const entry = store.peek?.(id);
    if (entry) {
      const now = clock.now();
      const state = freshnessOf(entry, now);
      if (state === 'fresh' || (state === 'stale' && now < entry.staleAt + options.staleWhileRevalidate)) {
        events.hit(scope, key, store.tier, state);
        const value = entry.read() as T;
        if (state === 'stale' || this.readThrough.isDueEarly(entry, options.refreshAhead, now))
          this.readThrough.refresh(call, entry);
        return value;
      }
    }
    return this.readThrough.get(call);
  }

  async getOrSetMany<T>(
    scope: CacheScope,
    keys: Iterable<string>,
    load: BatchLoader<T>,
    options: GetOrSetOptions | undefined,
  ): Promise<Map<string, T>> {
    const list = checkKeys(keys);
    const resolved = this.parts.resolver.resolve(options);
    if (!this.parts.enabled) return this.readMany.getUncached(list, load);
    return list.length === 0 ? new Map() : this.readMany.get(scope, list, load, resolved);
  }

  /** A fresh value or `undefined`; counted as a hit or a miss. */
  async get(scope: CacheScope, key: string): Promise<unknown> {
    const { events, store } = this.parts;
    const entry = await this.lookFresh(scope, key);
    if (!entry) events.miss(scope, key);
    else events.hit(scope, key, store.tier, 'fresh');
    return entry?.read();
  }

  async getMany(scope: CacheScope, keys: Iterable<string>): Promise<Map<string, unknown>> {
    const { clock, events, store } = this.parts;
    const list = [...new Set(checkKeys(keys))];
    const addresses = list.map((key) => ({ scope, key, id: scope.idOf(key) }));
    const lookups =
      list.length === 0 ? [] : await this.attempt(scope, 'look', undefined, () => store.lookMany(addresses, []));
    const now = clock.now();
    const found = new Map<string, unknown>();
    list.forEach((key, index) => {
      const entry = lookups?.[index]?.entry;
      if (!entry || freshnessOf(entry, now) !== 'fresh') return events.miss(scope, key);
      events.hit(scope, key, store.tier, 'fresh');
      found.set(key, entry.read());
    });
    return found;
  }

  /** A fresh value in this process; touches neither statistics nor recency. */
  peek(scope: CacheScope, key: string): unknown {
    checkKey(key);
    const entry = this.parts.store.peek?.(scope.idOf(key), true);
    return entry && freshnessOf(entry, this.parts.clock.now()) === 'fresh' ? entry.read() : undefined;
  }

  async has(scope: CacheScope, key: string): Promise<boolean> {
    return (await this.lookFresh(scope, key)) !== undefined;
  }

  /** Milliseconds until the entry is stale; `undefined` without a fresh one; `Infinity` without an end. */
  async getTtl(scope: CacheScope, key: string): Promise<number | undefined> {
    const entry = await this.lookFresh(scope, key);
    return entry && entry.staleAt - this.parts.clock.now();
  }

  /** @throws CacheValueError, CacheUsageError */
  async set(scope: CacheScope, key: string, value: unknown, options: GetOrSetOptions | undefined): Promise<boolean> {
    return this.put(scope, key, () => value, this.parts.resolver.resolve(options), true);
  }

  /**
   * Stores what `produce` gives under a fence taken before it runs, so that an invalidation in between is respected.
   * Anything else that is on its way to the key gives way. `strict`: a value that cannot be kept is thrown.
   */
  async put(
    scope: CacheScope,
    key: string,
    produce: () => unknown,
    options: CallOptions,
    strict: boolean,
  ): Promise<boolean> {
    checkKey(key);
    const { clock, events, fence, filler, isolation, resolver, store, enabled } = this.parts;
    const address = { scope, key, id: scope.idOf(key) };
    const ticket = fence.open(address, options.tags);
    try {
      const value = produce();
      const kept = strict ? isolation.keep(value) : filler.keep(address, value, true);
      if (!kept || !enabled) return false;
      const ttl = resolver.ttlFor(value, options);
      fence.overwriteKey(address.id, ticket);
      if (ttl === 0) return await this.drop(address);
      const budget = new Budget(clock, this.parts.commandTimeout);
      const stamp = await budget.spend(`Reading versions in ${store.name}`, () => store.stamp(scope, options.tags));
      // A newer set of the same key is as good as this one followed by that one.
      if (!ticket.stands) return ticket.fallen === 'overwritten';
      const draft = filler.draft(kept, ttl, options, options.tags, 0);
      const stored = await budget.spend(`Storing in ${store.name}`, () => store.set(address, draft, stamp));
      if (stored) events.set(scope, key);
      return stored;
    } catch (error) {
      if (strict && isCallersFault(error)) throw error;
      events.error(scope, 'set', error, key);
      return false;
    } finally {
      fence.close(ticket);
    }
  }

  /**
   * Runs a method and stores what it returns, under a fence taken before it ran: an invalidation meanwhile wins. When
   * another value was stored meanwhile, nobody can tell which of the two is newer: then neither stays.
   */
  async putAfter<T>(scope: CacheScope, run: () => T | Promise<T>, plan: PutPlan<T>): Promise<T> {
    const { events, fence } = this.parts;
    const early = plan.key;
    const ticket = early === undefined ? undefined : fence.open({ scope, key: early, id: scope.idOf(early) }, plan.tags);
    const before = fence.invalidations;
    try {
      const value = await run();
      const key = early ?? plan.keyOf(value);
      const options = key === undefined ? undefined : plan.optionsOf(value);
      if (key === undefined || options === undefined) return value;
      const fell = ticket ? !ticket.admits(options.tags) : fence.invalidations !== before;
      if (fell) await this.drop({ scope, key, id: scope.idOf(key) });
      else await this.put(scope, key, () => value, options, false);
      return value;
    } finally {
      if (ticket) fence.close(ticket);
    }
  }

  /** A ttl of 0 stores nothing; what was there must not outlive it. */
  private async drop(address: { scope: CacheScope; key: string; id: string }): Promise<false> {
    await this.attempt(address.scope, 'delete', address.key, () => this.parts.store.delete(address));
    return false;
  }

  /** Whether all of them were stored. */
  async setMany(
    scope: CacheScope,
    entries: Iterable<readonly [string, unknown]>,
    options: GetOrSetOptions | undefined,
  ): Promise<boolean> {
    return (await this.putAll(scope, [...new Map(entries)], options)).every(Boolean);
  }

  /** Stores the entries in batches. How many were stored. */
  async warm(
    scope: CacheScope,
    entries: Iterable<readonly [string, unknown]>,
    options: GetOrSetOptions | undefined,
  ): Promise<number> {
    let stored = 0;
    let batch: (readonly [string, unknown])[] = [];
    const flush = async (): Promise<void> => {
      stored += (await this.putAll(scope, batch, options)).filter(Boolean).length;
      batch = [];
    };
    for (const entry of entries) if (batch.push(entry) === WARM_BATCH) await flush();
    if (batch.length > 0) await flush();
    return stored;
  }

  private async putAll(
    scope: CacheScope,
    entries: readonly (readonly [string, unknown])[],
    options: GetOrSetOptions | undefined,
  ): Promise<boolean[]> {
    const { clock, events, fence, filler, isolation, resolver, store, enabled } = this.parts;
    const resolved = resolver.resolve(options);
    // Everything is checked and copied before anything is stored: a bad value in the middle leaves no half behind.
    const kept = entries.map(([key, value]) => ({
      key: checkKey(key),
      kept: isolation.keep(value),
      ttl: resolver.ttlFor(value, resolved),
    }));
    if (!enabled) return kept.map(() => false);
    const tickets = kept.map(({ key }) => fence.open({ scope, key, id: scope.idOf(key) }, resolved.tags));
    for (const ticket of tickets) fence.overwriteKey(ticket.address.id, ticket);
    try {
      const budget = new Budget(clock, this.parts.commandTimeout);
      const stamp = await budget.spend(`Reading versions in ${store.name}`, () => store.stamp(scope, resolved.tags));
      const items = kept.flatMap(({ kept: value, ttl }, index) => {
        const ticket = tickets[index]!;
        if (ttl === 0 || !ticket.stands) return [];
        return [{ address: ticket.address, draft: filler.draft(value, ttl, resolved, resolved.tags, 0), stamp }];
      });
      const stored = await budget.spend(`Storing in ${store.name}`, () => store.setMany(items));
      const done = new Map(items.map((item, index) => [item.address.key, stored[index] === true]));
      for (const [key, success] of done) if (success) events.set(scope, key);
      return kept.map(({ key }, index) => done.get(key) ?? tickets[index]!.fallen === 'overwritten');
    } catch (error) {
      events.error(scope, 'set', error);
      return kept.map(() => false);
    } finally {
      for (const ticket of tickets) fence.close(ticket);
    }
  }

  /** `true`: gone everywhere this cache reaches. `false`: the backend could not be told. */
  async delete(scope: CacheScope, key: string): Promise<boolean> {
    checkKey(key);
    const address = { scope, key, id: scope.idOf(key) };
    this.parts.fence.invalidateKey(address.id);
    const done = (await this.attempt(scope, 'delete', key, () => this.parts.store.delete(address))) !== undefined;
    this.parts.events.delete(scope, key, done);
    return done;
  }

  async deleteMany(scope: CacheScope, keys: Iterable<string>): Promise<boolean> {
    const list = [...new Set(checkKeys(keys))];
    const addresses = list.map((key) => ({ scope, key, id: scope.idOf(key) }));
    for (const { id } of addresses) this.parts.fence.invalidateKey(id);
    if (list.length === 0) return true;
    const done =
      (await this.attempt(scope, 'delete', undefined, () => this.parts.store.deleteMany(addresses))) !== undefined;
    for (const key of list) this.parts.events.delete(scope, key, done);
    return done;
  }

  async expire(scope: CacheScope, key: string): Promise<boolean> {
    checkKey(key);
    const { clock, events, fence, store } = this.parts;
    const address = { scope, key, id: scope.idOf(key) };
    fence.invalidateKey(address.id);
    const done = (await this.attempt(scope, 'expire', key, () => store.expire(address, clock.now()))) !== undefined;
    events.expire(scope, key, done);
    return done;
  }

  async invalidateTags(scope: CacheScope, given: readonly string[]): Promise<boolean> {
    const tags = checkTags(given);
    if (tags.length === 0) return true;
    this.parts.fence.invalidateTags(scope, tags);
    const complete = await this.attemptAll(scope, 'invalidateTags', () => this.parts.store.invalidateTags(scope, tags));
    this.parts.events.invalidate(scope, { by: 'tags', tags, complete });
    return complete;
  }

  async invalidate(scope: CacheScope, pattern: string): Promise<number> {
    if (typeof pattern !== 'string' || pattern === '')
      throw new CacheUsageError('A pattern must be a string that is not empty.');
    this.parts.fence.invalidateMatching(scope, compileGlob(pattern));
    let removed = 0;
    const complete = await this.attemptAll(scope, 'invalidate', async () => {
      removed = await this.parts.store.invalidate(scope, pattern);
    });
    this.parts.events.invalidate(scope, { by: 'pattern', pattern, complete });
    return removed;
  }

  async clear(scope: CacheScope): Promise<boolean> {
    this.parts.fence.invalidateScope(scope);
    const complete = await this.attemptAll(scope, 'clear', () => this.parts.store.clear(scope));
    this.parts.events.invalidate(scope, { by: 'clear', complete });
    return complete;
  }

  /** One look, in the budget of one call. A failure is an event and `undefined`. */
  look(scope: CacheScope, key: string): Promise<Lookup | undefined> {
    checkKey(key);
    return this.attempt(scope, 'look', key, () => this.parts.store.look({ scope, key, id: scope.idOf(key) }, []));
  }

  private async lookFresh(scope: CacheScope, key: string): Promise<Entry | undefined> {
    const { store, clock } = this.parts;
    checkKey(key);
    const entry = store.peek ? store.peek(scope.idOf(key)) : (await this.look(scope, key))?.entry;
    return entry && freshnessOf(entry, clock.now()) === 'fresh' ? entry : undefined;
  }

  private async attempt<T>(
    scope: CacheScope,
    operation: string,
    key: string | undefined,
    work: () => MaybePromise<T>,
  ): Promise<T | undefined> {
    const { clock, commandTimeout, events, store } = this.parts;
    try {
      return await new Budget(clock, commandTimeout).spend(`${operation} in ${store.name}`, work);
    } catch (error) {
      events.error(scope, operation, error, key);
      return undefined;
    }
  }

  /** For work of many commands, each of which has the store's own time limit. */
  private async attemptAll(scope: CacheScope, operation: string, work: () => MaybePromise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.parts.events.error(scope, operation, error);
      return false;
    }
  }
}

function isCallersFault(error: unknown): boolean {
  return error instanceof Error && (error.name === 'CacheValueError' || error.name === 'CacheUsageError');
}

export function checkKey(key: unknown): string {
  if (typeof key === 'string' && key !== '') return key;
  throw new CacheUsageError(`A key must be a string that is not empty; got ${key === '' ? "''" : typeof key}.`);
}

function checkKeys(keys: Iterable<string>): string[] {
  return Array.from(keys, checkKey);
}
