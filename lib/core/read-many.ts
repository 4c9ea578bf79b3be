import { freshnessOf } from '../contracts/entry.js';
import { withTimeLimit } from '../support/time-limit.js';
import { BatchDeck, byKey, type BatchLoader, type Seat } from './batch-deck.js';
import { Budget } from './budget.js';
import type { CallOptions } from './call-options.js';
import type { CacheParts } from './parts.js';
import type { CacheScope } from './scopes.js';
import { ABSENT, Flight, type Landed } from './single-flight.js';
import { lookUpMany } from './store-steps.js';

/**
 * Read-through of many keys with one call of the loader for those that nobody is loading yet. Each missing key gets a
 * flight of its own, so that single calls and overlapping batches share items with this one.
 */
export class ReadMany {
  private readonly deck: BatchDeck;

  constructor(private readonly parts: CacheParts) {
    this.deck = new BatchDeck(parts);
  }

  async get<T>(
    scope: CacheScope,
    keys: readonly string[],
    load: BatchLoader<T>,
    options: CallOptions,
  ): Promise<Map<string, T>> {
    const served = this.serve(scope, [...new Set(keys)], load, options);
    return options.hardTimeout === undefined
      ? served
      : withTimeLimit(this.parts.clock, `Loading ${keys.length} keys`, options.hardTimeout, served);
  }

  private async serve<T>(
    scope: CacheScope,
    keys: string[],
    load: BatchLoader<T>,
    options: CallOptions,
  ): Promise<Map<string, T>> {
    const { clock, events, flights, store } = this.parts;
    const budget = new Budget(clock, this.parts.commandTimeout);
    // Those in flight are joined; the others take off before the look-up, so that an invalidation from here on counts.
    const joined: Seat[] = [];
    const own: Flight[] = [];
    const ownKeys: string[] = [];
    const alone: string[] = [];
    for (const key of keys) {
      const under = flights.get(scope.idOf(key));
      if (under?.wouldDeadlock) {
        alone.push(key);
      } else if (under) {
        under.joined++;
        joined.push({ key, flight: under, stale: undefined });
      } else {
        own.push(this.takeOff(scope, key, options));
        ownKeys.push(key);
      }
    }
    const results = new Map<string, T>();
    const lookups = await lookUpMany(this.parts, scope, ownKeys, options.tags, budget);
    const now = clock.now();
    const missing: Seat[] = [];
    const behind: Seat[] = [];
    own.forEach((flight, index) => {
      const key = ownKeys[index]!;
      const entry = lookups?.[index]?.entry;
      const state = entry ? freshnessOf(entry, now) : 'expired';
      flight.loads = state !== 'fresh';
      if (!flight.loads) this.deck.end(flight);
      flight.settleFound(state === 'expired' ? undefined : entry);
      const revalidates = state === 'stale' && now < entry!.staleAt + options.staleWhileRevalidate;
      if (state === 'fresh' || revalidates) {
        events.hit(scope, key, store.tier, state);
        results.set(key, entry!.read() as T);
        if (revalidates) behind.push({ key, flight, stale: entry });
      } else {
        if (state !== 'stale') events.miss(scope, key);
        missing.push({ key, flight, stale: state === 'stale' ? entry : undefined });
      }
    });

    // Loads its own before it waits for others: two batches that overlap crosswise would else wait for each other.
    for (const { flight } of behind) flight.background = true;
    if (behind.length > 0)
      void this.deck.fly(scope, behind, load, options, new Budget(clock, this.parts.commandTimeout), lookups, own);
    if (missing.length > 0) await this.deck.fly(scope, missing, load, options, budget, lookups, own);
    for (const seat of missing) await this.collect(scope, seat, options, results, false);
    for (const seat of joined)
      if ((await this.collect(scope, seat, options, results, true)) === ABSENT) alone.push(seat.key);
    if (alone.length > 0) for (const [key, value] of await this.getUncached(alone, load)) results.set(key, value);
    return new Map(keys.filter((key) => results.has(key)).map((key) => [key, results.get(key)!]));
  }

  private takeOff(scope: CacheScope, key: string, options: CallOptions): Flight {
    const { fence, flights } = this.parts;
    const id = scope.idOf(key);
    const ticket = fence.open({ scope, key, id }, options.tags, () => flights.detach(id, flight));
    const flight: Flight = new Flight(ticket);
    flights.start(id, flight);
    return flight;
  }

  /** Takes the landing of a seat into the results; serves stale on an error where that is allowed. */
  private async collect<T>(
    scope: CacheScope,
    { key, flight, stale }: Seat,
    options: CallOptions,
    results: Map<string, T>,
    shared: boolean,
  ): Promise<Landed | undefined> {
    const { clock, events, isolation, store } = this.parts;
    if (shared) {
      const entry = await flight.found;
      if (entry && freshnessOf(entry, clock.now()) === 'fresh') {
        events.hit(scope, key, store.tier, 'fresh');
        results.set(key, entry.read() as T);
        return undefined;
      }
      // It was fresh when the flight looked, and is not any more.
      if (!flight.loads) return ABSENT;
      events.miss(scope, key);
    }
    const seat = flight.board();
    try {
      const landed = await flight.landed;
      if (landed === ABSENT) return ABSENT;
      if (stale) events.miss(scope, key);
      results.set(key, (shared && landed.kept ? isolation.give(landed.kept) : landed.value) as T);
      return landed;
    } catch (error) {
      if (!stale || clock.now() >= stale.staleAt + options.staleIfError) throw error;
      events.hit(scope, key, store.tier, 'stale');
      results.set(key, stale.read() as T);
      return undefined;
    } finally {
      seat.arrive();
    }
  }

  /** Everything from the loader, nothing looked up or stored. */
  async getUncached<T>(given: readonly string[], load: BatchLoader<T>): Promise<Map<string, T>> {
    const keys = [...new Set(given)];
    const loaded = byKey(keys, await load([...keys]));
    return new Map(keys.filter((key) => loaded.has(key)).map((key) => [key, loaded.get(key)!]));
  }
}
