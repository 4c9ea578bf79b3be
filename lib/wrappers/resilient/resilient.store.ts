import { nullFeed, type Change } from '../../contracts/change-feed.js';
import type { Clock, Random } from '../../contracts/clock.js';
import type { EntryStore, Lookup, Stamp, Stored, StoreItem, StoreUsage } from '../../contracts/entry-store.js';
import type { EntryDraft } from '../../contracts/entry.js';
import type { JournalFile, QueuedChange } from '../../contracts/journal.js';
import type { Lease, LeaseProvider } from '../../contracts/lease.js';
import type { MaybePromise } from '../../contracts/maybe-promise.js';
import type { Address, Scope } from '../../contracts/scope.js';
import type { SecurityCheck } from '../../contracts/security.js';
import type { ServerLink } from '../../contracts/server-link.js';
import type { StoreCondition } from '../../contracts/store-condition.js';
import { CacheBackendError, CacheQueuedError } from '../../support/errors.js';
import { messageOf } from '../../support/message-of.js';
import { Aside, type FallbackStore } from './aside.js';
import { Breaker, type BreakerLimits } from './breaker.js';
import { isCallersFault, refusesService } from './failures.js';
import { Journal } from './journal.js';
import { Recovery, type Verdict } from './recovery.js';
import { replay } from './replay.js';
import { ResilientFeed } from './resilient-feed.js';
import { ResilientLeases } from './resilient-leases.js';

export interface ResilientParts {
  readonly primary: EntryStore;
  readonly fallback: { readonly kind: 'memory' | 'none'; readonly maxTtl: number; open(): FallbackStore };
  readonly breaker: BreakerLimits;
  readonly journal: { readonly maxEntries: number; readonly file: JournalFile | undefined };
  /** The cache's own namespace. */
  readonly root: Scope;
  readonly link: ServerLink | undefined;
  /** Whether the server answers, takes writes, and who it is. */
  verify(): Promise<Verdict>;
  /** Milliseconds one command may take. */
  readonly commandTimeout: number;
  /** How long other processes may take longer than this one to come back, in milliseconds; 0 where there are none. */
  readonly grace: number;
  /** Of the network. */
  readonly clock: Clock;
  /** Of the entries. */
  readonly entryClock: Clock;
  readonly random: Random;
  onDegraded(error: unknown): void;
  onRecovered(): void;
  onError(operation: string, error: unknown): void;
}

/** What becomes of a call, for a breaker. */
interface Gauge {
  reset(): void;
  succeeded(): void;
  failed(error: unknown): void;
}

/**
 * Any store that may be lost, and what is done without it. While it is `up` every call goes through, and is watched. While
 * it is not, entries of this process serve, invalidations are queued, and nothing is asked of it but whether it is back.
 *
 * The one rule behind all of it: what is queued is done before anything is read. So a single invalidation that fails
 * sends the store away, whatever the breaker says:
 *
 *     delete(k) -> not answered in time -> false
 *                                           get(k) -> would be given what was to be deleted
 */
export class ResilientStore implements EntryStore {
  readonly name: string;
  readonly tier = 'l2' as const;
  readonly leases?: LeaseProvider;
  readonly feed: ResilientFeed;
  readonly checkSecurity?: SecurityCheck['checkSecurity'];
  private readonly primary: EntryStore;
  private readonly aside: Aside;
  private readonly calls: Gauge;
  /**
   * A server that lets itself be read, and lets nobody load, would else be good enough for ever: each lease that fails comes
   * after a look that went well, while every call of a missing key loads, and nothing is stored.
   */
  private readonly lending: Gauge;
  /** Of a server that answers whether it is there, and nothing else, likewise. */
  private readonly pings: Gauge;
  private readonly journal: Journal;
  private readonly recovery: Recovery;
  /** Values put in by hand that are kept aside, while the server is told to take away what it holds in their place. */
  private readonly displacing = new Set<string>();

  constructor(private readonly parts: ResilientParts) {
    const { primary, clock, random, fallback, link, root } = parts;
    this.primary = primary;
    this.name = primary.name;
    this.aside = new Aside(() => fallback.open(), parts.entryClock, fallback.maxTtl);
    [this.calls, this.lending, this.pings] = [this.gauge(), this.gauge(), this.gauge()];
    this.journal = new Journal({ ...parts.journal, root, onError: (error) => parts.onError('journal', error) });
    const isUp = (): boolean => this.recovery.stage === 'up';
    this.recovery = new Recovery({
      ...{ clock, random, link, timeout: parts.commandTimeout, grace: parts.grace },
      prepare: () => this.journal.load(),
      verify: () => parts.verify(),
      replay: () => replay(this.journal, primary),
      onAway: (error) => this.away(error),
      onUp: (after) => this.up(after),
    });
    this.feed = new ResilientFeed(
      primary.feed ?? nullFeed,
      () => this.isAway,
      (change) => this.hear(change),
    );
    if (primary.checkSecurity) this.checkSecurity = () => primary.checkSecurity!();
    if (primary.leases) {
      const asks = (): MaybePromise<boolean> => (this.isOpening ? this.recovery.opened.then(isUp) : isUp());
      this.leases = new ResilientLeases(primary.leases, { asks, watched: (work) => this.watched(work, this.lending) });
    }
  }

