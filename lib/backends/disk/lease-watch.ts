import type { Clock, Timer } from '../../contracts/clock.js';

/** How often a lease is looked at whose end somebody waits for, in milliseconds. */
const SHORTEST_PAUSE = 5;
/** Of many the pause is longer: so many looks a millisecond at most. */
const LOOKS_PER_MS = 20;

export interface LeaseWatchParts {
  /** Whose the lease is; `undefined`: nobody's. May throw. */
  readonly bearer: (lease: string) => string | undefined;
  readonly onEnded: (lease: string) => void;
  readonly clock: Clock;
}

interface Watched {
  /** How many wait for it. */
  waiting: number;
  /** Who had it at the last look. */
  bearer: string | undefined;
}

/**
 * Leases whose end somebody in this process waits for. They are looked at: a look costs a microsecond, and a word in the file for
 * every lease that ends would cost each load of each process, though hardly any is waited for.
 */
export class LeaseWatch {
  readonly #watched = new Map<string, Watched>();
  #timer: Timer | undefined;

  constructor(private readonly parts: LeaseWatchParts) {}

  attend(lease: string): () => void {
    const watched = this.#watched.get(lease) ?? { waiting: 0, bearer: ANYBODY };
    watched.waiting++;
    this.#watched.set(lease, watched);
    this.#schedule();
    let isAttending = true;
    return () => {
      if (!isAttending) return;
      isAttending = false;
      if (--watched.waiting === 0) this.#watched.delete(lease);
    };
  }

  stop(): void {
    this.#watched.clear();
    this.#timer?.cancel();
  }

  #schedule(): void {
    if (this.#timer || this.#watched.size === 0) return;
    const pause = Math.max(SHORTEST_PAUSE, this.#watched.size / LOOKS_PER_MS);
    this.#timer = this.parts.clock.setTimeout(() => this.#look(), pause);
  }

  #look(): void {
    this.#timer = undefined;
    for (const [lease, watched] of [...this.#watched]) if (this.#hasEnded(lease, watched)) this.parts.onEnded(lease);
    this.#schedule();
  }

  #hasEnded(lease: string, watched: Watched): boolean {
    const before = watched.bearer;
    try {
      watched.bearer = this.parts.bearer(lease);
    } catch {
      // Whoever waits asks by itself now and then.
      return false;
    }
    // As long as somebody waits for what nobody has, and not once: it may have been taken and have ended between two looks.
    //
    //   look: nobody's, told     A asks, refused: B has just taken it     B fills, gives it back     look: nobody's
    if (watched.bearer === undefined) return true;
    return before !== ANYBODY && before !== undefined && before !== watched.bearer;
  }
}

/** Before the first look: no token is empty. */
const ANYBODY = '';
