import type { Lookup, Stamp, StoreItem } from '../contracts/entry-store.js';
import { freshnessOf, type Entry, type Kept } from '../contracts/entry.js';
import { CacheUsageError } from '../support/errors.js';
import { withTimeLimit } from '../support/time-limit.js';
import { Budget } from './budget.js';
import type { CallOptions } from './call-options.js';
import { LoadContext } from './load.js';
import type { CacheParts } from './parts.js';
import type { CacheScope } from './scopes.js';
import { ABSENT, Flight, type Landed } from './single-flight.js';

export type BatchLoader<T> = (missing: string[]) => Promise<Map<string, T> | T[]>;

interface Seat {
  readonly key: string;
  readonly flight: Flight;
  readonly stale: Entry | undefined;
}

const NO_LOADED = { ttl: undefined, invalidTtl: undefined, tags: [], skipped: false } as const;

/**
 * Read-through of many keys with one call of the loader for those that nobody is loading yet. Each missing key gets a
 * flight of its own, so that single calls and overlapping batches share items with this one.
 */
export class ReadMany {
  constructor(private readonly parts: CacheParts) {}

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
    const lookups = await this.lookUp(scope, ownKeys, options, budget);
    const now = clock.now();
    const missing: Seat[] = [];
    const behind: Seat[] = [];
    own.forEach((flight, index) => {
      const key = ownKeys[index]!;
      const entry = lookups?.[index]?.entry;
      const state = entry ? freshnessOf(entry, now) : 'expired';
      flight.settleFound(state === 'expired' ? undefined : entry);
      if (state === 'fresh') this.end(flight);
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
      void this.fly(scope, behind, load, options, new Budget(clock, this.parts.commandTimeout), lookups, own);
    if (missing.length > 0) await this.fly(scope, missing, load, options, budget, lookups, own);
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

  private end(flight: Flight): void {
    this.parts.flights.end(flight.ticket.address.id, flight);
    this.parts.fence.close(flight.ticket);
  }

  private async lookUp(
    scope: CacheScope,
    keys: string[],
    options: CallOptions,
    budget: Budget,
  ): Promise<Lookup[] | undefined> {
    const { store, events } = this.parts;
    if (keys.length === 0) return [];
    const addresses = keys.map((key) => ({ scope, key, id: scope.idOf(key) }));
    try {
      return await budget.spend(`Looking up in ${store.name}`, () => store.lookMany(addresses, options.tags));
    } catch (error) {
      events.error(scope, 'look', error);
      return undefined;
    }
  }

  /** One run of the batch loader. Never rejects; every seat's flight lands, fails, or is known to be absent. */
  private async fly<T>(
    scope: CacheScope,
    seats: readonly Seat[],
    load: BatchLoader<T>,
    options: CallOptions,
    budget: Budget,
    lookups: Lookup[] | undefined,
    own: readonly Flight[],
  ): Promise<void> {
    const { clock, events } = this.parts;
    const begun = clock.now();
    const background = seats[0]!.flight.background;
    try {
      const stamp = await this.takeStamp(scope, options, lookups?.[own.indexOf(seats[0]!.flight)], budget);
      const keys = seats.map((seat) => seat.key);
      for (const { key, flight } of seats) flight.context = new LoadContext(key, undefined);
      // A loader that asks for any key of its own batch would wait for itself; the ring makes all of them one.
      seats.forEach(({ flight }, index) => flight.tieTo(seats[(index + 1) % seats.length]!.flight));
      const loaded = byKey(keys, await seats[0]!.flight.carry(async () => load([...keys])));
      await this.fill(scope, seats, loaded, clock.now() - begun, options, stamp, budget, background);
    } catch (error) {
      const duration = clock.now() - begun;
      for (const { key, flight } of seats) {
        events.loadError(scope, { key, duration, error, background });
        flight.fail(error);
      }
    } finally {
      for (const { flight } of seats) this.end(flight);
    }
  }

  private async takeStamp(
    scope: CacheScope,
    options: CallOptions,
    lookup: Lookup | undefined,
    budget: Budget,
  ): Promise<Stamp | undefined> {
    const { store, events } = this.parts;
    if (budget.exhausted) return undefined;
    try {
      return await budget.spend(`Reading versions in ${store.name}`, () => store.stamp(scope, options.tags, lookup));
    } catch (error) {
      events.error(scope, 'stamp', error);
      return undefined;
    }
  }

  private async fill(
    scope: CacheScope,
    seats: readonly Seat[],
    loaded: ReadonlyMap<string, unknown>,
    duration: number,
    options: CallOptions,
    stamp: Stamp | undefined,
    budget: Budget,
    background: boolean,
  ): Promise<void> {
    const { store, events, filler } = this.parts;
    const items: StoreItem[] = [];
    const landings: { seat: Seat; value: unknown; kept: Kept | undefined; item: StoreItem | undefined }[] = [];
    for (const seat of seats) {
      const { ticket } = seat.flight;
      const at = { ...ticket.address, scope };
      if (!loaded.has(seat.key)) {
        seat.flight.land(ABSENT);
        continue;
      }
      const value = loaded.get(seat.key);
      const ttl = filler.wants(at, { value, duration, ...NO_LOADED }, options);
      const kept = ttl > 0 || seat.flight.joined > 0 ? filler.keep(at, value, ttl > 0) : undefined;
      const storable =
        kept !== undefined && ttl > 0 && stamp !== undefined && !budget.exhausted && ticket.admits(options.tags);
      const item = storable
        ? { address: at, draft: filler.draft(kept, ttl, options, options.tags, duration), stamp }
        : undefined;
      if (item) items.push(item);
      landings.push({ seat, value, kept, item });
    }
    let stored: boolean[] = [];
    try {
      if (items.length > 0) stored = await budget.spend(`Storing in ${store.name}`, () => store.setMany(items));
    } catch (error) {
      events.error(scope, 'set', error);
    }
    for (const { seat, value, kept, item } of landings) {
      const done = item !== undefined && stored[items.indexOf(item)] === true;
      if (done) events.set(scope, seat.key);
      events.load(scope, { key: seat.key, duration, stored: done, background });
      seat.flight.land({ value, kept });
    }
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

/** @throws CacheUsageError when the loader's answer cannot be matched with the keys. */
function byKey<T>(keys: readonly string[], loaded: Map<string, T> | T[]): ReadonlyMap<string, T> {
  if (loaded instanceof Map) return loaded;
  if (!Array.isArray(loaded)) {
    throw new CacheUsageError(
      'The batch loader must return a Map by key, or an array in the order of the keys it was given.',
    );
  }
  if (loaded.length !== keys.length) {
    throw new CacheUsageError(
      `The batch loader was given ${keys.length} keys and returned an array of ${loaded.length}. Return as many, or a Map.`,
    );
  }
  return new Map(keys.map((key, index) => [key, loaded[index]!]));
}
