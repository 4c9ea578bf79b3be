import type { Socket } from 'node:net';
import type { Clock, Timer } from '../../../lib/contracts/clock.js';

/**
 * What becomes of bytes on their way in one direction. `hold`: they wait until the flow changes, as on a network that is
 * parted and comes together again. `swallow`: they are gone.
 */
export type Flow =
  | { readonly kind: 'pass' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'drip'; readonly ms: number }
  | { readonly kind: 'hold' }
  | { readonly kind: 'swallow' };

export const PASS: Flow = { kind: 'pass' };

/** What a lane keeps before it ceases to read: then the sender's own buffers fill, as they do before a slow network. */
const MOST_HELD = 256 * 1024;

interface Held {
  readonly bytes: Buffer;
  readonly came: number;
}

export interface LaneParts {
  readonly from: Socket;
  readonly to: Socket;
  readonly clock: Clock;
  flow(): Flow;
  /** How many bytes may still pass before both ends are cut, if a cut is due on this lane. */
  allowance(): number | undefined;
  /** The allowance is used up. */
  cut(): void;
}

/** One direction of one connection. */
export class Lane {
  #queue: Held[] = [];
  #held = 0;
  #swallowed = false;
  #ended = false;
  #blocked = false;
  #timer: Timer | undefined;
  #allowance: number | undefined;

  constructor(private readonly parts: LaneParts) {
    const { from, to, clock } = parts;
    from.on('data', (bytes: Buffer) => {
      this.#queue.push({ bytes, came: clock.now() });
      this.#held += bytes.length;
      this.pump();
      if (this.#held > MOST_HELD) from.pause();
    });
    from.on('end', () => {
      this.#ended = true;
      this.pump();
    });
    to.on('drain', () => {
      this.#blocked = false;
      this.pump();
    });
  }

  /** Bytes that have come and not left. */
  get held(): number {
    return this.#held;
  }

  /** Whether bytes are missing from the stream: what follows them would make no sense to its reader. */
  get torn(): boolean {
    return this.#swallowed;
  }

  /** Moves what may move now; to be called again whenever the flow has changed. */
  pump(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    while (this.#queue.length > 0 && !this.#blocked) {
      const wait = this.#waitOf(this.#queue[0]!);
      if (wait === undefined) return;
      if (wait > 0) {
        this.#timer = this.parts.clock.setTimeout(() => this.#tick(), wait);
        return;
      }
      this.#send(this.#queue.shift()!.bytes);
    }
    const isSilent = ['hold', 'swallow'].includes(this.parts.flow().kind);
    if (this.#queue.length === 0 && this.#ended && !this.#swallowed && !isSilent) this.parts.to.end();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#queue = [];
    this.#held = 0;
  }

  /** How long the first one still waits; `undefined`: until the flow changes. */
  #waitOf({ came }: Held): number | undefined {
    const flow = this.parts.flow();
    switch (flow.kind) {
      case 'pass':
        return 0;
      case 'delay':
        return Math.max(0, came + flow.ms - this.parts.clock.now());
      case 'drip':
        return flow.ms;
      case 'hold':
        return undefined;
      case 'swallow':
        this.#swallowed = true;
        return 0;
    }
  }

  #tick(): void {
    this.#timer = undefined;
    const first = this.#queue[0];
    if (this.parts.flow().kind === 'drip' && first !== undefined && !this.#blocked) {
      if (first.bytes.length === 1) this.#queue.shift();
      else this.#queue[0] = { ...first, bytes: first.bytes.subarray(1) };
      this.#send(first.bytes.subarray(0, 1));
    }
    this.pump();
  }

  #send(bytes: Buffer): void {
    const { from, to, allowance, cut, flow } = this.parts;
    this.#held -= bytes.length;
    if (this.#held <= MOST_HELD && from.isPaused()) from.resume();
    // Nothing follows a gap; whoever closes the gap resets the connection.
    if (this.#swallowed || flow().kind === 'swallow') return;
    this.#allowance ??= allowance();
    if (this.#allowance === undefined) {
      this.#blocked = !to.write(bytes);
      return;
    }
    const passing = bytes.subarray(0, this.#allowance);
    this.#allowance -= passing.length;
    if (this.#allowance > 0) to.write(passing);
    // Written first, destroyed when that has gone out: else the part of the reply would be lost with the connection.
    else to.write(passing, () => cut());
    if (this.#allowance === 0) this.#swallowed = true;
  }
}
