import { nullFeed, type Change } from '../../contracts/change-feed.js';
import type { EntryStore, Lookup, Stamp, Stored, StoreItem, StoreUsage } from '../../contracts/entry-store.js';
import type { EntryDraft } from '../../contracts/entry.js';
import type { Lease, LeaseProvider } from '../../contracts/lease.js';
import type { MaybePromise } from '../../contracts/maybe-promise.js';
import type { Address, Scope } from '../../contracts/scope.js';
import type { SecurityCheck } from '../../contracts/security.js';
import type { StoreCondition } from '../../contracts/store-condition.js';
import { CacheBackendError } from '../../support/errors.js';
import { withTimeLimit } from '../../support/time-limit.js';
import { messageOf } from '../../support/message-of.js';
import { Aside } from './aside.js';
import { Breaker } from './breaker.js';
import { Fills } from './fills.js';
import { Guard } from './guard.js';
import { Journal } from './journal.js';
import { Recovery } from './recovery.js';
import { replay, sweepOrClear } from './replay.js';
import { ResilientFeed } from './resilient-feed.js';
import { ResilientLeases } from './resilient-leases.js';
import type { ResilientParts } from './resilient-parts.js';
import { Withdrawals } from './withdrawals.js';

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
  readonly gathers?: NonNullable<EntryStore['gathers']>;
  readonly checkSecurity?: SecurityCheck['checkSecurity'];
  readonly notices?: readonly string[];
  private readonly primary: EntryStore;
  private readonly aside: Aside;
  private readonly journal: Journal;
  private readonly recovery: Recovery;
  private readonly guard: Guard;
  /** Of a server that answers whether it is there, and lets nothing be read, that would be praise it does not deserve. */
  private readonly pings: Guard;
  /** Each kind of call is counted for itself. */
  private readonly breakers: readonly Breaker[];
  private readonly withdrawals: Withdrawals;
  private readonly fills: Fills;

  constructor(private readonly parts: ResilientParts) {
    const { primary, clock, random, fallback, link, root } = parts;
    this.primary = primary;
    this.name = primary.name;
    const aside = (this.aside = new Aside(() => fallback.open(), parts.entryClock, fallback.maxTtl));
    const onError = (error: unknown): void => parts.onError('journal', error);
    const journal = (this.journal = new Journal({
      ...parts.journal,
      root,
      clock,
      timeout: parts.commandTimeout,
      onError,
    }));
    const recovery = (this.recovery = new Recovery({
      ...{ clock, random, link, timeout: parts.commandTimeout, grace: parts.grace },
      prepare: () => journal.load(),
      verify: () => parts.verify(),
      replay: () => replay(journal, primary),
      onAway: () => this.away(),
      onUp: (after) => this.up(after),
      onOutage: (error) => parts.onDegraded(error),
    }));
    const breaker = (): Breaker => new Breaker(parts.breaker, clock);
    const [calls, leases, pings] = [breaker(), breaker(), breaker()];
    this.breakers = [calls, leases, pings];
    const guard = (this.guard = new Guard(calls, recovery));
    this.pings = new Guard(pings, recovery);
    this.withdrawals = new Withdrawals(primary, guard, recovery, journal, parts.entryClock, parts.commandTimeout);
    this.fills = new Fills(primary, guard, aside, this.withdrawals);
    this.feed = new ResilientFeed(
      primary.feed ?? nullFeed,
      () => guard.isAway,
      (change) => this.hear(change),
    );
    if (primary.gathers) this.gathers = primary.gathers;
    if (primary.notices) this.notices = primary.notices;
    if (primary.checkSecurity) this.checkSecurity = () => primary.checkSecurity!();
    // Each lease that fails comes after a look that went well: one that can be read, and lets nobody load, would be good
    // enough for ever, while every call of a missing key loads, and nothing is stored.
    if (primary.leases) this.leases = new ResilientLeases(primary.leases, new Guard(leases, recovery));
  }

  /** That of whoever serves. Nothing stands between a hit and the process's memory. */
  peek: EntryStore['peek'];

  get condition(): StoreCondition {
    const { awaySince, lastError, latency } = this.recovery;
    return { awaySince, lastError, latency, fallback: this.parts.fallback.kind, pending: this.journal.size };
  }

  look(address: Address, tags: readonly string[]): MaybePromise<Lookup> {
    const { guard } = this;
    if (guard.isUp) return guard.watched(this.primary.look(address, tags));
    if (guard.isOpening) return this.whenOpened(() => this.look(address, tags));
    return this.aside.look(address, tags);
  }

  lookMany(addresses: readonly Address[], tags: readonly string[], callers = 1): MaybePromise<Lookup[]> {
    const { guard } = this;
    if (guard.isUp) return guard.watchedFor(callers, this.primary.lookMany(addresses, tags, callers));
    if (guard.isOpening) return this.whenOpened(() => this.lookMany(addresses, tags, callers));
    return addresses.map((address) => this.aside.look(address, tags));
  }

  stamp(scope: Scope, tags: readonly string[], lookup?: Lookup): MaybePromise<Stamp> {
    const { guard } = this;
    if (guard.isUp) return guard.watched(this.primary.stamp(scope, tags, lookup));
    if (guard.isOpening) return guard.opened.then(() => this.stamp(scope, tags, lookup));
    return this.aside.stamp(scope, tags);
  }

  widen(scope: Scope, stamp: Stamp, tags: readonly string[]): MaybePromise<Stamp | undefined> {
    if (!this.guard.isUp) return this.aside.widen(scope, stamp, tags);
    return this.aside.owns(stamp) ? undefined : this.guard.watched(this.primary.widen(scope, stamp, tags));
  }

  async set(address: Address, draft: EntryDraft, stamp: Stamp, lease?: Lease): Promise<Stored> {
    return (await this.fills.store([{ address, draft, stamp, lease }]))[0]!;
  }

  setMany(items: readonly StoreItem[]): Promise<Stored[]> {
    return this.fills.store(items);
  }

  delete(address: Address): Promise<boolean> {
    const { scope, key } = address;
    return this.withdrawals.takeAway(
      [{ kind: 'key', scope, name: key }],
      () => this.primary.delete(address),
      () => this.aside.delete(address),
    );
  }

  deleteMany(addresses: readonly Address[]): Promise<number> {
    return this.withdrawals.takeAway(
      addresses.map(({ scope, key }) => ({ kind: 'key', scope, name: key })),
      () => this.primary.deleteMany(addresses),
      () => addresses.filter((address) => this.aside.delete(address)).length,
    );
  }

  /** Queued as a deletion: of an entry that nobody can look at, nobody knows whether it may be served stale. */
  expire(address: Address, now: number): Promise<boolean> {
    const { scope, key } = address;
    return this.withdrawals.takeAway(
      [{ kind: 'key', scope, name: key }],
      () => this.primary.expire(address, now),
      () => this.aside.expire(address, now),
    );
  }

  invalidateTags(scope: Scope, tags: readonly string[]): Promise<void> {
    return this.withdrawals.takeAway(
      tags.map((name) => ({ kind: 'tag', scope, name })),
      () => this.primary.invalidateTags(scope, tags),
      () => this.aside.invalidateTags(scope, tags),
    );
  }

  invalidate(scope: Scope, pattern: string): Promise<number> {
    return this.withdrawals.takeAway(
      [{ kind: 'pattern', scope, name: pattern }],
      () => sweepOrClear(this.primary, scope, pattern),
      () => this.aside.invalidate(scope, pattern),
    );
  }

  clear(scope: Scope): Promise<void> {
    return this.withdrawals.takeAway(
      [{ kind: 'scope', scope }],
      () => this.primary.clear(scope),
      () => this.aside.clear(scope),
    );
  }

  async *keys(scope: Scope, pattern: string | undefined): AsyncIterable<string> {
    await this.guard.opened;
    yield* this.guard.isUp ? this.primary.keys(scope, pattern) : this.aside.keys(scope, pattern);
  }

  usage(scope?: Scope): StoreUsage {
    const usage = this.primary.usage(scope);
    if (!this.guard.isAway) return usage;
    const { compression } = usage;
    return { ...this.aside.usage(scope), ...(compression && { compression }) };
  }

  /** One that is away is not asked: whoever wants to know gets the answer of the last attempt. */
  async ping(): Promise<void> {
    const { guard, recovery } = this;
    await guard.opened;
    if (!guard.isUp) throw new CacheBackendError(messageOf(recovery.lastError ?? 'It settles.'));
    await this.pings.watched(this.primary.ping());
  }

  async close(): Promise<void> {
    this.recovery.stop();
    await Promise.all([this.primary.close(), this.journal.close()]);
  }

  /** A look, in the time that one may take. */
  private whenOpened<T>(look: () => MaybePromise<T>): Promise<T> {
    const { clock, commandTimeout } = this.parts;
    return withTimeLimit(clock, `Looking up in ${this.name}`, commandTimeout, this.guard.opened.then(look));
  }

  private away(): void {
    this.aside.renew();
    this.peek = this.aside.peek;
  }

  private up(after: 'start' | 'slow start' | 'outage'): void {
    for (const breaker of this.breakers) breaker.reset();
    this.peek = this.primary.peek;
    if (after === 'start') return;
    this.aside.renew();
    this.feed.back();
    if (after === 'outage') this.parts.onRecovered();
  }

  /** After the primary itself has heard of it. */
  private hear(change: Change): void {
    const { guard } = this;
    if (guard.isAway) {
      // What this process itself takes away in the store says nothing against what it has put in its place here.
      if (!change.isOwn) this.aside.apply(change);
      this.peek = this.aside.peek;
      return;
    }
    if (guard.isUp) this.peek = this.primary.peek;
    // A channel that broke may be all that was heard of a server that is gone.
    if (change.kind === 'lost') void this.recovery.suspect(async () => this.primary.ping());
  }
}
