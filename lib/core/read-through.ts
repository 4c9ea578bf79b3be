import type { Entry } from '../contracts/entry.js';
import { mayBeShared } from '../support/shared-signal.js';
import { untilAborted } from '../support/until-aborted.js';
import { Budget } from './budget.js';
import { DirectLoad } from './direct-load.js';
import { FlightDeck, type ReadCall } from './flight-deck.js';
import { withHardTimeout } from './hard-timeout.js';
import { LoadContext, runLoader } from './load.js';
import type { CacheParts } from './parts.js';
import { AGAIN, ALONE, Passenger, UNKNOWN } from './passenger.js';
import type { Flight } from './single-flight.js';
import { detachUnheard, isUnheard } from './unheard.js';

/**
 * The main flow: look up, board the flight of the key, lease, load, fill.
 *
 *     caller -> board(key) -> found? -> fresh: serve
 *                                    -> stale, and the caller takes it: serve; the flight goes on behind
 *                                    -> else wait for the landing
 *     flight -> look up -> fresh: done
 *                       -> else lease -> ours: stamp -> loader -> fill -> land
 *                                     -> another process's: wait for its value
 *
 * A caller and its flight are two things: callers have limits and tastes of their own, the load is one.
 */
export class ReadThrough {
  private readonly deck: FlightDeck;
  private readonly direct: DirectLoad | undefined;

  constructor(private readonly parts: CacheParts) {
    this.deck = new FlightDeck(parts);
    const { immediate } = parts.store;
    this.direct = immediate && new DirectLoad(parts, immediate);
  }

  /**
   * `near`: what a look in this very stretch has found in the process. `left`: aborted when the caller gives up, which rejects
   * for this caller alone; whoever else waits goes on to, and the last who leaves ends the load.
   */
  get<T>(call: ReadCall<T>, near: Entry | undefined, left?: AbortSignal): Promise<T> {
    if (left !== undefined) return this.getUntilLeft(call, left);
    const direct = this.direct?.start(call, near);
    if (direct !== undefined) return direct;
    if (call.options.hardTimeout === undefined) return this.serve(call, undefined);
    return this.limited(call, (limit) => this.serve(call, limit));
  }

  private async getUntilLeft<T>(call: ReadCall<T>, left: AbortSignal): Promise<T> {
    left.throwIfAborted();
    mayBeShared(left);
    if (call.options.hardTimeout === undefined) return untilAborted(left, this.serve(call, left));
    // Leaving ends the limit too. No `AbortSignal.any` of the two: a signal of many calls would remember each for ever.
    return this.limited(call, (limit) => untilAborted(left, this.serve(call, limit)));
  }

  private limited<T>(call: ReadCall<T>, serve: (limit: AbortSignal | undefined) => Promise<T>): Promise<T> {
    const operation = `Loading ${this.parts.discretion.quoted(call.address.key)}`;
    return withHardTimeout(this.parts.clock, operation, call.options.hardTimeout, serve);
  }

  /** Renews the key in the background, unless that is under way already. */
  refresh<T>(call: ReadCall<T>, entry: Entry): void {
    if (this.parts.flights.get(call.address.id)) return;
    const flight = this.deck.takeOff(call, entry);
    flight.background = true;
  }

  private async serve<T>(call: ReadCall<T>, limit: AbortSignal | undefined): Promise<T> {
    const served = await this.board(call, limit, (flight, leads) =>
      new Passenger<T>(this.parts, call.address, call.options, flight, leads).ride(limit),
    );
    return served === ALONE ? this.loadUncached(call, limit) : served;
  }

  /**
   * Finds the flight that this caller may board, and rides it; another one, when that came to nothing for it. `ALONE`: it has
   * to load for itself.
   */
  async board<T, R>(
    call: ReadCall<T>,
    limit: AbortSignal | undefined,
    ride: (flight: Flight, leads: boolean) => Promise<R | typeof AGAIN | typeof UNKNOWN | typeof ALONE>,
  ): Promise<R | typeof ALONE> {
    const { flights } = this.parts;
    const { address, options } = call;
    let budget: Budget | undefined;
    for (;;) {
      // Heard by nobody: the caller has had its answer.
      if (limit?.aborted) throw limit.reason;
      let under = flights.get(address.id);
      if (under && isUnheard(this.parts, under) && !under.wouldDeadlock) {
        budget ??= new Budget(this.parts.clock, this.parts.commandTimeout);
        await detachUnheard(this.parts, address.scope, [address.key], options.tags, budget);
        // Who has left by now would take a seat that nobody gives up.
        if (limit?.aborted) throw limit.reason;
        under = flights.get(address.id);
      }
      if (under?.wouldDeadlock) return ALONE;
      const served = await ride(under ?? this.deck.takeOff(call, undefined, budget), !under);
      if (served !== AGAIN && served !== UNKNOWN) return served;
    }
  }

  /** Neither joined nor stored. */
  private async loadUncached<T>(call: ReadCall<T>, limit: AbortSignal | undefined): Promise<T> {
    // Who has left while it waited for others has no use for a load of its own.
    limit?.throwIfAborted();
    const { clock, events } = this.parts;
    const { scope, key } = call.address;
    events.miss(scope, key);
    const begun = clock.now();
    const context = new LoadContext<T>(key, undefined);
    const giveUp = (): void => context.abort(limit!.reason as Error);
    limit?.addEventListener('abort', giveUp, { once: true });
    try {
      const { value, duration } = await runLoader(clock, call.loader, context);
      events.load(scope, { key, duration, stored: false, background: false });
      return value as T;
    } catch (error) {
      events.loadError(scope, { key, duration: clock.now() - begun, error, background: false });
      throw error;
    } finally {
      limit?.removeEventListener('abort', giveUp);
    }
  }
}
