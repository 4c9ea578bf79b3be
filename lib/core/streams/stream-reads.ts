import { freshnessOf, type Entry } from '../../contracts/entry.js';
import type { LoaderContext } from '../../contracts/options.js';
import type { StreamLoader } from '../../contracts/stream.js';
import type { CallOptions } from '../call-options.js';
import { isDueEarly } from '../early-refresh.js';
import type { ReadCall } from '../flight-deck.js';
import { withHardTimeout } from '../hard-timeout.js';
import { LoadContext } from '../load.js';
import type { CacheParts } from '../parts.js';
import { AGAIN, ALONE } from '../passenger.js';
import type { ReadThrough } from '../read-through.js';
import type { CacheScope } from '../scopes.js';
import type { Flight } from '../single-flight.js';
import { BegunReader } from './begun-reader.js';
import type { RecordedItems } from './recorded-items.js';
import { Recording } from './recording.js';
import { replayOf } from './replay-of.js';
import { SourceReader } from './source-reader.js';
import { StreamPassenger } from './stream-passenger.js';
import { deserted, type StreamReader } from './stream-reader.js';
import { cancelledHere, inThisContext } from './source-context.js';
import { sourceOf } from './stream-source.js';

type At = ReadCall<unknown>['address'];
/** Told of all items when the stream has ended, in time to say that they shall not be stored, or for how long. Never throws. */
type Decide = (context: LoaderContext, items: unknown[]) => void;

/**
 * Streams that are read through the cache. A stream is stored as the array of what it has emitted, once it has properly
 * ended; until then it is read live, by all who ask.
 *
 *     caller -> in the process, fresh: replay
 *            -> board(key) -> found: replay
 *                          -> the flight brings it: join what is live, from its first item on
 *     flight -> look up -> lease -> source -> recording -> its end -> fill
 *
 * Everything else is as for values: fences, leases, stale values, tags (see `ReadThrough`).
 */
export class StreamReads {
  constructor(
    private readonly parts: CacheParts,
    private readonly readThrough: ReadThrough,
  ) {}

  /**
   * Rejects as the source does that could not be opened; with `CacheTimeoutError` when `hardTimeout` passes before the first
   * item. `gone`: the signal that is aborted when the caller leaves meanwhile.
   */
  async open<T>(
    scope: CacheScope,
    key: string,
    loader: StreamLoader<T>,
    options: CallOptions,
    gone: () => AbortSignal,
    decide?: Decide,
  ): Promise<StreamReader<unknown>> {
    const address = { scope, key, id: scope.idOf(key) };
    const source = loader as StreamLoader<unknown>;
    if (!this.parts.enabled) return this.openAlone(address, source, gone());
    const call = this.callOf(address, source, options, decide);
    const near = this.near(call);
    if (near !== undefined && near !== ALONE) return near;
    const open = (limit: AbortSignal): Promise<StreamReader<unknown>> =>
      near === ALONE ? this.openAlone(address, source, limit) : this.board(call, source, limit);
    const { hardTimeout } = options;
    const left = gone();
    if (hardTimeout === undefined) return open(left);
    const operation = `Waiting for the first item of ${this.parts.discretion.quoted(key)}`;
    return withHardTimeout(this.parts.clock, operation, hardTimeout, (limit) =>
      this.begin(open, AbortSignal.any([limit!, left])),
    );
  }

  /** What the process has itself. */
  private near(call: ReadCall<unknown>): StreamReader<unknown> | typeof ALONE | undefined {
    const { clock, random, store } = this.parts;
    const { address, options } = call;
    const entry = store.peek?.(address.id);
    if (entry === undefined) return undefined;
    const now = clock.now();
    const state = freshnessOf(entry, now);
    if (state === 'expired' || (state === 'stale' && now >= entry.staleAt + options.staleWhileRevalidate))
      return undefined;
    const replay = replayOf(this.parts, call, entry, state);
    if (replay === AGAIN) return undefined;
    if (replay === ALONE) return ALONE;
    if (state === 'stale' || isDueEarly(entry, options.refreshAhead, now, random)) this.refresh(call, entry);
    return replay;
  }

