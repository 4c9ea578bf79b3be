import type { Kept } from '../contracts/entry.js';
import type { Address } from '../contracts/scope.js';
import { attempt } from './attempt.js';
import { Budget } from './budget.js';
import type { CallOptions, GetOrSetOptions } from './call-options.js';
import { checkKey } from './keys.js';
import { keepLeases } from './lease-keeper.js';
import type { Settle } from './fence.js';
import type { Ticket } from './ticket.js';
import type { CacheParts } from './parts.js';
import { takePutPermit, type PutPermit } from './put-permit.js';
import type { CacheScope } from './scopes.js';
import { CacheUsageError, CacheValueError } from '../support/errors.js';

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

type At = Address & { readonly scope: CacheScope };

const WARM_BATCH = 100;

/** Values put in by hand. A newer value fells what older loads are about to bring. */
export class Writes {
  constructor(private readonly parts: CacheParts) {}

  /** @throws CacheValueError, CacheUsageError */
  async set(scope: CacheScope, key: string, value: unknown, options: GetOrSetOptions | undefined): Promise<boolean> {
    const resolved = this.parts.resolver.resolve(options);
    const address = { scope, key: checkKey(key), id: scope.idOf(key) };
    return this.store(address, value, this.parts.isolation.keep(value), resolved);
  }

  /**
   * Stores the value under a fence of its own. Anything else that is on its way to the key gives way.
   * @throws CacheValueError, CacheUsageError when the value cannot be put into bytes; other trouble is an event.
   */
  private async store(
    address: At,
    value: unknown,
    kept: Kept,
    options: CallOptions,
    budget = new Budget(this.parts.clock, this.parts.commandTimeout),
    permit?: PutPermit,
  ): Promise<boolean> {
    const { events, fence, filler, resolver, store, enabled } = this.parts;
    const { scope, key } = address;
    if (!enabled) return false;
    const ticket = fence.open(address, options.tags);
    const settle = fence.overwriteKey(address.id, ticket);
    try {
      const ttl = resolver.ttlFor(value, options);
      if (ttl === 0) return await this.drop(address);
      const stamp = await budget.spend(`Reading versions in ${store.name}`, () =>
        permit ? permit.stampFor(options.tags) : store.stamp(scope, options.tags),
      );
      if (!ticket.stands || stamp === undefined) return this.giveWay(ticket);
      const draft = filler.draft(kept, ttl, options, options.tags, 0);
      const stored = await budget.spend(`Storing in ${store.name}`, () =>
        store.set(address, draft, stamp, permit?.lease),
      );
      if (stored === false) return this.giveWay(ticket);
      events.set(scope, key, stored);
      // What is kept aside is not where it belongs.
      return stored === true;
    } catch (error) {
      if (isCallersFault(error)) throw error;
      events.error(scope, 'set', error, key);
      return this.giveWay(ticket);
    } finally {
      settle();
      fence.close(ticket);
    }
  }

