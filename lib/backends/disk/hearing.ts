import type { LoggedChange } from './change-row.js';
import type { Contents } from './opened.js';

/** How often it is looked for changes where nobody asks, in milliseconds: loads of this process are closed by them. */
const LOOK_EVERY = 100;
/** How long the file that is open is believed to be the one that others see, in milliseconds. */
const PLACE_LIFE = 250;
/**
 * How long a look does within one go of the event loop, in milliseconds: less than it takes another process to commit, and to
 * tell of it in a way that blocks.
 */
const LOOK_LIFE = 0.02;

export interface HearingParts {
  /** What the file says at this moment. Throws when it cannot be read. */
  readonly read: <T>(work: (file: Contents) => T) => T;
  /** Whether the file that is open stands in its place: a new one in its stead is where the others write. */
  readonly isInPlace: () => boolean;
  /** Milliseconds of a clock that nobody sets. */
  readonly now: () => number;
  /** Changes can be heard no more; called within the look that has found it. */
  readonly onLost: () => void;
}

/** Who wants to hear of changes. */
export interface Hearer {
  heard(changes: readonly LoggedChange[]): void;
  /** From now on changes may go unheard. */
  lost(): void;
  /** From now on every change is heard again; those in between were not. */
  back(): void;
}

/**
 * Reads what the file says of changes. There is no message that could be late or lost: the number of the last change stands in
 * the file, and a look at it, which waits for nothing, tells whether all was heard.
 *
 * One look does for what runs in one go of the event loop, promises included: an answer, a message or a timer, by which this
 * process could be told of a change, begins another go. News can come within a go as well, where the process blocks for them
 * (`execFileSync`, `Atomics.wait`, a file that is read); that takes time, so a look gets old soon.
 */
export class Hearing {
  readonly #hearers = new Set<Hearer>();
  #number = 0;
  #isConnected = false;
  /** Whether this go of the event loop has looked. */
  #hasLooked = false;
  #lookedAt = -Infinity;
  #placeAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: HearingParts) {}

  get isConnected(): boolean {
    return this.#isConnected;
  }

  start(): void {
    this.#look();
    this.#timer = setInterval(() => this.catchUp(), LOOK_EVERY);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#hearers.clear();
  }

  join(hearer: Hearer): () => void {
    this.#hearers.add(hearer);
    return () => void this.#hearers.delete(hearer);
  }

  /** What was changed before this call is told before it returns. */
  catchUp(): void {
    const now = this.parts.now();
    if (this.#hasLooked && now - this.#lookedAt < LOOK_LIFE) return;
    // Behind the promises that are ready, and before anything else.
    if (!this.#hasLooked) process.nextTick(this.#age);
    this.#hasLooked = true;
    this.#lookedAt = now;
    this.#look();
  }

  /** The file is given up: what another one says has nothing to do with what was heard. */
  lose(): void {
    if (!this.#isConnected) return;
    this.#isConnected = false;
    for (const hearer of [...this.#hearers]) hearer.lost();
    this.parts.onLost();
  }

  readonly #age = (): void => {
    this.#hasLooked = false;
  };

  #look(): void {
    let changes: readonly LoggedChange[] | undefined;
    const { read } = this.parts;
    try {
      if (!this.#isPlaceKnown() && !this.parts.isInPlace()) return this.lose();
      const number = read((file) => file.changes.last);
      if (!this.#isConnected) return this.#begin(number);
      if (number === this.#number) return;
      read((file) => {
        changes = file.changes.since(this.#number);
        this.#number = file.changes.last;
      });
    } catch {
      return this.lose();
    }
    this.#tell(changes ?? [{ kind: 'everything', sender: '' }]);
  }

  /** For a moment; while nothing is heard, not at all. */
  #isPlaceKnown(): boolean {
    const now = this.parts.now();
    if (this.#isConnected && now - this.#placeAt < PLACE_LIFE) return true;
    this.#placeAt = now;
    return false;
  }

  #begin(number: number): void {
    this.#number = number;
    this.#isConnected = true;
    for (const hearer of [...this.#hearers]) hearer.back();
  }

  #tell(changes: readonly LoggedChange[]): void {
    for (const hearer of [...this.#hearers]) hearer.heard(changes);
  }
}
