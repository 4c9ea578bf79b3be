import { freshnessOf, type NearEntry } from '../contracts/entry.js';
import type { Loader } from '../contracts/options.js';
import { Opaque } from '../support/opaque.js';
import type { CallOptions, GetOrSetOptions } from './call-options.js';
import { isDueEarly } from './early-refresh.js';
import { Invalidations } from './invalidations.js';
import { checkKey, checkKeys } from './keys.js';
import { LoadContext, runLoader } from './load.js';
import type { CacheParts } from './parts.js';
import type { BatchLoader } from './batch-deck.js';
import { ReadMany } from './read-many.js';
import { ReadThrough } from './read-through.js';
import { Reads } from './reads.js';
import type { CacheScope } from './scopes.js';
import { Writes } from './writes.js';

/** Answered by `tryHit` when the key has to be looked for the long way. */
export const NO_HIT: unique symbol = Symbol('no hit');
/** Answered by `tryHit` for a fresh value that is to be renewed early. To be handed on to `read`: one throw of the dice a call. */
export const RENEW: unique symbol = Symbol('renew');

/** One named cache: every operation over every scope. `CacheManager` is its face. */
export class Cache extends Opaque {
  readonly name: string;
  readonly reads: Reads;
  readonly writes: Writes;
  readonly invalidations: Invalidations;
  private readonly readThrough: ReadThrough;
  private readonly readMany: ReadMany;

  constructor(readonly parts: CacheParts) {
    super();
    this.name = parts.name;
    this.reads = new Reads(parts);
    this.writes = new Writes(parts);
    this.invalidations = new Invalidations(parts);
    this.readThrough = new ReadThrough(parts);
    this.readMany = new ReadMany(parts);
  }

  /**
   * A fresh entry of this process, counted as a hit; or `NO_HIT`, or `RENEW`. Synchronous, and free of promises, closures
   * and option objects: this is the hit path of everything.
   */
  tryHit(scope: CacheScope, key: string, beta: number): NearEntry | typeof NO_HIT | typeof RENEW {
    const { parts } = this;
    const entry = parts.store.peek?.(scope.idOf(key));
    if (entry === undefined || parts.recent() >= entry.staleAt) return NO_HIT;
    if (beta > 0 && isDueEarly(entry, beta, parts.clock.now(), parts.random)) return RENEW;
    parts.events.hit(scope, key, entry.tier, 'fresh');
    return entry;
  }

  getOrSet<T>(scope: CacheScope, key: string, loader: Loader<T>, options: GetOrSetOptions | undefined): Promise<T> {
    if (typeof key !== 'string') return this.getOrSetSlowly(scope, key, loader, options, NO_HIT);
    const { resolver } = this.parts;
    const hit = this.tryHit(scope, key, resolver.betaOf(options));
    if (typeof hit !== 'symbol') return hit.promise() as Promise<T>;
    return this.getOrSetSlowly(scope, key, loader, options, hit);
  }

  private async getOrSetSlowly<T>(
    scope: CacheScope,
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions | undefined,
    tried: typeof NO_HIT | typeof RENEW,
  ): Promise<T> {
    checkKey(key);
    return this.read(scope, key, loader, this.parts.resolver.resolve(options), tried);
  }

  /** `getOrSet` with options that are resolved already. `tried`: what `tryHit` has answered. */
  async read<T>(
    scope: CacheScope,
    key: string,
    loader: Loader<T>,
    options: CallOptions,
    tried: typeof NO_HIT | typeof RENEW,
  ): Promise<T> {
    const { store, clock, events, enabled } = this.parts;
    const id = scope.idOf(key);
    const call = { address: { scope, key, id }, loader, options };
    if (!enabled) return (await runLoader(clock, loader, new LoadContext<T>(key, undefined))).value as T;
    const entry = store.peek?.(id);
    if (entry) {
      const now = clock.now();
      const state = freshnessOf(entry, now);
      if (state === 'fresh' || (state === 'stale' && now < entry.staleAt + options.staleWhileRevalidate)) {
        events.hit(scope, key, entry.tier, state);
        const value = entry.read() as T;
        if (state === 'stale' || tried === RENEW) this.readThrough.refresh(call, entry);
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
}
