import type { Address } from '../contracts/scope.js';
import { Aboard } from './aboard.js';
import type { Fence } from './fence.js';
import type { Found, Landed } from './landed.js';
import { Outcome } from './outcome.js';
import type { Ticket } from './ticket.js';
import type { LoadContext } from './load.js';
import type { Recording } from './streams/recording.js';

/** Loaders of several caches may be nested in one another. */
const aboard = new Aboard<Flight>();

/** A caller's place on a flight. Leaving twice does nothing. */
export class Seat {
  private seated = true;

  constructor(
    private readonly flight: Flight,
    /** The flight whose loader is the caller, if one is. */
    private readonly from: Flight | undefined,
    /** Taken after the loader was told to stop: a failure of the load is then not this caller's. */
    readonly late: boolean,
  ) {
    flight.enter(from);
  }

  arrive(): void {
    if (!this.seated) return;
    this.seated = false;
    this.flight.leave(this.from);
  }

  giveUp(reason: Error): void {
    if (!this.seated) return;
    this.arrive();
    this.flight.giveUp(reason, this.late);
  }
}

const NOTHING = new Outcome<Found | undefined>();
NOTHING.keep(undefined);
const ENDED = new Outcome<void>();
ENDED.keep();

/** One look-up and one load of a key, shared by all callers of this process that want it at the time. */
export class Flight {
  /** Callers beside the first. */
  joined = 0;
  context: LoadContext<unknown> | undefined;
  /** Whether it goes on when nobody waits for it. */
  background = false;
  /** Called when it is told to stop. */
  onAbandoned: (() => void) | undefined;

  /** Made when they are asked for, or told. */
  private finding: Outcome<Found | undefined> | undefined;
  private landing: Outcome<Landed> | undefined;
  private ending: Outcome<void> | undefined;
  private recording: Recording | undefined;
  private liveListeners: Set<(recording: Recording) => void> | undefined;
  private waiting = 0;
  private abandoned: Error | undefined;
  /** With the number of waits: a loader may wait for one flight twice. */
  private waitsFor: Map<Flight, number> | undefined;

  constructor(readonly ticket: Ticket) {
    ticket.flight = this;
  }

  /** What the look-up brought: a fresh or stale entry, or nothing. Never rejects. */
  get found(): Promise<Found | undefined> {
    return (this.finding ??= new Outcome()).promise;
  }

  /** What the load brought. Rejects with the loader's error. Pending for ever when `found` is fresh. */
  get landed(): Promise<Landed> {
    return (this.landing ??= new Outcome()).promise;
  }

  /**
   * Calls the listener with the stream that the loader brings, at once when that is there: who listens is aboard before the
   * first item comes. Returns what ends that.
   */
  whenLive(listener: (recording: Recording) => void): () => void {
    if (this.recording) listener(this.recording);
    else (this.liveListeners ??= new Set()).add(listener);
    return () => void this.liveListeners?.delete(listener);
  }

  goLive(recording: Recording): void {
    this.recording = recording;
    const listeners = this.liveListeners;
    this.liveListeners = undefined;
    if (listeners) for (const listener of listeners) listener(recording);
  }

  /** Whether it would still be of use to anybody. */
  get isWanted(): boolean {
    return this.waiting > 0 || this.background;
  }

  /** Resolves when there is nothing more to do. */
  get ended(): Promise<void> {
    return (this.ending ??= new Outcome()).promise;
  }

  /** The first time counts. */
  settleFound(found: Found | undefined): void {
    if (this.finding?.isOpen === false) return;
    this.ticket.saw(found?.entry.tags);
    if (this.finding === undefined && found === undefined) this.finding = NOTHING;
    else (this.finding ??= new Outcome()).keep(found);
  }

  land(landed: Landed): void {
    (this.landing ??= new Outcome()).keep(landed);
  }

  fail(error: unknown): void {
    (this.landing ??= new Outcome()).fail(error);
  }

