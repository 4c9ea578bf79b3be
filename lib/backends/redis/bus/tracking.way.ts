import type { Redis } from 'ioredis';
import type { BusMessage } from '../../../contracts/invalidation-bus.js';
import type { BusWay } from './bus-way.js';

const CHANNEL = '__redis__:invalidate';
/** A longer path may be cut and hashed within a key; this much of it always stands there. */
const READABLE_ROOT = 32;

export interface TrackingParts {
  readonly subscriber: Redis;
  readonly data: readonly Redis[];
  /** Those of `data` that were lent. */
  readonly lent: readonly Redis[];
  readonly rootPath: string;
  /** What a client puts before every key; the server knows keys with it only. */
  readonly keyPrefix: string;
  /** What processes tell each other by themselves. */
  readonly messages: BusWay;
}

/**
 * The server remembers what each data connection has read, and tells the subscriber's when another connection changes it:
 * https://redis.io/docs/latest/develop/reference/client-side-caching/. Two connections, because a client that speaks RESP2
 * hears nothing on its data connection, and one that speaks RESP3 may drop what it hears there.
 *
 * The server keeps silent about whatever it drops in the course of one's own command: not only what that writes, also what
 * it makes the server evict for room, or find expired, or forget of a full table of who has read what. From then on it says
 * nothing of that key to anybody's change. So what processes tell each other is listened to as well: no invalidation goes
 * unheard. Tracking adds what nobody tells: fills, evictions, expiries, and changes by strangers.
 */
export class TrackingWay implements BusWay {
  readonly mode = 'tracking';
  readonly #prefix: string;
  readonly #root: string;
  /** By which the server knows the subscriber's connection; another one after each reconnect, and nobody says so. */
  #subscriberId: number | undefined;

  constructor(private readonly parts: TrackingParts) {
    this.#prefix = parts.keyPrefix;
    this.#root = parts.keyPrefix + parts.rootPath.slice(0, READABLE_ROOT);
  }

  get needs(): readonly Redis[] {
    return this.parts.data;
  }

  async arm(signal: AbortSignal): Promise<void> {
    const { subscriber, data } = this.parts;
    // Once a connection: it cannot be asked for any more when the connection has subscribed to something.
    const id = this.#subscriberId ?? (await subscriber.client('ID'));
    signal.throwIfAborted();
    this.#subscriberId = id;
    await subscriber.subscribe(CHANNEL);
    signal.throwIfAborted();
    await this.parts.messages.arm(signal);
    signal.throwIfAborted();
    await Promise.all(data.map((client) => client.callBuffer('CLIENT', 'TRACKING', 'ON', 'REDIRECT', id, 'NOLOOP')));
  }

  forget(): void {
    this.#subscriberId = undefined;
    this.parts.messages.forget();
  }

  read(channel: string, payload: unknown): readonly BusMessage[] {
    if (channel !== CHANNEL) return this.parts.messages.read(channel, payload);
    // Everything was flushed.
    if (!Array.isArray(payload)) return [{ kind: 'everything' }];
    const keys = payload
      .map(String)
      .filter((key) => key.startsWith(this.#root))
      .map((key) => key.slice(this.#prefix.length));
    return keys.length > 0 ? [{ kind: 'keys', keys }] : [];
  }

  follow(): undefined {
    return undefined;
  }

  unfollow(): void {}

  /** Changes are written to the subscriber's connection in their order, and the answer to a PING behind them. */
  async flush(): Promise<void> {
    await this.parts.subscriber.ping();
  }

  async leave(): Promise<void> {
    const ready = this.parts.lent.filter(({ status }) => status === 'ready');
    await Promise.all(ready.map((client) => client.callBuffer('CLIENT', 'TRACKING', 'OFF')));
  }
}
