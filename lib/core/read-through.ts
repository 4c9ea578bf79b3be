import type { Lookup, Stamp } from '../contracts/entry-store.js';
import { freshnessOf, type Entry, type Kept } from '../contracts/entry.js';
import type { Lease } from '../contracts/lease.js';
import type { Loader } from '../contracts/options.js';
import type { Address } from '../contracts/scope.js';
import { CacheTimeoutError } from '../support/errors.js';
import { withTimeLimit } from '../support/time-limit.js';
import { Budget } from './budget.js';
import type { CallOptions } from './call-options.js';
import type { Ticket } from './fence.js';
import type { CacheParts } from './parts.js';
import { LoadContext, runLoader, type Loaded } from './load.js';
import type { CacheScope } from './scopes.js';
import { ABSENT, Flight, type Landed } from './single-flight.js';

/** One call of `getOrSet`. */
export interface ReadCall<T> {
  readonly address: Address & { readonly scope: CacheScope };
  readonly loader: Loader<T>;
  readonly options: CallOptions;
}

/**
 * The main flow: look up, board the flight of the key, lease, load, fill.
 *
 *     caller -> board(key) -> found? -> fresh: serve
 *                                    -> stale, and the caller takes it: serve; the flight goes on behind
 *                                    -> else wait for the landing
 *     flight -> look up -> fresh: done
 *                       -> else lease -> stamp -> loader -> fill -> land
 *
 * A caller and its flight are two things: callers have limits and tastes of their own, the load is one.
 */
export class ReadThrough {
  constructor(private readonly parts: CacheParts) {}

  async get<T>(call: ReadCall<T>): Promise<T> {
    const { hardTimeout } = call.options;
    if (hardTimeout === undefined) return this.serve(call, undefined);
    const limit = new AbortController();
    const served = this.serve(call, limit.signal);
    try {
      return await withTimeLimit(this.parts.clock, `Loading ${JSON.stringify(call.address.key)}`, hardTimeout, served);
    } catch (error) {
      if (error instanceof CacheTimeoutError) limit.abort(error);
      throw error;
    }
  }

  /** Renews the key in the background, unless that is under way already. */
  refresh<T>(call: ReadCall<T>, entry: Entry): void {
    if (this.parts.flights.get(call.address.id)) return;
    const flight = this.takeOff(call, entry);
    flight.background = true;
  }

  /** XFetch: the nearer the end and the dearer the load, the likelier. Vattani et al., VLDB 2015, figure 4. */
  isDueEarly(entry: Entry, beta: number, now: number): boolean {
    return beta > 0 && now - entry.loadTime * beta * Math.log(1 - this.parts.random.next()) >= entry.staleAt;
  }

  private async serve<T>(call: ReadCall<T>, limit: AbortSignal | undefined): Promise<T> {
    const { clock, events, flights } = this.parts;
    const { scope, key, id } = call.address;
    const under = flights.get(id);
    if (under?.wouldDeadlock) return this.loadUncached(call);
    const leads = under === undefined;
    const flight = under ?? this.takeOff(call, undefined);
    if (!leads) flight.joined++;

    const entry = await flight.found;
    const now = clock.now();
    const state = entry ? freshnessOf(entry, now) : 'expired';
    if (
      entry &&
      (state === 'fresh' || (state === 'stale' && now < entry.staleAt + call.options.staleWhileRevalidate))
    ) {
      if (state === 'stale') flight.background = true;
      events.hit(scope, key, this.parts.store.tier, state);
      return entry.read() as T;
    }
    const stale = state === 'stale' ? entry : undefined;
    if (!stale) events.miss(scope, key);

    const seat = flight.board();
    const gaveUp = (): void => seat.leave(limit!.reason as Error);
    limit?.addEventListener('abort', gaveUp, { once: true });
    try {
      const landed = await this.awaitLanding(flight, call, stale);
      if (landed === ABSENT) return await this.serve(call, limit);
      if (landed === undefined) {
        flight.background = true;
        events.hit(scope, key, this.parts.store.tier, 'stale');
        return stale!.read() as T;
      }
      if (stale) events.miss(scope, key);
      return (leads || landed.kept === undefined ? landed.value : this.parts.isolation.give(landed.kept)) as T;
    } catch (error) {
      if (!stale || clock.now() >= stale.staleAt + call.options.staleIfError) throw error;
      events.hit(scope, key, this.parts.store.tier, 'stale');
      return stale.read() as T;
    } finally {
      limit?.removeEventListener('abort', gaveUp);
      if (!limit?.aborted) seat.arrive();
    }
  }

