import type { Clock, Timer } from '../contracts/clock.js';

/** Taken once, so that a test framework's own fake timers never stop this clock. */
const nextTurn = setImmediate;

/** Enough for a chain of promises that hops through the event loop a few times, as the poll before a timeout does. */
const TURNS = 8;

interface PendingTimer {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until a test moves it. Give it to the module (`CacheModule.forRoot({ clock })`) and every
 * expiry, delay and time limit of the library follows it: no test has to sleep.
 *
 * It moves the library's time only. Real input and output (sockets, files) goes on at its own pace and is not waited for.
 */
export class FakeClock implements Clock {
  #now: number;
  #order = 0;
  #moving: Promise<void> = Promise.resolve();
  readonly #timers = new Set<PendingTimer>();

  /** @param startMs The first instant, in milliseconds since the Unix epoch. Default: 14 November 2023, 22:13:20 UTC. */
  constructor(startMs = 1_700_000_000_000) {
    this.#now = startMs;
  }

  /** How many timers are set and neither cancelled nor run: 0 after a shutdown that leaks none. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  /** The timer runs inside an `advance` that reaches it; `ms` below 0 or NaN count as 0, `Infinity` never comes. */
  setTimeout(callback: () => void, ms: number): Timer {
    const timer = { due: this.#now + (ms > 0 ? ms : 0), order: this.#order++, callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /**
   * Moves time by `ms` milliseconds, stopping at each timer on the way in order of its due time, then of its making.
   * What a timer sets off, promise continuations and further timers within the span included, runs before time moves
   * on. Calls made at once run one after the other. `advance(0)` runs what is due now.
   *
   * @throws RangeError when `ms` is negative or not finite; time never runs backwards.
   * Rejects with what a timer's callback throws; time then stands at that timer.
   */
  advance(ms: number): Promise<void> {
    if (!(ms >= 0 && ms < Infinity)) {
      return Promise.reject(new RangeError(`FakeClock.advance(${ms}): give 0 or more milliseconds.`));
    }
    const move = this.#moving.then(() => this.#advance(this.#now + ms));
    this.#moving = move.catch(() => {});
    return move;
  }

  /** Lets everything run that waits for no timer: promise continuations and hops through the event loop. Time stands still. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) await new Promise<void>((resolve) => void nextTurn(resolve));
  }

  async #advance(target: number): Promise<void> {
    // Work that is still on its way to its setTimeout must get there before time moves past it.
    await this.settle();
    for (let timer = this.#first(target); timer; timer = this.#first(target)) {
      this.#timers.delete(timer);
      this.#now = timer.due;
      timer.callback();
      await this.settle();
    }
    this.#now = target;
    await this.settle();
  }

  #first(target: number): PendingTimer | undefined {
    let first: PendingTimer | undefined;
    for (const timer of this.#timers) {
      // The set keeps the order of making, so that of two with one due time the first stays.
      if (timer.due <= target && (!first || timer.due < first.due)) first = timer;
    }
    return first;
  }
}
