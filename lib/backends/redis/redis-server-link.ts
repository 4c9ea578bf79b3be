import type { Redis } from 'ioredis';
import type { RedisClientLike } from '../../contracts/options.js';
import type { ServerLink } from '../../contracts/server-link.js';
import { identityOf } from './server-identity.js';

type Listener = Parameters<ServerLink['watch']>[0];

/** Connections that lead to one server, by whatever address. */
export class RedisServerLink implements ServerLink {
  constructor(
    private readonly clients: readonly RedisClientLike[],
    /** Whether the connections were opened here. */
    private readonly owned: boolean,
  ) {}

  get ready(): boolean {
    return this.clients.every(({ status }) => status === 'ready');
  }

  watch(listener: Listener): () => void {
    let known = this.ready;
    const turn = (now: boolean): void => {
      if (now === known) return;
      known = now;
      if (now) listener.ready();
      else listener.lost();
    };
    // Not by its status: in the event itself a client may be on its way to the next connection already.
    const close = (): void => turn(false);
    const ready = (): void => turn(this.ready);
    // A stand-in may have no events.
    const heard = this.clients.filter((client) => 'on' in client) as unknown as readonly Redis[];
    for (const client of heard) client.on('close', close).on('ready', ready);
    return () => {
      for (const client of heard) client.off('close', close).off('ready', ready);
    };
  }

  async identify(): Promise<string> {
    const names = await Promise.all(
      this.clients.map((client) => identityOf((command, section) => client.call(command, section))),
    );
    return [...new Set(names)].sort().join(' ');
  }

  renew(): void {
    if (!this.owned) return;
    const given = this.clients as unknown as readonly Redis[];
    // One without a socket is on its way to a new one already; cut while a sentinel is asked, it would end for good.
    for (const client of given) if (['connect', 'ready'].includes(client.status)) client.disconnect(true);
  }
}