  end(): void {
    if (this.ending) this.ending.keep();
    else this.ending = ENDED;
  }

  /** Runs a loader so that what it calls knows where it is called from. */
  carry<T>(run: () => Promise<T>): Promise<T> {
    return aboard.carry(this, run);
  }

  /**
   * The same for who waits for the loader itself, in one promise less: `alight` is to be called when it is over, or when it
   * throws.
   */
  take<A, T>(run: (argument: A) => T, argument: A): T {
    return aboard.take(this, run, argument);
  }

  alight(): void {
    aboard.alight();
  }

  /** Waits on behalf of a caller, until that has what it wants, or leaves. */
  board(): Seat {
    return new Seat(this, aboard.around, this.abandoned !== undefined);
  }

  /** The same for a caller who never leaves before the end: to be given to `leave` then. */
  boardOnce(): Flight | undefined {
    const from = aboard.around;
    this.enter(from);
    return from;
  }

  enter(from: Flight | undefined): void {
    this.waiting++;
    from?.waitFor(this, 1);
  }

  leave(from: Flight | undefined): void {
    this.waiting--;
    from?.waitFor(this, -1);
  }

  /**
   * A caller has given up. When the last one gives up a load that no background refresh needs, the loader is told to stop;
   * the flight can still be joined, because one that takes no notice is still the one load of the key.
   */
  giveUp(reason: Error, late: boolean): void {
    if (this.waiting > 0 || this.background) return;
    // Told to stop long ago, and still not over: the next caller shall have a load of its own.
    if (this.abandoned !== undefined && late) this.ticket.fall('overwritten');
    this.abandon(reason);
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
    const waits = (this.waitsFor ??= new Map<Flight, number>());
    const count = (waits.get(other) ?? 0) + change;
    if (count > 0) waits.set(other, count);
    else waits.delete(other);
  }

  /**
   * Whether waiting for this flight from here would be waiting for oneself: a loader that asks for its own key, or
   * two loaders that ask for each other's.
   */
  get wouldDeadlock(): boolean {
    const target = aboard.around;
    if (target === undefined) return false;
    const seen = new Set<Flight>([this]);
    // A set grows while it is walked. No recursion: a batch is a chain as long as its keys are many.
    for (const flight of seen) {
      if (flight === target) return true;
      if (flight.waitsFor) for (const next of flight.waitsFor.keys()) seen.add(next);
    }
    return false;
  }
}

/** The flights of one cache: at most one a key that a new caller may join. Each stands behind the fence with its ticket. */
export class SingleFlight {
  constructor(private readonly fence: Fence) {}

  /** The one that may be joined: after an invalidation those aboard stay, but nobody may board any more. */
  get(id: string): Flight | undefined {
    let ticket = this.fence.firstAt(id);
    while (ticket && (ticket.flight === undefined || ticket.isSealed)) ticket = ticket.beside;
    return ticket?.flight as Flight | undefined;
  }

  /** All of this key that are under way, those that nobody may join any more among them. */
  at(id: string): Flight[] {
    return this.fence.ticketsAt(id).flatMap(({ flight }) => (flight === undefined ? [] : [flight as Flight]));
  }

  takeOff(address: Address, tags: readonly string[]): Flight {
    return new Flight(this.fence.open(address, tags));
  }

  end(flight: Flight): void {
    this.fence.close(flight.ticket);
    flight.end();
  }

  /** Whether a flight of this key is under way, one that nobody may board included, that waits for whoever asks from here. */
  isAbove(id: string): boolean {
    return this.fence.ticketsAt(id).some(({ flight }) => (flight as Flight | undefined)?.wouldDeadlock);
  }

  /** All that are under way. */
  get running(): ReadonlySet<Flight> {
    return new Set(this.fence.tickets(({ flight }) => flight !== undefined).map(({ flight }) => flight as Flight));
  }
}
