import type { Lookup, Stamp, StoreItem } from '../contracts/entry-store.js';
import type { Entry, Kept } from '../contracts/entry.js';
import { CacheUsageError } from '../support/errors.js';
import type { Budget } from './budget.js';
import type { CallOptions } from './call-options.js';
import { LoadContext } from './load.js';
import type { CacheParts } from './parts.js';
import type { CacheScope } from './scopes.js';
import { ABSENT, type Flight } from './single-flight.js';
import { takeStamp } from './store-steps.js';

export type BatchLoader<T> = (missing: string[]) => Promise<Map<string, T> | T[]>;

export interface Seat {
  readonly key: string;
  readonly flight: Flight;
  readonly stale: Entry | undefined;
}

const NO_LOADED = { ttl: undefined, invalidTtl: undefined, tags: [], skipped: false } as const;

/** The flights' side of a batch: one run of the loader for all of them, each landing by itself. */
export class BatchDeck {
  constructor(private readonly parts: CacheParts) {}

  end(flight: Flight): void {
    this.parts.flights.end(flight.ticket.address.id, flight);
    this.parts.fence.close(flight.ticket);
  }

  /** One run of the batch loader. Never rejects; every seat's flight lands, fails, or is known to be absent. */
  async fly<T>(
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
      const stamp = await takeStamp(this.parts, scope, options.tags, lookups?.[own.indexOf(seats[0]!.flight)], budget);
      const keys = seats.map((seat) => seat.key);
      for (const { key, flight } of seats) flight.begin(new LoadContext(key, undefined));
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
    const { store, events, filler, flights } = this.parts;
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
      // What is not stored is nobody's to join any more, so that the number of those who have joined is final.
      if (ttl === 0) flights.detach(ticket.address.id, seat.flight);
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
