import type { Clock, Timer } from '../../contracts/clock.js';
import { withTimeLimit } from '../../support/time-limit.js';
import { fleetChannel, writeMessage } from './bus-message.js';
import type { Publisher } from './links.js';

/** How long after its last message a process says once more how many there were, in milliseconds. */
const BEAT_DELAY = 500;
/** How long the last beat may hold up a shutdown. */
const CLOSE_LIMIT = 400;

/**
 * Numbers what this process tells the others, so that they see when something is missing. A number is given out right
 * before its command is handed to the client; a command that fails leaves a gap, since it may have run all the same.
 *
 * Numbers may arrive out of their order where there are several connections: the others take that for a gap, and forget
 * more than they had to.
 */
export class Announcer {
  readonly channel: string;
  #number = 0;
  /** When the last message was numbered. */
  #toldAt = 0;
  #beat: Timer | undefined;
  #closed = false;

  constructor(
    private readonly publisher: Publisher,
    rootPath: string,
    /** Nobody else's, ever: a process that starts again begins at 1 under another name. */
    readonly sender: string,
    private readonly clock: Clock,
  ) {
    this.channel = fleetChannel(rootPath);
  }

  keys(keys: readonly string[]): string {
    return writeMessage({ kind: 'keys', keys, ...this.#next() });
  }

  tellPattern(path: string, pattern: string): Promise<void> {
    return this.publisher.publish(this.channel, () =>
      writeMessage({ kind: 'pattern', path, pattern, ...this.#next() }),
    );
  }

  /** The keys' message, and one that takes its number where nothing was changed: else the number would be missed. */
  keysOrNothing(keys: readonly string[]): [message: string, nothing: string] {
    const head = this.#next();
    return [writeMessage({ kind: 'keys', keys, ...head }), writeMessage({ kind: 'nothing', ...head })];
  }

  /** Says what is still to be said: nobody comes after it. */
  async close(): Promise<void> {
    this.#closed = true;
    if (!this.#beat) return;
    this.#beat.cancel();
    this.#beat = undefined;
    await withTimeLimit(this.clock, 'The last beat', CLOSE_LIMIT, this.#publishBeat()).catch(() => {});
  }

  #next(): { sender: string; number: number } {
    this.#number += 1;
    this.#toldAt = this.clock.now();
    if (!this.#beat && !this.#closed) this.#beatIn(BEAT_DELAY);
    return { sender: this.sender, number: this.#number };
  }

  #beatIn(ms: number): void {
    this.#beat = this.clock.setTimeout(() => {
      this.#beat = undefined;
      // One timer, however many messages: it goes off early and waits for the rest.
      const left = this.#toldAt + BEAT_DELAY - this.clock.now();
      if (left > 0) this.#beatIn(left);
      else this.#publishBeat().catch(() => this.#beatAgain());
    }, ms);
  }

  /** The connection that the beat needs is the one that may have taken the last message with it. */
  #beatAgain(): void {
    if (!this.#beat && !this.#closed) this.#beatIn(BEAT_DELAY);
  }

  #publishBeat(): Promise<void> {
    return this.publisher.publish(this.channel, () =>
      writeMessage({ kind: 'beat', sender: this.sender, number: this.#number }),
    );
  }
}
