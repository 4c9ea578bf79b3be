import type { Redis } from 'ioredis';
import type { Clock } from '../../../contracts/clock.js';
import type { ServerLink } from '../../../contracts/server-link.js';
import { withTimeLimit } from '../../../support/time-limit.js';
import type { ClusterNodes } from './cluster-nodes.js';
import { identityOf } from '../server-identity.js';

/** How long a node may take to show that it is there, in milliseconds. */
const ANSWER_LIMIT = 100;

/** The connections to all masters of a cluster. */
export class ClusterServerLink implements ServerLink {
  constructor(
    private readonly nodes: ClusterNodes,
    /** Whether the connections were opened here. */
    private readonly owned: boolean,
    private readonly clock: Clock,
  ) {}

  get ready(): boolean {
    return this.nodes.ready;
  }

  watch(listener: Parameters<ServerLink['watch']>[0]): () => void {
    let known = this.ready;
    return this.nodes.watch(() => {
      if (this.ready === known) return;
      known = this.ready;
      if (known) listener.ready();
      else listener.lost();
    });
  }

  async identify(): Promise<string> {
    const waiting = this.nodes.whenBegun();
    if (waiting) await waiting;
    const names = this.nodes
      .masters()
      .map(({ client }) => identityOf((command, section) => client.call(command, section)));
    return (await Promise.all(names)).sort().join(' ');
  }

  /** Of many nodes one may be silent: the others are asked, and left alone. */
  renew(): void {
    if (!this.owned) return;
    for (const { client } of this.nodes.reachable()) {
      withTimeLimit(this.clock, 'PING', ANSWER_LIMIT, client.ping()).catch(() => giveUp(client));
    }
  }
}

/**
 * The socket is reset, not closed: what it has not sent yet is thrown away, and cannot land behind what is sent over the next
 * one. ioredis takes the node for gone and looks for another.
 */
function giveUp(client: Redis): void {
  const { stream } = client as { stream?: { resetAndDestroy?: () => void } };
  if (stream?.resetAndDestroy) stream.resetAndDestroy();
  else client.disconnect();
}
