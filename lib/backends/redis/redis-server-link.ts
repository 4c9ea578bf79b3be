import type { Redis } from 'ioredis';
import type { RedisClientLike } from '../../contracts/options.js';
import type { LinkListener, ServerLink } from '../../contracts/server-link.js';
import { CacheBackendError } from '../../support/errors.js';
import type { HeardServer } from './bus/same-server.way.js';
import { listenToTheEnd, notConnected, whenReady } from './redis-client.js';
import type { RedisLinks } from './redis-links.js';
import { identityOf } from './server-identity.js';

/** The data connections to one server, as those that stand over them see them. */
export class RedisServerLink implements ServerLink {
  /** When a connection's socket was there, for those whose handshake is not over. */
  readonly #shaking = new Map<Redis, number>();
  readonly #clients: readonly Redis[];

  constructor(
    private readonly links: RedisLinks,
    /** Those that were opened for this cache. */
    private readonly owned: readonly RedisClientLike[],
    /** How long a connection may take to be ready, in milliseconds. */
    private readonly connectTimeout: number,
    private readonly ear?: { readonly subscriber: Redis; readonly heard: HeardServer },
  ) {
    // A stand-in of the user's may have no events: its commands have to tell.
    this.#clients = (links.clients as readonly unknown[] as readonly Redis[]).filter(
      (client) => typeof client.on === 'function' && typeof client.off === 'function',
    );
    for (const client of owned as readonly unknown[] as readonly Redis[]) {
      client.on('connect', () => this.#shaking.set(client, performance.now()));
      for (const event of ['ready', 'close', 'end']) client.on(event, () => this.#shaking.delete(client));
    }
  }

  get ready(): boolean {
    return this.links.clients.every(({ status }) => status === 'ready');
  }

  watch(listener: LinkListener): () => void {
    const ready = (): void => {
      if (this.ready) listener.ready();
    };
    const watched = this.#clients.map((client) => {
      const close = (): void => listener.lost(notConnected(client));
      client.on('close', close).on('ready', ready);
      return { client, close };
    });
    return () => {
      for (const { client, close } of watched) client.off('close', close).off('ready', ready);
    };
  }

  /**
   * By all of them, and by the one that is listened at: who reads at one server and listens at another hears of no change. The
   * address of a server that failed may move while a connection to the old one still stands.
   */
  async identify(): Promise<string> {
    const names = this.links.clients.map(async (client) => {
      const waiting = whenReady(client);
      if (waiting) await waiting;
      return identityOf((command, section) => client.callBuffer(command, section));
    });
    const servers = new Set(await Promise.all(names));
    const [server] = servers;
    const heard = this.ear?.heard.server ?? server;
    if (servers.size === 1 && heard === server) return server!;
    // An address that has moved, and not every connection with it; nobody here can say which is the right one.
    this.renew();
    if (this.ear?.subscriber.status === 'ready') this.ear.subscriber.disconnect(true);
    throw new CacheBackendError('Redis: the connections of this process lead to different servers.');
  }

  /**
   * The socket is reset, not closed: what it has not sent yet is thrown away. The interleaving that prevents, where a network
   * holds everything back for a while:
   *
   *     set(k, old) is sent, and stands in the socket; its caller is told after the time limit
   *     delete(k) is queued; a new connection is made, and delete(k) replayed over it
   *     the old socket is closed in order, and still delivers set(k, old)
   *
   * What has reached a server that is frozen is run when it thaws, before anything that comes over a connection it has yet
   * to accept.
   */
  renew(): void {
    for (const client of this.owned as readonly unknown[] as readonly Redis[]) {
      const shakingSince = this.#shaking.get(client);
      const isShaking = shakingSince !== undefined && performance.now() - shakingSince < this.connectTimeout;
      if (client.status === 'ready' || (client.status === 'connect' && !isShaking)) reset(client);
    }
  }
}

function reset(client: Redis): void {
  const { stream } = client as { stream?: { resetAndDestroy?: () => void } };
  listenToTheEnd(client);
  if (stream?.resetAndDestroy) stream.resetAndDestroy();
  else client.disconnect(true);
}