  /** That of whoever serves. Nothing stands between a hit and the process's memory. */
  peek: EntryStore['peek'];

  get condition(): StoreCondition {
    const { awaySince, lastError, latency } = this.recovery;
    return { awaySince, lastError, latency, fallback: this.parts.fallback.kind, pending: this.journal.size };
  }

  look(address: Address, tags: readonly string[]): MaybePromise<Lookup> {
    if (this.recovery.stage === 'up') return this.watched(this.primary.look(address, tags));
    if (this.isOpening) return this.recovery.opened.then(() => this.look(address, tags));
    return this.aside.look(address, tags);
  }

  lookMany(addresses: readonly Address[], tags: readonly string[]): MaybePromise<Lookup[]> {
    if (this.recovery.stage === 'up') return this.watched(this.primary.lookMany(addresses, tags));
    if (this.isOpening) return this.recovery.opened.then(() => this.lookMany(addresses, tags));
    return addresses.map((address) => this.aside.look(address, tags));
  }

  stamp(scope: Scope, tags: readonly string[], lookup?: Lookup): MaybePromise<Stamp> {
    if (this.recovery.stage === 'up') return this.watched(this.primary.stamp(scope, tags, lookup));
    if (this.isOpening) return this.recovery.opened.then(() => this.stamp(scope, tags, lookup));
    return this.aside.stamp(scope, tags);
  }

  widen(scope: Scope, stamp: Stamp, tags: readonly string[]): MaybePromise<Stamp | undefined> {
    if (this.recovery.stage !== 'up') return this.aside.widen(scope, stamp, tags);
    return this.aside.owns(stamp) ? undefined : this.watched(this.primary.widen(scope, stamp, tags));
  }

  set(address: Address, draft: EntryDraft, stamp: Stamp, lease?: Lease): MaybePromise<Stored> {
    const { stage } = this.recovery;
    if (stage !== 'up') return this.setAside([{ address, draft, stamp, lease }]).then(([stored]) => stored!);
    // Nobody was told of what was changed elsewhere while it was loaded.
    return this.aside.owns(stamp) ? false : this.watched(this.primary.set(address, draft, stamp, lease));
  }

  setMany(items: readonly StoreItem[]): MaybePromise<Stored[]> {
    if (this.recovery.stage !== 'up') return this.setAside(items);
    const isOld = items.map(({ stamp }) => this.aside.owns(stamp));
    if (!isOld.includes(true)) return this.watched(this.primary.setMany(items));
    return this.setSome(items, isOld);
  }

  delete(address: Address): Promise<boolean> {
    const { scope, key } = address;
    return this.takeAway(
      [{ kind: 'key', scope, name: key }],
      () => this.primary.delete(address),
      () => this.aside.delete(address),
    );
  }

  deleteMany(addresses: readonly Address[]): Promise<number> {
    return this.takeAway(
      addresses.map(({ scope, key }) => ({ kind: 'key', scope, name: key })),
      () => this.primary.deleteMany(addresses),
      () => addresses.filter((address) => this.aside.delete(address)).length,
    );
  }

  /** Queued as a deletion: of an entry that nobody can look at, nobody knows whether it may be served stale. */
  expire(address: Address, now: number): Promise<boolean> {
    const { scope, key } = address;
    return this.takeAway(
      [{ kind: 'key', scope, name: key }],
      () => this.primary.expire(address, now),
      () => this.aside.expire(address, now),
    );
  }

  invalidateTags(scope: Scope, tags: readonly string[]): Promise<void> {
    return this.takeAway(
      tags.map((name) => ({ kind: 'tag', scope, name })),
      () => this.primary.invalidateTags(scope, tags),
      () => this.aside.invalidateTags(scope, tags),
    );
  }

  invalidate(scope: Scope, pattern: string): Promise<number> {
    return this.takeAway(
      [{ kind: 'pattern', scope, name: pattern }],
      () => this.primary.invalidate(scope, pattern),
      () => this.aside.invalidate(scope, pattern),
    );
  }

  clear(scope: Scope): Promise<void> {
    return this.takeAway(
      [{ kind: 'scope', scope }],
      () => this.primary.clear(scope),
      () => this.aside.clear(scope),
    );
  }

  async *keys(scope: Scope, pattern: string | undefined): AsyncIterable<string> {
    await this.recovery.opened;
    yield* this.recovery.stage === 'up' ? this.primary.keys(scope, pattern) : this.aside.keys(scope, pattern);
  }

