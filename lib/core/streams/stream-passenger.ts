import { freshnessOf, type Entry } from '../../contracts/entry.js';
import type { ReadCall } from '../flight-deck.js';
import { ABSENT, LATE, type Landed } from '../landed.js';
import type { CacheParts } from '../parts.js';
import { AGAIN, ALONE } from '../passenger.js';
import type { Flight, Seat } from '../single-flight.js';
import { BegunReader } from './begun-reader.js';
import { LiveReader } from './live-reader.js';
import { RecordedItems } from './recorded-items.js';
import type { Recording } from './recording.js';
import { replayOf } from './replay-of.js';
import { Replay, type StreamReader } from './stream-reader.js';

/** The caller has waited for as long as it does while there is something stale. */
const SOON: unique symbol = Symbol('soon');

export type Boarded = StreamReader<unknown> | typeof AGAIN | typeof ALONE;

/**
 * One caller of a flight that brings a stream. As `Passenger`, but it does not wait for the landing: it goes on to read what
 * the flight brings while it is under way, and keeps its seat until it is through.
 */
export class StreamPassenger {
  private readonly seat: Seat;
  private readonly boardedAt: number;
  /** The stream, once it is under way. */
  private readonly live: Promise<LiveReader | typeof AGAIN>;
  private readonly stopListening: () => void;
  private joined: LiveReader | undefined;

  /** `leads`: the flight took off for this caller. */
  constructor(
    private readonly parts: CacheParts,
    private readonly call: ReadCall<unknown>,
    private readonly flight: Flight,
    private readonly leads: boolean,
  ) {
    if (!leads) flight.joined++;
    this.boardedAt = parts.fence.invalidations;
    this.seat = flight.board();
    let resolve!: (live: LiveReader | typeof AGAIN) => void;
    this.live = new Promise((settle) => (resolve = settle));
    this.stopListening = flight.whenLive((recording) => resolve(this.join(recording)));
  }

  /** A reader for this caller. Rejects as the load does before anything came. `limit` is aborted when the caller gives up. */
  async board(limit: AbortSignal): Promise<Boarded> {
    const giveUp = (): void => {
      this.joined?.leave();
      this.seat.giveUp(limit.reason as Error);
    };
    limit.addEventListener('abort', giveUp, { once: true });
    let readsOn = false;
    try {
      const boarded = await this.take();
      readsOn = boarded === this.joined || boarded instanceof BegunReader;
      return boarded;
    } finally {
      limit.removeEventListener('abort', giveUp);
      this.stopListening();
      // Who reads on has the seat until it is through.
      if (!readsOn) this.seat.arrive();
      if (!readsOn) this.joined?.leave();
    }
  }

  private async take(): Promise<Boarded> {
    const { events } = this.parts;
    const { address, options } = this.call;
    const found = await this.flight.found;
    if (found && this.isOvertaken(found.entry.tags)) return AGAIN;
    if (found && (found.state === 'fresh' || this.isWithin(found.entry, options.staleWhileRevalidate))) {
      if (found.state === 'stale') this.flight.background = true;
      return this.replay(found.entry, found.state);
    }
    const stale = found?.entry;
    if (!stale) events.miss(address.scope, address.key);
    const soft = stale && this.softTimeout();
    const late = soft ? [soft.passed] : [];
    try {
      const came = await Promise.race([this.live, this.flight.landed, ...late]);
      if (came === SOON) return await this.goWithStale(stale!);
      const reader = this.readerOf(came, stale);
      if (stale === undefined || !(reader instanceof LiveReader)) return reader;
      // Whether the stale one is wanted after all, the first item tells.
      const asked = reader.next();
      asked.catch(() => {});
      const first = await Promise.race([asked, ...late]);
      if (first === SOON) {
        const boarded = await this.goWithStale(stale);
        return boarded === reader ? new BegunReader(reader, await asked) : boarded;
      }
      events.miss(address.scope, address.key);
      return new BegunReader(reader, first);
    } catch (error) {
      // It failed because everybody else had left.
      if (this.seat.late) return AGAIN;
      if (!stale || !this.isWithin(stale, options.staleIfError)) throw error;
      const replay = this.replay(stale, 'stale');
      if (typeof replay === 'symbol') throw error;
      return replay;
    } finally {
      soft?.cancel();
    }
  }

  private join(recording: Recording): LiveReader | typeof AGAIN {
    if (!recording.isWhole) return AGAIN;
    const reader = (this.joined = recording.join(this.leads));
    reader.onEnd = () => this.seat.arrive();
    return reader;
  }

  private readerOf(came: LiveReader | typeof AGAIN | Landed, stale: Entry | undefined): Boarded {
    if (came === AGAIN) return AGAIN;
    if (!(came instanceof LiveReader)) return this.landed(came, stale);
    // What its loader has told by now; of tags that it tells later nobody can know yet.
    return this.isOvertaken(this.flight.context?.tags ?? []) ? AGAIN : came;
  }

  /** Another process has loaded it, or another kind of call has. */
  private landed(landed: Landed, stale: Entry | undefined): Boarded {
    if (landed === LATE) {
      const isAlive = stale !== undefined && freshnessOf(stale, this.parts.clock.now()) !== 'expired';
      const replay = isAlive ? this.replay(stale, 'stale') : ALONE;
      return replay === AGAIN ? ALONE : replay;
    }
    // A batch did not know the key: now there is nobody at it.
    if (landed === ABSENT) return AGAIN;
    const { entry, kept, tags } = landed;
    if (this.isOvertaken(entry?.tags ?? tags)) return AGAIN;
    if (entry) return this.replay(entry, 'fresh');
    if (kept === undefined) return ALONE;
    const items: unknown =
      landed.value instanceof RecordedItems ? landed.value.give() : this.parts.isolation.give(kept);
    return Array.isArray(items) ? new Replay(items) : ALONE;
  }

  /** The flight goes on without this caller; or with it, when the stale one cannot be had any more. */
  private async goWithStale(stale: Entry): Promise<Boarded> {
    this.flight.background = true;
    const isAlive = freshnessOf(stale, this.parts.clock.now()) !== 'expired';
    const replay = isAlive ? this.replay(stale, 'stale') : AGAIN;
    return replay === AGAIN ? this.readerOf(await Promise.race([this.live, this.flight.landed]), undefined) : replay;
  }

  private replay(entry: Entry, state: 'fresh' | 'stale'): Replay<unknown> | typeof AGAIN | typeof ALONE {
    return replayOf(this.parts, this.call, entry, state);
  }

  private isWithin(entry: Entry, window: number): boolean {
    return this.parts.clock.now() < entry.staleAt + window;
  }

  /** As `Passenger` has it. */
  private isOvertaken(tags: readonly string[]): boolean {
    const { ticket } = this.flight;
    if (this.leads || !ticket.mayBeOld(tags, this.boardedAt)) return false;
    ticket.spoil();
    return true;
  }

  private softTimeout(): { readonly passed: Promise<typeof SOON>; cancel(): void } | undefined {
    const { softTimeout } = this.call.options;
    if (softTimeout === undefined) return undefined;
    let pass!: (soon: typeof SOON) => void;
    const passed = new Promise<typeof SOON>((resolve) => (pass = resolve));
    const timer = this.parts.clock.setTimeout(() => pass(SOON), softTimeout);
    return { passed, cancel: () => timer.cancel() };
  }
}
