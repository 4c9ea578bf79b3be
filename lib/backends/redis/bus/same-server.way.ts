import type { Redis } from 'ioredis';
import type { BusMessage } from '../../../contracts/invalidation-bus.js';
import { CacheBackendError } from '../../../support/errors.js';
import { identityOf } from '../server-identity.js';
import type { BusWay } from './bus-way.js';

/**
 * Another way, where an address may come to lead to another server: because sentinels say so, because a name is another
 * address now, or because an address has moved. Around a failover that may be two servers:
 *
 *     the data connection: follows the new master
 *     the subscriber:      is still with the old one, which was cut off, and answers every PING
 *
 * Whoever listens there hears nothing, and CLIENT TRACKING at the new master would be told the number of a connection that
 * over there is somebody else's, or nobody's. So the servers are asked who they are before the way is gone, and again
 * whenever one of the connections is another: by this where the way needs them, by whoever takes them up again elsewhere. One
 * that does not say is believed.
 */
export class SameServerWay implements BusWay {
  constructor(
    private readonly inner: BusWay,
    private readonly subscriber: Redis,
    private readonly ear: HeardServer,
    /** The data connections that were not lent. */
    private readonly owned: readonly Redis[],
  ) {}

  get mode(): BusWay['mode'] {
    return this.inner.mode;
  }

  get needs(): readonly Redis[] {
    return this.inner.needs;
  }

  async arm(signal: AbortSignal): Promise<void> {
    const [listensTo, ...servers] = await Promise.all([
      this.ear.server ?? identify(this.subscriber),
      ...this.needs.map(identify),
    ]);
    signal.throwIfAborted();
    this.ear.server = listensTo;
    const known = [listensTo, ...servers].filter((server) => server !== undefined);
    if (new Set(known).size > 1) {
      // One of them is not the right one any more, and nobody here can say which. Whoever is asked for the address can.
      for (const client of [this.subscriber, ...this.owned]) if (client.status === 'ready') client.disconnect(true);
      throw new CacheBackendError('Redis: the connections of this process lead to different servers.');
    }
    await this.inner.arm(signal);
  }

  forget(): void {
    this.ear.server = undefined;
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

/** Which server the subscriber's connection leads to: it cannot be asked any more when it has subscribed to something. */
export interface HeardServer {
  server?: string | undefined;
}

async function identify(client: Redis): Promise<string | undefined> {
  try {
    return await identityOf((command, section) => client.call(command, section));
  } catch (error) {
    // A refusal is an answer, too: nobody else would be told more.
    if (client.status === 'ready') return undefined;
    throw error;
  }
}
