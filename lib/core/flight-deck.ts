import type { Stamp } from '../contracts/entry-store.js';
import { freshnessOf, type Entry, type Kept } from '../contracts/entry.js';
import type { Lease } from '../contracts/lease.js';
import type { Loader } from '../contracts/options.js';
import type { Address } from '../contracts/scope.js';
import { Budget } from './budget.js';
import type { CallOptions } from './call-options.js';
import { isDueEarly } from './early-refresh.js';
import type { Ticket } from './fence.js';
import { LoadContext, runLoader, type Loaded } from './load.js';
import type { CacheParts } from './parts.js';
import type { CacheScope } from './scopes.js';
import { Flight, type Landed } from './single-flight.js';
import { lookUp, takeStamp } from './store-steps.js';

/** One call of `getOrSet`. */
export interface ReadCall<T> {
  readonly address: Address & { readonly scope: CacheScope };
  readonly loader: Loader<T>;
  readonly options: CallOptions;
}

/**
 * The flight's side of a read-through: look up, and where that is not enough, lease, stamp, load and fill. Once for all
 * callers that are aboard.
 */
export class FlightDeck {
  constructor(private readonly parts: CacheParts) {}

  /** `known` is what the caller has already found, when it comes from a synchronous look. */
  takeOff<T>(call: ReadCall<T>, known: Entry | undefined): Flight {
    const { fence, flights } = this.parts;
    const { id } = call.address;
    // Opened before the look-up, so that nobody who comes after an invalidation is given what was read before it.
    const ticket: Ticket = fence.open(call.address, call.options.tags, () => flights.detach(id, flight));
    const flight: Flight = new Flight(ticket);
    flights.start(id, flight);
    void this.fly(flight, call, known).finally(() => {
      flights.end(id, flight);
      fence.close(ticket);
    });
    return flight;
  }

  /** Never rejects: whatever goes wrong reaches the callers through the flight. */
  private async fly<T>(flight: Flight, call: ReadCall<T>, known: Entry | undefined): Promise<void> {
    const { clock, events, leases, random } = this.parts;
    const { scope, key } = call.address;
    const budget = new Budget(clock, this.parts.commandTimeout);
    let lease: Lease | undefined;
    try {
      const lookup = await lookUp(this.parts, call.address, call.options.tags, budget);
      const entry = lookup?.entry ?? (lookup ? undefined : known);
      const state = entry ? freshnessOf(entry, clock.now()) : 'expired';
      flight.settleFound(state === 'expired' ? undefined : entry);
      const refreshing = known !== undefined;
      if (state === 'fresh' && !refreshing && !isDueEarly(entry!, call.options.refreshAhead, clock.now(), random))
        return;
      // Somebody else has renewed it between the caller's look and ours.
      if (state === 'fresh' && refreshing && entry!.createdAt > known.createdAt) return;
      if (state === 'fresh') flight.background = true;

      lease = await leases.acquire(call.address, this.parts.commandTimeout);
      const stamp = await takeStamp(this.parts, scope, call.options.tags, lookup, budget, key);
      flight.context = new LoadContext(key, state === 'stale' ? () => entry!.read() : undefined);
      const loaded = await this.load(flight, call);
      flight.land(await this.fill(flight, call, loaded, stamp, budget));
    } catch (error) {
      flight.settleFound(undefined);
      flight.fail(error);
    } finally {
      if (lease) lease.release().catch((error: unknown) => events.error(scope, 'lease', error, key));
    }
  }

  private async load<T>(flight: Flight, call: ReadCall<T>): Promise<Loaded> {
    const { clock, events } = this.parts;
    const { scope, key } = call.address;
    const begun = clock.now();
    try {
      return await flight.carry(() => runLoader(clock, call.loader, flight.context as LoadContext<T>));
    } catch (error) {
      events.loadError(scope, { key, duration: clock.now() - begun, error, background: flight.background });
      throw error;
    }
  }

  private async fill<T>(
    flight: Flight,
    call: ReadCall<T>,
    loaded: Loaded,
    stamp: Stamp | undefined,
    budget: Budget,
  ): Promise<Landed> {
    const { events, filler } = this.parts;
    const { scope, key } = call.address;
    const wanted = filler.wants(call.address, loaded, call.options);
    let kept: Kept | undefined;
    // Kept before anybody gets the value: what its first owner does to it must not reach the others.
    if (wanted > 0 || flight.joined > 0) kept = filler.keep(call.address, loaded.value, wanted > 0);
    const stored =
      wanted > 0 && kept !== undefined && stamp !== undefined && !budget.exhausted
        ? await filler.store(flight.ticket, kept, loaded, wanted, call.options, stamp, budget)
        : false;
    events.load(scope, { key, duration: loaded.duration, stored, background: flight.background });
    return { value: loaded.value, kept };
  }
}
