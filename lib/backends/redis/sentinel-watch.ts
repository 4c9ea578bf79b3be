import type { Redis } from 'ioredis';
import { closeRedis, FAIL_FAST, openRedis } from './redis-client.js';
import type { RedisSentinels } from './redis-sentinels.js';

const CHANNEL = '+switch-master';
const HAS_SOCKET = ['connect', 'ready'];

/**
 * Hears from every sentinel when there is another master, and sends all connections there. A master that was cut off from its
 * sentinels, and not from us, would go on taking what nobody else ever sees.
 *
 * The `failoverDetector` of ioredis would do the same, but for this: it cuts a connection that is on its way as well, and one
 * that is cut while a sentinel is being asked has ended for good (seen in 5.11 and 6.0).
 */
export class SentinelWatch {
  readonly #watchers: readonly Redis[];

  private constructor(
    watchers: readonly Redis[],
    private readonly name: string,
    private readonly clients: readonly Redis[],
  ) {
    this.#watchers = watchers;
    for (const watcher of watchers) {
      watcher.on('ready', () => void watcher.subscribe(CHANNEL).catch(() => {}));
      watcher.on('message', (_channel: string, text: string) => this.#heard(text));
    }
  }

  static async open(
    sentinels: RedisSentinels,
    connectTimeout: number,
    clients: readonly Redis[],
  ): Promise<SentinelWatch> {
    const { addresses, name, username, password, tls } = sentinels;
    const watchers = await Promise.all(
      addresses.map(({ host, port }) =>
        openRedis(
          { host, port, username, password, tls, connectTimeout },
          // A sentinel knows no roles, and is never loading.
          { ...FAIL_FAST, protocol: 2, autoResubscribe: false, enableReadyCheck: false },
        ),
      ),
    );
    return new SentinelWatch(watchers as unknown as readonly Redis[], name, clients);
  }

  async close(): Promise<void> {
    await Promise.all(this.#watchers.map((watcher) => closeRedis(watcher)));
  }

  /** `<name> <old host> <old port> <new host> <new port>` */
  #heard(text: string): void {
    if (text.split(' ')[0] !== this.name) return;
    for (const client of this.clients) {
      if (HAS_SOCKET.includes(client.status)) client.disconnect(true);
      // It may have been told of the old master a moment ago, by a sentinel that did not know better yet.
      else client.once('ready', () => client.disconnect(true));
    }
  }
}
