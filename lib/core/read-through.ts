import { freshnessOf, type Entry } from '../contracts/entry.js';
import { CacheTimeoutError } from '../support/errors.js';
import { withTimeLimit } from '../support/time-limit.js';
import { FlightDeck, type ReadCall } from './flight-deck.js';
import { LoadContext, runLoader } from './load.js';
import type { CacheParts } from './parts.js';
import { ABSENT, type Flight, type Landed } from './single-flight.js';

/** The flight came to nothing for this caller: board another one. */
const AGAIN: unique symbol = Symbol('again');

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
    } finally {
      // Without effect on a call that is over.
      limit.abort(new CacheTimeoutError(`Loading ${JSON.stringify(call.address.key)}`, hardTimeout));
    }
  }

  /** Renews the key in the background, unless that is under way already. */
  refresh<T>(call: ReadCall<T>, entry: Entry): void {
    if (this.parts.flights.get(call.address.id)) return;
    const flight = this.deck.takeOff(call, entry);
    flight.background = true;
  }

  private async serve<T>(call: ReadCall<T>, limit: AbortSignal | undefined): Promise<T> {
    const { flights } = this.parts;
    const under = flights.get(call.address.id);
    if (under?.wouldDeadlock) return this.loadUncached(call);
    const flight = under ?? this.deck.takeOff(call, undefined);
    if (under) flight.joined++;
    const seat = flight.board();
    const giveUp = (): void => seat.giveUp(limit!.reason as Error);
    limit?.addEventListener('abort', giveUp, { once: true });
    try {
      const served = await this.serveFrom(flight, call, under === undefined, seat.late);
      if (served !== AGAIN) return served;
    } finally {
      seat.arrive();
      limit?.removeEventListener('abort', giveUp);
    }
    return this.serve(call, limit);
  }

  private async serveFrom<T>(
    flight: Flight,
    call: ReadCall<T>,
    leads: boolean,
    late: boolean,
  ): Promise<T | typeof AGAIN> {
    const { clock, events, isolation, store } = this.parts;
    const { scope, key } = call.address;
    const entry = await flight.found;
    const now = clock.now();
    const state = entry ? freshnessOf(entry, now) : 'expired';
    const accepted = state === 'stale' && now < entry!.staleAt + call.options.staleWhileRevalidate;
    if (entry && (state === 'fresh' || accepted)) {
      if (accepted) flight.background = true;
      events.hit(scope, key, store.tier, state);
      return entry.read() as T;
    }
    // It was fresh when the flight looked, and is not any more.
    if (!flight.loads) return AGAIN;
    const stale = state === 'stale' ? entry : undefined;
    if (!stale) events.miss(scope, key);
    try {
      const landed = await this.awaitLanding(flight, call, stale);
      if (landed === ABSENT) return AGAIN;
      if (landed === undefined) {
        flight.background = true;
        events.hit(scope, key, store.tier, 'stale');
        return stale!.read() as T;
      }
      if (stale) events.miss(scope, key);
      return (leads || landed.kept === undefined ? landed.value : isolation.give(landed.kept)) as T;
    } catch (error) {
      if (late) return AGAIN;
      if (!stale || clock.now() >= stale.staleAt + call.options.staleIfError) throw error;
      events.hit(scope, key, store.tier, 'stale');
      return stale.read() as T;
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
