import type { Redis } from 'ioredis';
import type { BusMessage } from '../../../contracts/invalidation-bus.js';
import { CacheBackendError } from '../../../support/errors.js';
import type { ClusterNode, ClusterNodes } from '../cluster/cluster-nodes.js';
import type { BusWay } from './bus-way.js';

interface Expected {
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Messages on a cluster: each node hands on to all others what is published at it, so one of them is listened to. That it
 * answers says nothing of what lies between the nodes: one that was cut off from the others answers every PING, and hands on
 * nothing. So something is said at every master now and then, and must be heard here; behind it is all that master has said
 * before.
 */
export class ClusterWay implements BusWay {
  readonly mode = 'pubsub';
  readonly needs: readonly Redis[] = [];
  readonly #expected = new Map<string, Expected>();
  #said = 0;

  constructor(
    private readonly inner: BusWay,
    private readonly subscriber: Redis,
    private readonly nodes: ClusterNodes,
    /** Where this process alone listens. */
    private readonly echo: string,
  ) {}

  async arm(signal: AbortSignal): Promise<void> {
    await Promise.all([this.inner.arm(signal), this.subscriber.subscribe(this.echo)]);
    signal.throwIfAborted();
    await this.flush();
  }

  forget(): void {
    this.inner.forget();
    const broken = new CacheBackendError('Redis: the channel of invalidations broke.');
    for (const expected of this.#expected.values()) expected.reject(broken);
    this.#expected.clear();
  }

  read(channel: string, payload: unknown): readonly BusMessage[] {
    if (channel !== this.echo) return this.inner.read(channel, payload);
    const id = String(payload);
    this.#expected.get(id)?.resolve();
    this.#expected.delete(id);
    return [];
  }

  follow(leaseKey: string): Promise<void> | undefined {
    return this.inner.follow(leaseKey);
  }

  unfollow(leaseKey: string): void {
    this.inner.unfollow(leaseKey);
  }

  async flush(): Promise<void> {
    await Promise.all(this.nodes.masters().map((node) => this.#hearFrom(node)));
  }

  leave(): Promise<void> {
    return this.inner.leave();
  }

  #hearFrom({ client }: ClusterNode): Promise<void> {
    const id = String(++this.#said);
    return new Promise<void>((resolve, reject) => {
      this.#expected.set(id, { resolve, reject });
      client.callBuffer('publish', this.echo, id).catch((error: Error) => {
        this.#expected.delete(id);
        reject(error);
      });
    });
  }
}
