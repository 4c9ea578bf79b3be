import type { Redis } from 'ioredis';
import type { Clock, Timer } from '../../../contracts/clock.js';
import { withTimeLimit } from '../../../support/time-limit.js';

const EVERY_MS = 300;
const LIMIT_MS = 400;

/** Feels whether connections still answer: a server that froze, or a cable that was pulled, closes no socket. */
export class Pulse {
  #timer: Timer | undefined;
  /** Another one for each start, so that answers to an earlier one count no more. */
  #beating: symbol | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly onLost: () => void,
  ) {}

  start(clients: readonly Redis[]): void {
    this.stop();
    this.#beating = Symbol('pulse');
    this.#next(this.#beating, clients);
  }

  stop(): void {
    this.#beating = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #next(beating: symbol, clients: readonly Redis[]): void {
    this.#timer = this.clock.setTimeout(() => void this.#feel(beating, clients), EVERY_MS);
  }

  async #feel(beating: symbol, clients: readonly Redis[]): Promise<void> {
    try {
      await Promise.all(clients.map((client) => withTimeLimit(this.clock, 'PING', LIMIT_MS, client.ping())));
      if (this.#beating === beating) this.#next(beating, clients);
    } catch {
      if (this.#beating === beating) this.onLost();
    }
  }
}
