import { freshnessOf, type Entry } from '../contracts/entry.js';
import { CacheTimeoutError } from '../support/errors.js';
import { withTimeLimit } from '../support/time-limit.js';
import { FlightDeck, type ReadCall } from './flight-deck.js';
import { LoadContext, runLoader } from './load.js';
import type { CacheParts } from './parts.js';
import { ABSENT, type Flight, type Landed } from './single-flight.js';

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
  private readonly deck: FlightDeck;

  constructor(private readonly parts: CacheParts) {
    this.deck = new FlightDeck(parts);
  }

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
    const flight = this.deck.takeOff(call, entry);
    flight.background = true;
  }

  private async serve<T>(call: ReadCall<T>, limit: AbortSignal | undefined): Promise<T> {
    const { clock, events, flights } = this.parts;
    const { scope, key, id } = call.address;
    const under = flights.get(id);
    if (under?.wouldDeadlock) return this.loadUncached(call);
    const leads = under === undefined;
    const flight = under ?? this.deck.takeOff(call, undefined);
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
