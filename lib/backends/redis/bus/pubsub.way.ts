import type { Redis } from 'ioredis';
import type { BusMessage } from '../../../contracts/invalidation-bus.js';
import { siblingKey } from '../../../support/wire-key.js';
import { fleetChannel, readMessage, type FleetMessage } from '../bus-message.js';
import type { BusWay } from './bus-way.js';
import { Senders } from './senders.js';

const EVERYTHING: BusMessage = { kind: 'everything' };

/** Processes tell each other, by messages that the server may lose; their numbers show when one is missing. */
export class PubSubWay implements BusWay {
  readonly mode = 'pubsub';
  readonly needs: readonly Redis[] = [];
  readonly #channel: string;
  readonly #senders = new Senders();
  readonly #followed = new Set<string>();

  constructor(
    private readonly subscriber: Redis,
    rootPath: string,
    /** Whether this process itself is the sender: what it says it knows. */
    private readonly isOwn: (sender: string) => boolean,
  ) {
    this.#channel = fleetChannel(rootPath);
  }

  async arm(): Promise<void> {
    await this.subscriber.subscribe(this.#channel);
  }

  forget(): void {
    this.#followed.clear();
  }

  read(channel: string, payload: unknown): readonly BusMessage[] {
    // What is under way when nobody waits for the lease any more is dropped.
    if (this.#followed.has(channel)) return [{ kind: 'keys', keys: [channel] }];
    if (channel !== this.#channel) return [];
    const message = readMessage(String(payload));
    // What cannot be read may have told of any change.
    if (!message) return [EVERYTHING];
    return this.isOwn(message.sender) ? [] : this.#told(message);
  }

  async follow(leaseKey: string): Promise<void> {
    this.#followed.add(leaseKey);
    await this.subscriber.subscribe(leaseKey);
  }

  unfollow(leaseKey: string): void {
    this.#followed.delete(leaseKey);
    this.subscriber.unsubscribe(leaseKey).catch(() => {});
  }

  /** Messages are written to the connection in their order, and the answer to a PING behind them. */
  async flush(): Promise<void> {
    await this.subscriber.ping();
  }

  async leave(): Promise<void> {}

  #told(message: FleetMessage): readonly BusMessage[] {
    const { sender, number, kind } = message;
    const whole = kind === 'beat' ? this.#senders.reaches(sender, number) : this.#senders.follows(sender, number);
    const missed = whole ? [] : [EVERYTHING];
    if (kind === 'keys') return [...missed, { kind, keys: message.keys.flatMap(withLease) }];
    if (kind === 'pattern') return [...missed, { kind, path: message.path, pattern: message.pattern }];
    return missed;
  }
}

/** Whoever changes a value fells the lease of its load. */
function withLease(key: string): string[] {
  const isValue = siblingKey(key, 'v') === key;
  return isValue ? [key, siblingKey(key, 'l')] : [key];
}
