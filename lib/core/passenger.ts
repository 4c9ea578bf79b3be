import { freshnessOf, type Entry } from '../contracts/entry.js';
import type { Address } from '../contracts/scope.js';
import type { CallOptions } from './call-options.js';
import type { CacheParts } from './parts.js';
import type { CacheScope } from './scopes.js';
import { ABSENT, LATE, type Landed } from './landed.js';
import type { Flight, Seat } from './single-flight.js';
import { UnrecordedError } from './streams/unrecorded-error.js';

/** The flight came to nothing for this caller: it has to board another one. That one can only be a new one. */
export const AGAIN: unique symbol = Symbol('again');
/** A batch loader that began after this caller came did not know the key: a batch has its answer, a single call loads it. */
export const UNKNOWN: unique symbol = Symbol('unknown');

/** Nobody in the fleet will load this for the caller in time, and there is nothing stale to go with: it loads for itself. */
export const ALONE: unique symbol = Symbol('alone');

type NoValue = typeof AGAIN | typeof UNKNOWN | typeof ALONE;
const UNREADABLE: unique symbol = Symbol('unreadable');

/**
 * One caller of a flight. The flight is shared, its callers are not: each has options of its own, takes a stale value or
 * not, gives up or not. Aboard from the moment it is made, so that loaders which ask for each other's keys are seen.
 */
export class Passenger<T> {
  private readonly seat: Seat;
  /** How many invalidations there had been when it came aboard. */
  private readonly boardedAt: number;
  /** Whether all that the load finds, or does not find, is newer than the call. */
  private readonly cameBeforeLoad: boolean;

  /** `leads`: the flight took off for this caller. */
  constructor(
    private readonly parts: CacheParts,
    private readonly at: Address & { readonly scope: CacheScope },
    private readonly options: CallOptions,
    private readonly flight: Flight,
    private readonly leads: boolean,
  ) {
    if (!leads) flight.joined++;
    this.boardedAt = parts.fence.invalidations;
    this.cameBeforeLoad = !flight.ticket.loading;
    this.seat = flight.board();
  }

  /** The value for this caller. Rejects with the loader's error. `limit` is aborted when the caller gives up. */
  async ride(limit: AbortSignal | undefined): Promise<T | NoValue> {
    const giveUp = (): void => this.seat.giveUp(limit!.reason as Error);
    limit?.addEventListener('abort', giveUp, { once: true });
    try {
      return await this.take();
    } finally {
      this.seat.arrive();
      limit?.removeEventListener('abort', giveUp);
    }
  }

  private async take(): Promise<T | NoValue> {
    const { events, isolation } = this.parts;
    const { scope, key } = this.at;
    const found = await this.flight.found;
    if (found && this.isOvertaken(found.entry.tags)) return AGAIN;
    if (found && (found.state === 'fresh' || this.isWithin(found.entry, this.options.staleWhileRevalidate))) {
      if (found.state === 'stale') this.flight.background = true;
      const value = this.give(found.entry, found.state);
      return value === UNREADABLE ? AGAIN : value;
    }
    const stale = found?.entry;
    if (!stale) events.miss(scope, key);
    try {
      const landed = await this.landing(stale);
      // Who came later may know of what has been written since; the next load is one for all of those.
      if (landed === ABSENT) return this.cameBeforeLoad ? UNKNOWN : AGAIN;
      if (landed === LATE) return this.makeDo(stale);
      if (landed?.entry) {
        const value = this.isOvertaken(landed.entry.tags) ? UNREADABLE : this.give(landed.entry, 'fresh');
        return value === UNREADABLE ? AGAIN : value;
      }
      if (landed === undefined) {
        this.flight.background = true;
        const value = this.give(stale!, 'stale');
        if (value !== UNREADABLE) return value;
      }
      const { value, kept, tags } = landed ?? (await this.flight.landed);
      if (this.isOvertaken(tags)) return AGAIN;
      if (stale) events.miss(scope, key);
      return (this.leads || kept === undefined ? value : isolation.give(kept)) as T;
    } catch (error) {
      // It failed because everybody else had left: no failure of this caller's load.
      if (this.seat.late) return AGAIN;
      // Nor is it one that somebody's stream is too long to be given to who wants it whole.
      if (error instanceof UnrecordedError) return AGAIN;
      if (!stale || !this.isWithin(stale, this.options.staleIfError)) throw error;
      const value = this.give(stale, 'stale');
      if (value === UNREADABLE) throw error;
      return value;
    }
  }

  /** Whatever this caller accepts otherwise: it has waited for as long as it should. */
  private makeDo(stale: Entry | undefined): T | typeof ALONE {
    if (!stale || freshnessOf(stale, this.parts.clock.now()) === 'expired') return ALONE;
    const value = this.give(stale, 'stale');
    return value === UNREADABLE ? ALONE : value;
  }

  /** RFC 5861: the window begins where freshness ends; its own end is excluded. */
  private isWithin(entry: Entry, window: number): boolean {
    return this.parts.clock.now() < entry.staleAt + window;
  }

  /**
   * Whether this caller came after an invalidation of tags that nobody knew of when the flight took off: tags of what
   * it found, or tags that its loader added.
   *
   *     load(k) begins -> reads the old row
   *                         invalidateTags(t) -> resolves
   *                                                get(k) joins: nothing says yet that the load concerns t
   *     load(k) ends, with setTags(t): refused by the store, and by those who joined after
   */
  private isOvertaken(tags: readonly string[]): boolean {
    const { ticket } = this.flight;
    if (this.leads || !ticket.mayBeOld(tags, this.boardedAt)) return false;
    ticket.spoil();
    return true;
  }

  /** The landing; or `undefined` when `softTimeout` passed first and there is a stale value to give. */
  private async landing(stale: Entry | undefined): Promise<Landed | undefined> {
    const { softTimeout } = this.options;
    const { landed } = this.flight;
    if (!stale || softTimeout === undefined) return landed;
    let late = false;
    const soft = new Promise<undefined>((resolve) => {
      const timer = this.parts.clock.setTimeout(() => {
        late = true;
        resolve(undefined);
      }, softTimeout);
      const cancel = (): void => timer.cancel();
      landed.then(cancel, cancel);
    });
    const first = await Promise.race([landed, soft]);
    // What has expired meanwhile is nobody's to have any more.
    return late && freshnessOf(stale, this.parts.clock.now()) !== 'expired' ? undefined : (first ?? landed);
  }

  /** A codec may fail to do again what it did once; that is no failure of a caller's. */
  private give(entry: Entry, state: 'fresh' | 'stale'): T | typeof UNREADABLE {
    const { events } = this.parts;
    const { scope, key } = this.at;
    try {
      const value = entry.read() as T;
      events.hit(scope, key, entry.tier, state);
      return value;
    } catch (error) {
      events.error(scope, 'decode', error, key);
      return UNREADABLE;
    }
  }
}
