import type { Lookup, Stamp, StoreItem } from '../contracts/entry-store.js';
import { freshnessOf, type Kept } from '../contracts/entry.js';
import type { Address } from '../contracts/scope.js';
import { CacheUsageError } from '../support/errors.js';
import { Budget } from './budget.js';
import type { CallOptions } from './call-options.js';
import type { Ticket } from './fence.js';
import { LoadContext } from './load.js';
import type { CacheParts } from './parts.js';
import type { CacheScope } from './scopes.js';
import { ABSENT, Flight } from './single-flight.js';
import { lookUpMany, takeStamp } from './store-steps.js';

export type BatchLoader<T> = (missing: string[]) => Promise<Map<string, T> | T[]>;

const NO_LOADED = { ttl: undefined, invalidTtl: undefined, tags: [], skipped: false } as const;

/** The flights' side of a batch: one look-up and one run of the loader for all of them, each landing by itself. */
export class BatchDeck {
  constructor(private readonly parts: CacheParts) {}

  takeOff(address: Address & { readonly scope: CacheScope }, options: CallOptions): Flight {
    const { fence, flights } = this.parts;
    const { id } = address;
    const ticket: Ticket = fence.open(address, options.tags, () => flights.detach(id, flight));
    const flight: Flight = new Flight(ticket);
    flights.start(id, flight);
    return flight;
  }

  /** Looks all of them up and loads what is missing. Never rejects: each flight finds, lands or fails by itself. */
  async fly<T>(
    scope: CacheScope,
    flights: readonly Flight[],
    load: BatchLoader<T>,
    options: CallOptions,
  ): Promise<void> {
    const { clock } = this.parts;
    const budget = new Budget(clock, this.parts.commandTimeout);
    const keys = flights.map(keyOf);
    const lookups = await lookUpMany(this.parts, scope, keys, options.tags, budget);
    const now = clock.now();
    const missing: Flight[] = [];
    const behind: Flight[] = [];
    flights.forEach((flight, index) => {
      const entry = lookups?.[index]?.entry;
      const state = entry ? freshnessOf(entry, now) : 'expired';
      if (state === 'fresh') this.end(flight);
      flight.settleFound(entry && state !== 'expired' ? { entry, state } : undefined);
      if (state === 'stale' && now < entry!.staleAt + options.staleWhileRevalidate) behind.push(flight);
      else if (state !== 'fresh') missing.push(flight);
    });
    // Those whose callers have a stale value to go with must not hold up the others, nor be held up by them.
    const versions = lookups?.[0];
    const renewing = this.loadAll(scope, behind, load, options, new Budget(clock, this.parts.commandTimeout), versions);
    await this.loadAll(scope, missing, load, options, budget, versions);
    await renewing;
  }

  /** One run of the batch loader. Never rejects. */
  private async loadAll<T>(
    scope: CacheScope,
    flights: readonly Flight[],
    load: BatchLoader<T>,
    options: CallOptions,
    budget: Budget,
    lookup: Lookup | undefined,
  ): Promise<void> {
    const [first] = flights;
    if (!first) return;
    const { clock, events } = this.parts;
    const keys = flights.map(keyOf);
    const stamp = await takeStamp(this.parts, scope, options.tags, lookup, budget);
    const begun = clock.now();
    try {
      for (const flight of flights) flight.begin(new LoadContext(keyOf(flight), undefined));
      // A loader that asks for any key of its own batch would wait for itself; the ring makes all of them one.
      flights.forEach((flight, index) => flight.tieTo(flights[(index + 1) % flights.length]!));
      const loaded = byKey(keys, await first.carry(async () => load([...keys])));
      await this.fill(scope, flights, loaded, clock.now() - begun, options, stamp, budget);
    } catch (error) {
      const duration = clock.now() - begun;
      for (const flight of flights) {
        events.loadError(scope, { key: keyOf(flight), duration, error, background: flight.background });
        this.end(flight);
        flight.fail(error);
      }
    }
  }

  private async fill(
    scope: CacheScope,
    flights: readonly Flight[],
    loaded: ReadonlyMap<string, unknown>,
    duration: number,
    options: CallOptions,
    stamp: Stamp | undefined,
    budget: Budget,
  ): Promise<void> {
    const { store, events, filler } = this.parts;
    const items: StoreItem[] = [];
    const landings: { flight: Flight; value: unknown; kept: Kept | undefined; item: StoreItem | undefined }[] = [];
    for (const flight of flights) {
      const { ticket } = flight;
      const at = { ...ticket.address, scope };
      if (!loaded.has(at.key)) {
        // Ended before it lands: whoever waits for it boards another one at once.
        this.end(flight);
        flight.land(ABSENT);
        continue;
      }
      const value = loaded.get(at.key);
      const ttl = filler.wants(at, { value, duration, ...NO_LOADED }, options);
      // What is not stored is nobody's to join any more, so that the number of those who have joined is final.
      if (ttl === 0) ticket.seal();
      const kept = ttl > 0 || flight.joined > 0 ? filler.keep(at, value, ttl > 0) : undefined;
      const storable =
        kept !== undefined && ttl > 0 && stamp !== undefined && !budget.exhausted && ticket.admits(options.tags);
      const item = storable
        ? { address: at, draft: filler.draft(kept, ttl, options, options.tags, duration), stamp }
        : undefined;
      if (item) items.push(item);
      landings.push({ flight, value, kept, item });
    }
    const stored = new Set<StoreItem>();
    try {
      const done = items.length > 0 ? await budget.spend(`Storing in ${store.name}`, () => store.setMany(items)) : [];
      items.forEach((item, index) => done[index] === true && stored.add(item));
    } catch (error) {
      events.error(scope, 'set', error);
    }
    for (const { flight, value, kept, item } of landings) {
      const key = keyOf(flight);
      const done = item !== undefined && stored.has(item);
      if (done) events.set(scope, key);
      events.load(scope, { key, duration, stored: done, background: flight.background });
      this.end(flight);
      flight.land({ value, kept, tags: NO_LOADED.tags });
    }
  }

  private end(flight: Flight): void {
    this.parts.flights.end(flight.ticket.address.id, flight);
    this.parts.fence.close(flight.ticket);
  }
}

function keyOf(flight: Flight): string {
  return flight.ticket.address.key;
}

/** @throws CacheUsageError when the loader's answer cannot be matched with the keys. */
export function byKey<T>(keys: readonly string[], loaded: Map<string, T> | T[]): ReadonlyMap<string, T> {
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
