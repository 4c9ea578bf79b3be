import type { ImmediateStore, Stamp } from '../contracts/entry-store.js';
import type { Entry, Kept } from '../contracts/entry.js';
import type { ReadCall } from './flight-deck.js';
import { LoadContext, loadedBy } from './load.js';
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

  private load<T>(call: ReadCall<T>): Promise<T> {
    const run = new DirectRun<T>(this.parts, this.store, call);
    let loading: Promise<T>;
    this.nested++;
    try {
      // Whatever it is by then, a promise of ours: one of the loader's own may have a `then` that does as it likes.
      loading = owned(run.begin());
    } catch (error) {
      run.fail(error);
      const thrown: Error = error as Error;
      return Promise.reject(thrown);
    } finally {
      this.nested--;
    }
    // No async function: while loaders run, a promise costs as much as a look into the cache.
    return loading.then(
      (value) => run.land(value),
      (error: unknown) => {
        run.fail(error);
        throw error;
      },
    );
  }
}

/** A plain promise is taken as it is, as `await` would. @throws whatever asking what it is throws. */
function owned<T>(result: T | Promise<T>): Promise<T> {
  if (
    result instanceof Promise &&
    Object.getPrototypeOf(result) === Promise.prototype &&
    !Object.hasOwn(result, 'then')
  )
    return Promise.resolve(result);
  return new Promise((resolve) => resolve(result));
}

/** One such load. */
class DirectRun<T> {
  private readonly flight: Flight;
  private readonly stamp: Stamp;
  private readonly context: LoadContext<T>;
  /** The flight whose loader has called, if one has. */
  private readonly from: Flight | undefined;
  private readonly begun: number;

  constructor(
    private readonly parts: CacheParts,
    private readonly store: ImmediateStore,
    private readonly call: ReadCall<T>,
  ) {
    const { clock, events, flights } = parts;
    const { address, options } = call;
    this.flight = flights.takeOff(address, options.tags);
    this.from = this.flight.boardOnce();
    this.flight.settleFound(undefined);
    events.miss(address.scope, address.key);
    this.stamp = store.stamp(address.scope, options.tags);
    this.context = new LoadContext<T>(address.key, undefined);
    this.flight.begin(this.context);
    this.begun = clock.now();
  }

  begin(): T | Promise<T> {
    return this.flight.take(this.call.loader, this.context);
  }

  fail(error: unknown): void {
    const { flight, parts, call } = this;
    const { scope, key } = call.address;
    const duration = parts.clock.now() - this.begun;
    parts.events.loadError(scope, { key, duration, error, background: flight.background });
    this.end();
    if (flight.joined > 0) flight.fail(error);
  }

  /** The value itself, which is its caller's from then on. */
  land(value: T): T {
    const { flight, parts, store, stamp } = this;
    const { clock, events, filler } = parts;
    const { address, options } = this.call;
    const now = clock.now();
    const loaded = loadedBy(this.context, value, now - this.begun);
    const wanted = filler.wants(address, loaded, options);
    // What is not stored is nobody's to join any more, so that the number of those who have joined is final.
    if (wanted === 0) flight.ticket.seal();
    let kept: Kept | undefined;
    // Kept before anybody gets the value: what its first owner does to it must not reach the others.
    if (wanted > 0 || flight.joined > 0) kept = filler.keep(address, value, wanted > 0);
    const stored =
      wanted > 0 &&
      kept !== undefined &&
      filler.storeNow(store, flight.ticket, kept, loaded, wanted, options, stamp, now);
    const { duration, tags } = loaded;
    events.load(address.scope, { key: address.key, duration, stored, background: flight.background });
    // Ended before it lands: whoever calls from here on sees what was stored, or loads anew.
    this.end();
    if (flight.joined > 0) flight.land({ value, kept, tags });
    return value;
  }

  private end(): void {
    const { flight } = this;
    this.parts.flights.end(flight);
    flight.alight();
    flight.leave(this.from);
  }
}
