import { BatchDeck, byKey, type BatchLoader } from './batch-deck.js';
import { Budget } from './budget.js';
import { valueOfItem } from './batches/loaded-item.js';
import type { CallOptions } from './call-options.js';
import { withHardTimeout } from './hard-timeout.js';
import type { CacheParts } from './parts.js';
import { AGAIN, ALONE, Passenger, UNKNOWN } from './passenger.js';
import type { CacheScope } from './scopes.js';
import type { Flight } from './single-flight.js';
import { lookUpMany } from './store-steps.js';
import { detachUnheard } from './unheard.js';

/**
 * Read-through of many keys with one call of the loader for those that nobody is loading yet. Each missing key gets a
 * flight of its own, so that single calls and overlapping batches share items with this one.
 *
 * What took off for this batch is loaded without regard to what it joined: two batches that overlap crosswise would
 * else wait for each other.
 */
export class ReadMany {
  private readonly deck: BatchDeck;

  constructor(private readonly parts: CacheParts) {
    this.deck = new BatchDeck(parts);
  }

  get<T>(
    scope: CacheScope,
    keys: readonly string[],
    load: BatchLoader<T>,
    options: CallOptions,
  ): Promise<Map<string, T>> {
    const wanted = [...new Set(keys)];
    return withHardTimeout(this.parts.clock, `Loading ${wanted.length} keys`, options.hardTimeout, async (limit) => {
      const hits = this.tryHits<T>(scope, wanted, options);
      const budget = new Budget(this.parts.clock, this.parts.commandTimeout);
      if (options.maxLooks !== undefined && hits.size < wanted.length) {
        await this.lookFirst(scope, wanted, options, budget, hits);
      }
      const rest = hits.size === 0 ? wanted : wanted.filter((key) => !hits.has(key));
      if (rest.length > 0) {
        for (const [key, value] of await this.serve(scope, rest, load, options, limit, budget)) hits.set(key, value);
      }
      return new Map(wanted.filter((key) => hits.has(key)).map((key) => [key, hits.get(key)!]));
    });
  }

  /** Fresh values of this process, which need no flight. */
  private tryHits<T>(scope: CacheScope, keys: readonly string[], options: CallOptions): Map<string, T> {
    const { clock, events, store } = this.parts;
    const hits = new Map<string, T>();
    // Early renewal is the flights' business.
    if (store.peek === undefined || options.refreshAhead > 0) return hits;
    for (const key of keys) {
      const entry = store.peek(scope.idOf(key));
      if (!entry || clock.now() >= entry.staleAt) continue;
      events.hit(scope, key, entry.tier, 'fresh');
      hits.set(key, entry.read() as T);
    }
    return hits;
  }

  /** Adds those that the store has: a flight each would cost more than to look. */
  private async lookFirst<T>(
    scope: CacheScope,
    keys: readonly string[],
    options: CallOptions,
    budget: Budget,
    hits: Map<string, T>,
  ): Promise<void> {
    const { clock, events } = this.parts;
    // Early renewal is the flights' business.
    if (options.refreshAhead > 0) return;
    const wanted = hits.size === 0 ? keys : keys.filter((key) => !hits.has(key));
    const lookups = await lookUpMany(this.parts, scope, wanted, options.tags, budget, options.maxLooks);
    if (lookups === undefined) return;
    const now = clock.now();
    for (let at = 0; at < wanted.length; at++) {
      const entry = lookups[at]?.entry;
      if (entry === undefined || now >= entry.staleAt) continue;
      const key = wanted[at]!;
      hits.set(key, entry.read() as T);
      events.hit(scope, key, entry.tier, 'fresh');
    }
  }

  /** In no particular order. */
  private async serve<T>(
    scope: CacheScope,
    keys: readonly string[],
    load: BatchLoader<T>,
    options: CallOptions,
    limit: AbortSignal | undefined,
    budget: Budget,
  ): Promise<Map<string, T>> {
    const { flights } = this.parts;
    const detaching = detachUnheard(this.parts, scope, keys, options.tags, budget);
    if (detaching) await detaching;
    // Heard by nobody: the caller has had its answer, and would take seats that nobody gives up.
    if (limit?.aborted) throw limit.reason;
    const passengers = new Map<string, Passenger<T>>();
    const own: Flight[] = [];
    const alone: string[] = [];
    // All aboard in one synchronous stretch: what would wait in a circle is seen, and an invalidation from here on counts.
    for (const key of keys) {
      const address = { scope, key, id: scope.idOf(key) };
      const under = flights.get(address.id);
      if (under?.wouldDeadlock) {
        alone.push(key);
        continue;
      }
      const flight = under ?? this.deck.takeOff(address, options);
      if (!under) own.push(flight);
      passengers.set(key, new Passenger<T>(this.parts, address, options, flight, !under));
    }
    if (own.length > 0) void this.deck.fly(scope, own, load, options, budget);
    const again: string[] = [];
    const results = new Map<string, T>();
    const rides = [...passengers].map(async ([key, passenger]) => {
      const served = await passenger.ride(limit);
      if (served === AGAIN) again.push(key);
      else if (served === ALONE) alone.push(key);
      else if (served !== UNKNOWN) results.set(key, served);
    });
    await Promise.all(rides);
    if (limit?.aborted) return results;
    if (alone.length > 0) for (const [key, value] of await this.getUncached(alone, load)) results.set(key, value);
    if (again.length === 0) return results;
    const anew = new Budget(this.parts.clock, this.parts.commandTimeout);
    return new Map([...results, ...(await this.serve(scope, again, load, options, limit, anew))]);
  }

  /** Everything from the loader, nothing looked up or stored. */
  async getUncached<T>(given: readonly string[], load: BatchLoader<T>): Promise<Map<string, T>> {
    const keys = [...new Set(given)];
    const loaded = byKey(keys, await load([...keys]));
    return new Map(keys.filter((key) => loaded.has(key)).map((key) => [key, valueOfItem(loaded.get(key)) as T]));
  }
}
