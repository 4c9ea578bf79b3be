import type { Redis } from 'ioredis';
import type { BusMessage } from '../../../contracts/invalidation-bus.js';
import { CacheBackendError } from '../../../support/errors.js';
import { identityOf } from '../server-identity.js';
import type { BusWay } from './bus-way.js';

/**
 * Another way, where sentinels decide which server a connection leads to. Around a failover that may be two servers:
 *
 *     the data connection: follows the new master
 *     the subscriber:      is still with the old one, which was cut off, and answers every PING
 *
 * Whoever listens there hears nothing, and CLIENT TRACKING at the new master would be told the number of a connection that
 * over there is somebody else's, or nobody's. So the servers are asked who they are before the way is gone, and again
 * whenever one of the connections is another.
 */
export class SameServerWay implements BusWay {
  /** Who the subscriber's server is: it cannot be asked any more when the connection has subscribed to something. */
  #listensTo: string | undefined;

  constructor(
    private readonly inner: BusWay,
    private readonly subscriber: Redis,
    private readonly data: readonly Redis[],
  ) {}

  get mode(): BusWay['mode'] {
    return this.inner.mode;
  }

  get needs(): readonly Redis[] {
    return this.data;
  }

  async arm(signal: AbortSignal): Promise<void> {
    const [listensTo, ...servers] = await Promise.all([
      this.#listensTo ?? identify(this.subscriber),
      ...this.data.map(identify),
    ]);
    signal.throwIfAborted();
    this.#listensTo = listensTo;
    if (servers.some((server) => server !== listensTo)) {
      // One of them is not the master any more, and nobody here can say which. The sentinels can.
      for (const client of [this.subscriber, ...this.data]) if (client.status === 'ready') client.disconnect(true);
      throw new CacheBackendError('Redis: the connections of this process lead to different servers.');
    }
    await this.inner.arm(signal);
  }

  forget(): void {
    this.#listensTo = undefined;
    this.inner.forget();
  }

  read(channel: string, payload: unknown): readonly BusMessage[] {
    return this.inner.read(channel, payload);
  }

  follow(leaseKey: string): Promise<void> | undefined {
    return this.inner.follow(leaseKey);
  }

  unfollow(leaseKey: string): void {
    this.inner.unfollow(leaseKey);
  }

  flush(): Promise<void> {
    return this.inner.flush();
  }

  leave(): Promise<void> {
    return this.inner.leave();
  }
}

function identify(client: Redis): Promise<string> {
  return identityOf((command, section) => client.call(command, section));
}