  /** The landing; or `undefined` when `softTimeout` passed first and there is a stale value to give. */
  private async awaitLanding<T>(
    flight: Flight,
    call: ReadCall<T>,
    stale: Entry | undefined,
  ): Promise<Landed | undefined> {
    const { softTimeout } = call.options;
    if (!stale || softTimeout === undefined) return flight.landed;
    let late = false;
    const soft = new Promise<undefined>((resolve) => {
      const timer = this.parts.clock.setTimeout(() => {
        late = true;
        resolve(undefined);
      }, softTimeout);
      const cancel = (): void => timer.cancel();
      flight.landed.then(cancel, cancel);
    });
    const first = await Promise.race([flight.landed, soft]);
    return late ? undefined : first;
  }

  /** `known` is what the caller has already found, when it comes from a synchronous look. */
  private takeOff<T>(call: ReadCall<T>, known: Entry | undefined): Flight {
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
    const { clock, events, leases } = this.parts;
    const { scope, key } = call.address;
    const budget = new Budget(clock, this.parts.commandTimeout);
    let lease: Lease | undefined;
    try {
      const lookup = await this.lookUp(call, budget);
      const entry = lookup?.entry ?? (lookup ? undefined : known);
      const state = entry ? freshnessOf(entry, clock.now()) : 'expired';
      flight.settleFound(state === 'expired' ? undefined : entry);
      const refreshing = known !== undefined;
      if (state === 'fresh' && !refreshing && !this.isDueEarly(entry!, call.options.refreshAhead, clock.now())) return;
      // Somebody else has renewed it between the caller's look and ours.
      if (state === 'fresh' && refreshing && entry!.createdAt > known.createdAt) return;
      if (state === 'fresh') flight.background = true;

      lease = await leases.acquire(call.address, this.parts.commandTimeout);
      const stamp = await this.takeStamp(call, lookup, budget);
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

  /** A look-up that fails is a miss. */
  private async lookUp<T>(call: ReadCall<T>, budget: Budget): Promise<Lookup | undefined> {
    const { store, events } = this.parts;
    try {
      return await budget.spend(`Looking up in ${store.name}`, () => store.look(call.address, call.options.tags));
    } catch (error) {
      events.error(call.address.scope, 'look', error, call.address.key);
      return undefined;
    }
  }

  /** Without a stamp the value is loaded all the same, and not stored. */
  private async takeStamp<T>(
    call: ReadCall<T>,
    lookup: Lookup | undefined,
    budget: Budget,
  ): Promise<Stamp | undefined> {
    const { store, events } = this.parts;
    if (budget.exhausted) return undefined;
    try {
      return await budget.spend(`Reading versions in ${store.name}`, () =>
        store.stamp(call.address.scope, call.options.tags, lookup),
      );
    } catch (error) {
      events.error(call.address.scope, 'stamp', error, call.address.key);
      return undefined;
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

  /** For a loader that asks for what it is itself loading. */
  private async loadUncached<T>(call: ReadCall<T>): Promise<T> {
    const { clock, events } = this.parts;
    const { scope, key } = call.address;
    events.miss(scope, key);
    const begun = clock.now();
    try {
      const { value, duration } = await runLoader(clock, call.loader, new LoadContext<T>(key, undefined));
      events.load(scope, { key, duration, stored: false, background: false });
      return value as T;
    } catch (error) {
      events.loadError(scope, { key, duration: clock.now() - begun, error, background: false });
      throw error;
    }
  }
}
