import type { Entry } from '../contracts/entry.js';
import type { Address } from '../contracts/scope.js';
import type { CallOptions } from './call-options.js';
import type { CacheParts } from './parts.js';
import type { CacheScope } from './scopes.js';
import { ABSENT, type Flight, type Landed, type Seat } from './single-flight.js';

/** The flight came to nothing for this caller: it has to board another one. That one can only be a new one. */
export const AGAIN: unique symbol = Symbol('again');
/** The batch loader of this very caller did not know the key. */
export const UNKNOWN: unique symbol = Symbol('unknown');

const UNREADABLE: unique symbol = Symbol('unreadable');

/**
 * One caller of a flight. The flight is shared, its callers are not: each has options of its own, takes a stale value or
 * not, gives up or not. Aboard from the moment it is made, so that loaders which ask for each other's keys are seen.
 */
export class Passenger<T> {
  private readonly seat: Seat;
  /** How many invalidations there had been when it came aboard. */
  private readonly boardedAt: number;

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
    this.seat = flight.board();
  }

  /** The value for this caller. Rejects with the loader's error. `limit` is aborted when the caller gives up. */
  async ride(limit: AbortSignal | undefined): Promise<T | typeof AGAIN | typeof UNKNOWN> {
    const giveUp = (): void => this.seat.giveUp(limit!.reason as Error);
    limit?.addEventListener('abort', giveUp, { once: true });
    try {
      return await this.take();
    } finally {
      this.seat.arrive();
      limit?.removeEventListener('abort', giveUp);
    }
  }

  private async take(): Promise<T | typeof AGAIN | typeof UNKNOWN> {
    const { clock, events } = this.parts;
    const { scope, key } = this.at;
    const { staleWhileRevalidate, staleIfError } = this.options;
    const found = await this.flight.found;
    if (found && this.isOvertaken(found.entry.tags)) return AGAIN;
    if (found && (found.state === 'fresh' || clock.now() < found.entry.staleAt + staleWhileRevalidate)) {
      if (found.state === 'stale') this.flight.background = true;
      const value = this.give(found.entry, found.state);
      return value === UNREADABLE ? AGAIN : value;
    }
    const stale = found?.entry;
    if (!stale) events.miss(scope, key);
    let landed: Landed | T;
    try {
      landed = await this.landing(stale);
    } catch (error) {
      // It failed because everybody else had left: no failure of this caller's load.
      if (this.seat.late) return AGAIN;
      const value = stale && clock.now() < stale.staleAt + staleIfError ? this.give(stale, 'stale') : UNREADABLE;
      if (value === UNREADABLE) throw error;
      return value;
    }
    if (landed === ABSENT) return this.leads ? UNKNOWN : AGAIN;
    return landed as T;
  }
}
