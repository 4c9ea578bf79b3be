import { freshnessOf, type NearEntry } from '../contracts/entry.js';
import type { Loader, LoaderContext } from '../contracts/options.js';
import type { StreamLoader } from '../contracts/stream.js';
import type { CacheUsageError } from '../support/errors.js';
import { Opaque } from '../support/opaque.js';
import { mayBeShared } from '../support/shared-signal.js';
import { untilAborted } from '../support/until-aborted.js';
import type { LoadedItem } from './batches/loaded-item.js';
import type { CallOptions, GetOrSetOptions } from './call-options.js';
import { isDueEarly } from './early-refresh.js';
import { Invalidations } from './invalidations.js';
import { checkKey, checkKeys } from './keys.js';
import type { ReadCall } from './flight-deck.js';
import { LoadContext, runLoader } from './load.js';
import type { CacheParts } from './parts.js';
import type { BatchLoader } from './batch-deck.js';
import { ReadMany } from './read-many.js';
import { ReadThrough } from './read-through.js';
import { Reads } from './reads.js';
import type { CacheScope } from './scopes.js';
import { CachedStream } from './streams/cached-stream.js';
import { StreamReads } from './streams/stream-reads.js';
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
  private readonly streamReads: StreamReads;

  constructor(readonly parts: CacheParts) {
    super();
    this.name = parts.name;
    this.reads = new Reads(parts);
    this.writes = new Writes(parts);
    this.invalidations = new Invalidations(parts);
    this.readThrough = new ReadThrough(parts);
    this.readMany = new ReadMany(parts);
    this.streamReads = new StreamReads(parts, this.readThrough);
  }

  /**
   * A fresh entry of this process, counted as a hit; or `NO_HIT`, or `RENEW`. Synchronous, and free of promises, closures
   * and option objects: this is the hit path of everything.
   */
  tryHit(scope: CacheScope, key: string, beta: number): NearEntry | typeof NO_HIT | typeof RENEW {
    return this.judge(scope, key, beta, this.parts.store.peek?.(scope.idOf(key)));
  }

  private judge(
    scope: CacheScope,
    key: string,
    beta: number,
    entry: NearEntry | undefined,
  ): NearEntry | typeof NO_HIT | typeof RENEW {
    const { parts } = this;
    if (entry === undefined || parts.recent() >= entry.staleAt) return NO_HIT;
    if (beta > 0 && isDueEarly(entry, beta, parts.clock.now(), parts.random)) return RENEW;
    parts.events.hit(scope, key, entry.tier, 'fresh');
    return entry;
  }

  getOrSet<T>(scope: CacheScope, key: string, loader: Loader<T>, options: GetOrSetOptions | undefined): Promise<T> {
    if (typeof key !== 'string') return this.getOrSetSlowly(scope, key, loader, options, NO_HIT, undefined);
    const { resolver, store } = this.parts;
    const entry = store.peek?.(scope.idOf(key));
    const hit = this.judge(scope, key, resolver.betaOf(options), entry);
    if (typeof hit !== 'symbol') return hit.promise() as Promise<T>;
    return this.getOrSetSlowly(scope, key, loader, options, hit, entry);
  }

  /** No async function: each costs a miss three turns of the queue. */
  private getOrSetSlowly<T>(
    scope: CacheScope,
    key: string,
    loader: Loader<T>,
    options: GetOrSetOptions | undefined,
    tried: typeof NO_HIT | typeof RENEW,
    entry: NearEntry | undefined,
  ): Promise<T> {
    try {
      checkKey(key);
      return this.readOn(scope, key, loader, this.parts.resolver.resolve(options), tried, entry);
    } catch (error) {
      const fault: Error = error as CacheUsageError;
      return Promise.reject(fault);
    }
  }

  /**
   * `getOrSet` with options that are resolved already. `tried`: what `tryHit` has answered. `left`: aborted when the caller gives
   * up; see `ReadThrough.get`.
   */
  read<T>(
    scope: CacheScope,
    key: string,
    loader: Loader<T>,
    options: CallOptions,
    tried: typeof NO_HIT | typeof RENEW,
    left?: AbortSignal,
  ): Promise<T> {
    return this.readOn(scope, key, loader, options, tried, this.parts.store.peek?.(scope.idOf(key)), left);
  }

  /** `entry`: what a look in this very stretch has found in the process. */
  private readOn<T>(
    scope: CacheScope,
    key: string,
    loader: Loader<T>,
    options: CallOptions,
    tried: typeof NO_HIT | typeof RENEW,
    entry: NearEntry | undefined,
    left?: AbortSignal,
  ): Promise<T> {
    const { clock, enabled } = this.parts;
    if (!enabled) return this.loadUncached(key, loader, left);
    const call = { address: { scope, key, id: scope.idOf(key) }, loader, options };
    if (entry) {
      const now = clock.now();
      const state = freshnessOf(entry, now);
      if (state === 'fresh' || (state === 'stale' && now < entry.staleAt + options.staleWhileRevalidate))
        return this.serve(call, entry, state, tried);
    }
    return this.readThrough.get(call, entry, left);
  }

  private async serve<T>(
    call: ReadCall<T>,
    entry: NearEntry,
    state: 'fresh' | 'stale',
    tried: typeof NO_HIT | typeof RENEW,
  ): Promise<T> {
    this.parts.events.hit(call.address.scope, call.address.key, entry.tier, state);
    const value = entry.read() as T;
    if (state === 'stale' || tried === RENEW) this.readThrough.refresh(call, entry);
    return value;
  }

  getOrSetStream<T>(
    scope: CacheScope,
    key: string,
    loader: StreamLoader<T>,
    options: GetOrSetOptions | undefined,
  ): CachedStream<T> {
    checkKey(key);
    return this.readStream(scope, key, loader, this.parts.resolver.resolve(options));
  }

  /** `getOrSetStream` with options that are resolved already. `decide` is told of all items when the stream has ended. */
  readStream<T>(
    scope: CacheScope,
    key: string,
    loader: StreamLoader<T>,
    options: CallOptions,
    decide?: (context: LoaderContext, items: unknown[]) => void,
  ): CachedStream<T> {
    return new CachedStream((gone) => this.streamReads.open(scope, key, loader, options, gone, decide));
  }

  private async loadUncached<T>(key: string, loader: Loader<T>, left?: AbortSignal): Promise<T> {
    const context = new LoadContext<T>(key, undefined);
    if (left === undefined) return (await runLoader(this.parts.clock, loader, context)).value as T;
    left.throwIfAborted();
    mayBeShared(left);
    const giveUp = (): void => context.abort(left.reason as Error);
    left.addEventListener('abort', giveUp, { once: true });
    try {
      return (await untilAborted(left, runLoader(this.parts.clock, loader, context))).value as T;
    } finally {
      left.removeEventListener('abort', giveUp);
    }
  }

  async getOrSetMany<T>(
    scope: CacheScope,
    keys: Iterable<string>,
    load: BatchLoader<T>,
    options: GetOrSetOptions | undefined,
  ): Promise<Map<string, T>> {
    const list = checkKeys(keys);
    return this.loadMany(scope, list, load, this.parts.resolver.resolve(options));
  }

  /**
   * `getOrSetMany` with keys that are checked and options that are resolved already. The loader may bring a `FailedItem` or
   * a `RuledItem` in place of a value; of the failed ones that somebody waits for, one rejects the call.
   */
  async loadMany<T>(
    scope: CacheScope,
    keys: readonly string[],
    load: BatchLoader<LoadedItem<T>>,
    options: CallOptions,
  ): Promise<Map<string, T>> {
    if (keys.length === 0) return new Map();
    const loader = load as BatchLoader<T>;
    if (!this.parts.enabled) return this.readMany.getUncached(keys, loader);
    return this.readMany.get(scope, keys, loader, options);
  }
}
