import type { ImmediateStore, Stamp } from '../contracts/entry-store.js';
import type { Entry, Kept } from '../contracts/entry.js';
import type { Loader } from '../contracts/options.js';
import type { ReadCall } from './flight-deck.js';
import { LoadContext, loadedBy, type Loaded } from './load.js';
import type { CacheParts } from './parts.js';
import type { Flight } from './single-flight.js';

/** A loader that asks for another key at once begins that one's on the same stack, and so on: no deeper than this. */
const MAX_NESTED = 50;

/**
 * The short way of a load: nobody is at the key, nothing stands there, and the store keeps nobody waiting. It is a flight
 * like any other, which all who come later join; but the one it took off for waits for the loader and for nothing else.
 * What `FlightDeck` does in steps between which others may come is here two synchronous stretches: from the look to the
 * loader, and from the loader's end to the landing. There are no others to share the key with, so there is no lease.
 */
export class DirectLoad {
  /** How many loaders are about to begin, each within the one before. */
  private nested = 0;

  constructor(
    private readonly parts: CacheParts,
    private readonly store: ImmediateStore,
  ) {}

  /**
   * `undefined`: somebody is at the key, or something stands there, or the caller may leave. Then it goes the long way.
   * `near`: what a look in this very stretch has found.
   */
  start<T>(call: ReadCall<T>, near: Entry | undefined): Promise<T> | undefined {
    const { address, options } = call;
    if (options.hardTimeout !== undefined || this.nested === MAX_NESTED) return undefined;
    if (this.parts.flights.get(address.id) !== undefined) return undefined;
    // What has expired is removed by a look at it.
    if (near !== undefined && this.store.look(address).entry !== undefined) return undefined;
    return this.load(call);
  }

  private async load<T>(call: ReadCall<T>): Promise<T> {
    const { clock, events, flights } = this.parts;
    const { scope, key } = call.address;
    const flight = flights.takeOff(call.address, call.options.tags);
    const seat = flight.board();
    flight.settleFound(undefined);
    events.miss(scope, key);
    const stamp = this.store.stamp(scope, call.options.tags);
    const context = new LoadContext<T>(key, undefined);
    flight.begin(context);
    const begun = clock.now();
    try {
      const value = await this.begin(flight, call.loader, context);
      const now = clock.now();
      this.land(flight, call, loadedBy(context, value, now - begun), stamp, now);
      return value;
    } catch (error) {
      events.loadError(scope, { key, duration: clock.now() - begun, error, background: flight.background });
      this.end(flight);
      if (flight.joined > 0) flight.fail(error);
      throw error;
    } finally {
      flight.alight();
      seat.arrive();
    }
  }

  private begin<T>(flight: Flight, loader: Loader<T>, context: LoadContext<T>): T | Promise<T> {
    this.nested++;
    try {
      return flight.take(loader, context);
    } finally {
      this.nested--;
    }
  }

  private land<T>(flight: Flight, call: ReadCall<T>, loaded: Loaded, stamp: Stamp, now: number): void {
    const { events, filler } = this.parts;
    const { address, options } = call;
    const wanted = filler.wants(address, loaded, options);
    // What is not stored is nobody's to join any more, so that the number of those who have joined is final.
    if (wanted === 0) flight.ticket.seal();
    let kept: Kept | undefined;
    // Kept before anybody gets the value: what its first owner does to it must not reach the others.
    if (wanted > 0 || flight.joined > 0) kept = filler.keep(address, loaded.value, wanted > 0);
    const stored =
      wanted > 0 &&
      kept !== undefined &&
      filler.storeNow(this.store, flight.ticket, kept, loaded, wanted, options, stamp, now);
    events.load(address.scope, {
      key: address.key,
      duration: loaded.duration,
      stored,
      background: flight.background,
    });
    // Ended before it lands: whoever calls from here on sees what was stored, or loads anew.
    this.end(flight);
    if (flight.joined > 0) flight.land({ value: loaded.value, kept, tags: loaded.tags });
  }

  private end(flight: Flight): void {
    this.parts.flights.end(flight);
  }
}
