import { AsyncLocalStorage } from 'node:async_hooks';
import type { Entry, Kept } from '../contracts/entry.js';
import type { Ticket } from './ticket.js';
import type { LoadContext } from './load.js';

/** A caller's place on a flight. Leaving twice does nothing. */
export interface Seat {
  /** Taken after the loader was told to stop: a failure of the load is then not this caller's. */
  readonly late: boolean;
  arrive(): void;
  giveUp(reason: Error): void;
}

/** What the look-up of a flight brought, and what it was at that moment: its callers must not judge otherwise. */
export interface Found {
  readonly entry: Entry;
  readonly state: 'fresh' | 'stale';
}

/** What a flight brings its passengers. */
export interface Landed {
  /** The loader's own result, for the caller whose loader ran. */
  readonly value: unknown;
  /** The cache's copy, from which every other caller gets one of its own; `undefined` when the value cannot be kept. */
  readonly kept: Kept | undefined;
  /** The tags the loader added. */
  readonly tags: readonly string[];
  /** Set when another process has loaded the key meanwhile: then this is what everybody gets. */
  readonly entry?: Entry;
}

/** What another process has loaded. */
export function landedElsewhere(entry: Entry): Landed {
  return { ...ABSENT, entry };
}

/** Another process has been loading for longer than anybody should wait: a stale value has to do. */
export const LATE: Landed = Object.freeze({ value: undefined, kept: undefined, tags: [] });

/** A batch loader did not know this key; whoever waits for it has to load it alone. */
export const ABSENT: Landed = Object.freeze({ value: undefined, kept: undefined, tags: [] });

/** The flight whose loader is running here, if any. Loaders of several caches may be nested in one another. */
const aboard = new AsyncLocalStorage<Flight>();
/** How many loaders are running. */
let carried = 0;

/**
 * While one loader runs, every promise of the process pays for knowing where it was made (on Node 20 about as much as a
 * hit costs). While none does, nobody needs to know.
 */
function alight(): void {
  if (--carried === 0) aboard.disable();
}

/** One look-up and one load of a key, shared by all callers of this process that want it at the time. */
export class Flight {
  /** What the look-up brought: a fresh or stale entry, or nothing. Never rejects. */
  readonly found: Promise<Found | undefined>;
  /** What the load brought. Rejects with the loader's error. Pending for ever when `found` is fresh. */
  readonly landed: Promise<Landed>;
  /** Callers beside the first. */
  joined = 0;
  context: LoadContext<unknown> | undefined;
  /** Whether it goes on when nobody waits for it. */
  background = false;

  /** Resolves when there is nothing more to do. */
  readonly ended: Promise<void>;
  end!: () => void;
  /** The first time counts. */
  settleFound!: (found: Found | undefined) => void;
  land!: (landed: Landed) => void;
  fail!: (error: unknown) => void;

  /** Called when it is told to stop. */
  onAbandoned: (() => void) | undefined;

  private waiting = 0;
  private abandoned: Error | undefined;
  /** With the number of waits: a loader may wait for one flight twice. */
  private readonly waitsFor = new Map<Flight, number>();

  constructor(readonly ticket: Ticket) {
    this.found = new Promise((resolve) => {
      let settled = false;
      this.settleFound = (found) => {
        if (settled) return;
        settled = true;
        ticket.saw(found?.entry.tags);
        resolve(found);
      };
    });
    this.landed = new Promise((resolve, reject) => {
      this.land = resolve;
      this.fail = reject;
    });
    this.ended = new Promise((resolve) => (this.end = resolve));
    // In the background nobody else may be listening.
    this.landed.catch(() => {});
  }

  /** Runs a loader so that what it calls knows where it is called from. */
  carry<T>(run: () => Promise<T>): Promise<T> {
    carried++;
    const result = aboard.run(this, run);
    result.then(alight, alight);
    return result;
  }

  /**
   * Waits on behalf of a caller. When the last one gives up a load that no background refresh needs, the loader is told
   * to stop; the flight can still be joined, because one that takes no notice is still the one load of the key.
   */
  board(): Seat {
    const from = aboard.getStore();
    const late = this.abandoned !== undefined;
    let seated = true;
    this.waiting++;
    from?.waitFor(this, 1);
    const arrive = (): void => {
      if (!seated) return;
      seated = false;
      this.waiting--;
      from?.waitFor(this, -1);
    };
    const giveUp = (reason: Error): void => {
      if (!seated) return;
      arrive();
      if (this.waiting > 0 || this.background) return;
      // Told to stop long ago, and still not over: the next caller shall have a load of its own.
      if (this.abandoned !== undefined && late) this.ticket.fall('overwritten');
      this.abandon(reason);
    };
    return { late, arrive, giveUp };
  }

  /** Why it was told to stop, if it was. */
  get abandonment(): Error | undefined {
    return this.abandoned;
  }

  /** The loader's side of the flight, told at once when everybody has left already. */
  begin(context: LoadContext<unknown>): void {
    this.context = context;
    this.ticket.loading = true;
    if (this.abandoned) context.abort(this.abandoned);
  }

  abandon(reason: Error): void {
    this.abandoned ??= reason;
    this.context?.abort(reason);
    this.onAbandoned?.();
  }

  /** Says that this one cannot land before `other` does. */
  tieTo(other: Flight): void {
    if (other !== this) this.waitFor(other, 1);
  }

  private waitFor(other: Flight, change: 1 | -1): void {
    const count = (this.waitsFor.get(other) ?? 0) + change;
    if (count > 0) this.waitsFor.set(other, count);
    else this.waitsFor.delete(other);
  }

  /**
   * Whether waiting for this flight from here would be waiting for oneself: a loader that asks for its own key, or
   * two loaders that ask for each other's.
   */
  get wouldDeadlock(): boolean {
    const target = aboard.getStore();
    if (target === undefined) return false;
    const seen = new Set<Flight>([this]);
    // A set grows while it is walked. No recursion: a batch is a chain as long as its keys are many.
    for (const flight of seen) {
      if (flight === target) return true;
      for (const next of flight.waitsFor.keys()) seen.add(next);
    }
    return false;
  }
}

/** The flights of one cache: at most one a key that a new caller may join. */
export class SingleFlight {
  /** Those that may be joined. */
  private readonly open = new Map<string, Flight>();
  /** All that are under way, detached ones too. */
  private readonly underway = new Set<Flight>();

  get(id: string): Flight | undefined {
    return this.open.get(id);
  }

  start(id: string, flight: Flight): void {
    this.open.set(id, flight);
    this.underway.add(flight);
  }

  /** After an invalidation: those aboard stay, but nobody may board any more. */
  detach(id: string, flight: Flight): void {
    if (this.open.get(id) === flight) this.open.delete(id);
  }

  end(id: string, flight: Flight): void {
    this.detach(id, flight);
    this.underway.delete(flight);
    flight.end();
  }

  /** Whether a flight of this key is under way, one that nobody may board included, that waits for whoever asks from here. */
  isAbove(id: string): boolean {
    for (const flight of this.underway) if (flight.ticket.address.id === id && flight.wouldDeadlock) return true;
    return false;
  }

  get running(): ReadonlySet<Flight> {
    return this.underway;
  }
}