  private refresh(call: ReadCall<unknown>, entry: Entry): void {
    this.readThrough.refresh(call, entry);
  }

  private async begin(
    open: (limit: AbortSignal) => Promise<StreamReader<unknown>>,
    limit: AbortSignal,
  ): Promise<StreamReader<unknown>> {
    const reader = await open(limit);
    const leave = (): void => reader.leave();
    limit.addEventListener('abort', leave, { once: true });
    if (limit.aborted) leave();
    try {
      return new BegunReader(reader, await reader.next());
    } finally {
      limit.removeEventListener('abort', leave);
    }
  }

  private async board(
    call: ReadCall<unknown>,
    source: StreamLoader<unknown>,
    limit: AbortSignal,
  ): Promise<StreamReader<unknown>> {
    const reader = await this.readThrough.board(call, limit, (flight, leads) =>
      new StreamPassenger(this.parts, call, flight, leads).board(limit),
    );
    return reader === ALONE ? this.openAlone(call.address, source, limit) : reader;
  }

  /** As a call for a value, which the flight can make: the loader records the stream to its end. */
  private callOf(
    address: At,
    source: StreamLoader<unknown>,
    options: CallOptions,
    decide: Decide | undefined,
  ): ReadCall<unknown> {
    const { leases, streams } = this.parts;
    const patience = Math.max(leases.waitTimeout, streams.waitTimeout);
    return { address, options, patience, loader: (context) => this.record(address, source, context, decide) };
  }

  private async record(
    { id }: At,
    source: StreamLoader<unknown>,
    context: LoaderContext,
    decide: Decide | undefined,
  ): Promise<RecordedItems> {
    const { isolation, clock, streams: limits } = this.parts;
    const flight = this.flightOf(id, context);
    const { signal } = context;
    // Everybody had left before it began; who has come since boards another flight.
    signal.throwIfAborted();
    const gone = deserted();
    const onDeserted = (): void => {
      // What will not be stored is of no use to who waits for that.
      if (flight.isWanted && recording.isWhole) return recording.drain();
      flight.abandon(gone);
    };
    const onCut = (): void => {
      flight.ticket.spoil();
      if (recording.isDeserted) recording.cancel(gone);
    };
    const recording: Recording = new Recording({ isolation, limits, clock, onCut, onDeserted });
    const onAbort = (): void => {
      // What is cancelled is nobody's to join.
      flight.ticket.seal();
      recording.cancel(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    flight.goLive(recording);
    if (recording.isDeserted) onDeserted();
    void flight.ended.then(() => recording.release());
    // Not waited for: a source that is never there must not keep the flight of a stream that is cancelled.
    void this.opened(recording, source, context);
    const items = await recording.recorded;
    decide?.(context, items.give());
    return items;
  }

  private async opened(recording: Recording, source: StreamLoader<unknown>, context: LoaderContext): Promise<void> {
    try {
      recording.start(cancelledHere(sourceOf(await source(context as LoaderContext<unknown[]>))));
    } catch (error) {
      recording.fail(error);
    }
  }

  private flightOf(id: string, context: LoaderContext): Flight {
    for (const flight of this.parts.flights.at(id)) if (flight.context === context) return flight;
    throw new Error('A loader runs without a flight.');
  }

  /** Neither joined nor stored. `limit` is aborted when the caller gives up before it is open. */
  private async openAlone(
    address: At,
    source: StreamLoader<unknown>,
    limit: AbortSignal,
  ): Promise<StreamReader<unknown>> {
    limit.throwIfAborted();
    const { events, enabled } = this.parts;
    if (enabled) events.miss(address.scope, address.key);
    const context = new LoadContext<unknown[]>(address.key, undefined);
    const giveUp = (): void => context.abort(limit.reason as Error);
    limit.addEventListener('abort', giveUp, { once: true });
    try {
      return new SourceReader(inThisContext(sourceOf(await source(context))), (reason) => context.abort(reason));
    } finally {
      limit.removeEventListener('abort', giveUp);
    }
  }
}