  usage(scope?: Scope): StoreUsage {
    return this.isAway ? this.aside.usage(scope) : this.primary.usage(scope);
  }

  /** One that is away is not asked: whoever wants to know gets the answer of the last attempt. */
  async ping(): Promise<void> {
    await this.recovery.opened;
    if (this.recovery.stage !== 'up') throw new CacheBackendError(messageOf(this.recovery.lastError ?? 'It settles.'));
    await this.watched(this.primary.ping(), this.pings);
  }

  async close(): Promise<void> {
    this.recovery.stop();
    await Promise.all([this.primary.close(), this.journal.close()]);
  }

  private get isOpening(): boolean {
    return this.recovery.stage === 'opening';
  }

  /** Whether the fallback serves. */
  private get isAway(): boolean {
    return this.recovery.awaySince !== undefined;
  }

  /** Made once: it stands in the way of every call. */
  private gauge(): Gauge {
    const breaker = new Breaker(this.parts.breaker, this.parts.clock);
    return {
      reset: () => breaker.reset(),
      succeeded: () => breaker.succeeded(),
      failed: (error) => {
        if (isCallersFault(error) || this.recovery.stage !== 'up') return;
        if (breaker.failed() || refusesService(error)) this.recovery.leave(error);
      },
    };
  }

  private watched<T>(work: MaybePromise<T>, { succeeded, failed } = this.calls): MaybePromise<T> {
    if (work instanceof Promise) work.then(succeeded, failed);
    return work;
  }

  private async takeAway<T>(changes: QueuedChange[], there: () => MaybePromise<T>, here: () => T): Promise<T> {
    if (this.isOpening) await this.recovery.opened;
    const removed = this.recovery.stage === 'up' ? 0 : Number(here());
    if (this.recovery.stage === 'away') {
      await this.queue(changes);
      throw new CacheQueuedError(this.journal.size, removed);
    }
    try {
      const result = await there();
      this.calls.succeeded();
      return result;
    } catch (error) {
      if (isCallersFault(error)) throw error;
      const kept = this.queue(changes);
      this.recovery.leave(error);
      here();
      await kept;
      throw new CacheQueuedError(this.journal.size, removed, { cause: error });
    }
  }

  /** A value put in by hand makes out of date what the server holds under its key; what a loader brought does not. */
  private async setAside(items: readonly StoreItem[]): Promise<Stored[]> {
    if (this.isOpening) await this.recovery.opened;
    if (this.recovery.stage === 'up') return this.setMany(items);
    const stored = items.map(({ address, draft, stamp }) => this.aside.set(address, draft, stamp));
    const put = items.filter(({ lease }) => lease === undefined || lease.isSeized).map(({ address }) => address);
    if (put.length > 0) await this.displace(put);
    return stored.map((kept) => kept && 'aside');
  }

  private async displace(addresses: readonly Address[]): Promise<void> {
    const changes = addresses.map(({ scope, key }) => ({ kind: 'key', scope, name: key }) as const);
    if (this.recovery.stage === 'away') return this.queue(changes);
    for (const { id } of addresses) this.displacing.add(id);
    try {
      await this.primary.deleteMany(addresses);
    } catch (error) {
      const kept = this.queue(changes);
      this.recovery.leave(error);
      await kept;
    } finally {
      for (const { id } of addresses) this.displacing.delete(id);
    }
  }

  private queue(changes: readonly QueuedChange[]): Promise<void> {
    this.recovery.hurry();
    return this.journal.add(changes);
  }

  private async setSome(items: readonly StoreItem[], isOld: readonly boolean[]): Promise<Stored[]> {
    const fresh = items.filter((_, index) => !isOld[index]);
    const stored = fresh.length === 0 ? [] : [...(await this.watched(this.primary.setMany(fresh)))];
    return isOld.map((old) => (old ? false : stored.shift()!));
  }

  private away(error: unknown): void {
    this.aside.renew();
    this.peek = this.aside.peek;
    this.parts.onDegraded(error);
  }

  private up(after: 'start' | 'outage'): void {
    for (const gauge of [this.calls, this.lending, this.pings]) gauge.reset();
    this.peek = this.primary.peek;
    if (after === 'start') return;
    this.aside.renew();
    this.feed.back();
    this.parts.onRecovered();
  }

  /** After the primary itself has heard of it. */
  private hear(change: Change): void {
    const { recovery } = this;
    if (this.isAway) {
      // Word of this process's own removal, or of one elsewhere that overlaps with it: either may have come first.
      if (change.kind === 'value' && this.displacing.has(change.id)) return;
      this.aside.apply(change);
      this.peek = this.aside.peek;
      return;
    }
    if (recovery.stage === 'up') this.peek = this.primary.peek;
    // A channel that broke may be all that was heard of a server that is gone.
    if (change.kind === 'lost') void recovery.suspect(async () => this.primary.ping());
  }
}