  /**
   * Runs a method and stores what it returns, under a fence taken before it ran: an invalidation meanwhile wins. When
   * another value was stored meanwhile, nobody can tell which of the two is newer: then neither stays. Nor does the old
   * value when the new one shall not be stored, or cannot be: the method has made it out of date.
   *
   * Between processes the fence is a lease of the key, taken from whoever holds it: what they load may be of before the
   * method. Where only the result tells the key there is none to take, so the value that stood there is removed, and the
   * next reader loads the new one.
   */
  async putAfter<T>(scope: CacheScope, run: () => T | Promise<T>, plan: PutPlan<T>): Promise<T> {
    const { clock, events, fence, filler, leases } = this.parts;
    const early = plan.key === undefined ? undefined : { scope, key: plan.key, id: scope.idOf(plan.key) };
    const ticket = early && fence.open(early, plan.tags);
    const watch = ticket ? undefined : fence.watchOverwrites();
    const before = fence.invalidations;
    const budget = new Budget(clock, this.parts.commandTimeout);
    const permit = early && leases.shared ? await takePutPermit(this.parts, early, plan.tags, budget) : undefined;
    const held = permit ? [permit.lease] : [];
    const stopKeeping = keepLeases(clock, leases.ttl, held, () => {});
    try {
      const value = await run();
      const key = early?.key ?? plan.keyOf(value);
      if (key === undefined) return value;
      const options = plan.optionsOf(value);
      const address = { scope, key, id: scope.idOf(key) };
      const isFenced = permit !== undefined || !leases.shared;
      const stands = ticket ? ticket.admits(plan.tags) : fence.invalidations === before && !watch!.ids.has(address.id);
      const kept = isFenced && stands && options !== undefined ? filler.keep(address, value, true) : undefined;
      stopKeeping();
      try {
        if (kept !== undefined) await this.store(address, value, kept, options!, budget, permit);
        // The call has spent its time; reads of this process see a miss from now on.
        else if (budget.exhausted) void this.dropFor(address);
        else await this.dropFor(address);
      } catch (error) {
        events.error(scope, 'set', error, key);
        await this.dropFor(address);
      }
      return value;
    } finally {
      stopKeeping();
      // After a fill or a removal there is nothing left to give back.
      if (permit) void permit.lease.release();
      if (ticket) fence.close(ticket);
      watch?.close();
    }
  }

  /**
   * A value that could not be stored leaves nothing: what stood there before is what it was to replace. Not waited for,
   * since the call may have spent its time; reads of this process see a miss from now on. Unless a newer value is on
   * its way, which takes care of the key itself.
   */
  private giveWay({ address, fallen }: Ticket): false {
    if (fallen !== 'overwritten') void this.drop(address as At);
    return false;
  }

  /** For a value that is not stored: loads that began before this moment may hold what it was to replace. */
  private async dropFor(address: At): Promise<void> {
    const settle = this.parts.fence.invalidateKey(address.id);
    await this.drop(address);
    settle();
  }

  /** A ttl of 0 stores nothing; what was there must not outlive it. */
  private async drop(address: At): Promise<false> {
    await attempt(this.parts, address.scope, 'delete', address.key, () => this.parts.store.delete(address));
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
    const settlements: Settle[] = [];
    // One after the other, so that of two values for one key the later fells the earlier.
    const tickets = kept.map(({ key }) => {
      const ticket = fence.open({ scope, key, id: scope.idOf(key) }, resolved.tags);
      settlements.push(fence.overwriteKey(ticket.address.id, ticket));
      return ticket;
    });
    try {
      const budget = new Budget(clock, this.parts.commandTimeout);
      const stamp = await budget.spend(`Reading versions in ${store.name}`, () => store.stamp(scope, resolved.tags));
      const items = kept.flatMap(({ kept: value, ttl }, index) => {
        const ticket = tickets[index]!;
        if (ttl === 0 || !ticket.stands) return [];
        return [{ address: ticket.address, draft: filler.draft(value, ttl, resolved, resolved.tags, 0), stamp }];
      });
      const stored = await budget.spend(`Storing in ${store.name}`, () => store.setMany(items));
      const done = new Map(items.map((item, index) => [item.address.key, stored[index]!]));
      for (const [key, success] of done) if (success !== false) events.set(scope, key, success);
      const dropped = kept.flatMap(({ ttl }, index) => (ttl === 0 ? [tickets[index]!.address] : []));
      if (dropped.length > 0) await attempt(this.parts, scope, 'delete', undefined, () => store.deleteMany(dropped));
      for (const ticket of tickets) if (done.get(ticket.address.key) === false) this.giveWay(ticket);
      // Of two values for one key the later one was stored.
      return kept.map(({ key }, index) => tickets[index]!.stands && done.get(key) === true);
    } catch (error) {
      events.error(scope, 'set', error);
      for (const ticket of tickets) this.giveWay(ticket);
      return kept.map(() => false);
    } finally {
      for (const settle of settlements) settle();
      for (const ticket of tickets) fence.close(ticket);
    }
  }
}

function isCallersFault(error: unknown): boolean {
  return error instanceof CacheValueError || error instanceof CacheUsageError;
}
