import type { Clock, Timer } from '../../../contracts/clock.js';
import { withTimeLimit } from '../../../support/time-limit.js';

const EVERY_MS = 300;
const LIMIT_MS = 400;

/** What resolves when something has answered. */
type Beat = () => Promise<unknown>;

/** Feels whether connections still answer: a server that froze, or a cable that was pulled, closes no socket. */
export class Pulse {
  #timer: Timer | undefined;
  /** Another one for each start, so that answers to an earlier one count no more. */
  #beating: symbol | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly onLost: () => void,
  ) {}

  start(beats: readonly Beat[]): void {
    this.stop();
    this.#beating = Symbol('pulse');
    this.#next(this.#beating, beats);
  }

  stop(): void {
    this.#beating = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #next(beating: symbol, beats: readonly Beat[]): void {
    this.#timer = this.clock.setTimeout(() => void this.#feel(beating, beats), EVERY_MS);
  }

  async #feel(beating: symbol, beats: readonly Beat[]): Promise<void> {
    try {
      await Promise.all(beats.map((beat) => withTimeLimit(this.clock, 'PING', LIMIT_MS, beat())));
      if (this.#beating === beating) this.#next(beating, beats);
    } catch {
      if (this.#beating === beating) this.onLost();
    }
  }
}
