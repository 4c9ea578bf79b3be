import type { Clock } from '../../../contracts/clock.js';
import { CacheBackendError } from '../../../support/errors.js';
import { Announcer } from '../announcer.js';
import type { Announcers } from '../announcers.js';
import type { ClusterLinks } from './cluster-links.js';

/** Of how many nodes it is remembered what was said by them. */
const MAX_NODES = 1_000;

/**
 * One row of numbers for each master, under a sender's name of its own: a message goes out from the node of its key, and
 * those of two nodes reach a listener in any order. In one row that would look as if some were missing.
 *
 * A slot that has just moved to another node takes its message there under the number of the old one: that may look like
 * a gap, which costs the others what they have in memory.
 */
export class ClusterAnnouncers implements Announcers {
  readonly #byNode = new Map<string, Announcer>();
  #made = 0;

  constructor(
    private readonly links: ClusterLinks,
    private readonly rootPath: string,
    /** Nobody else's, ever. */
    private readonly name: string,
    private readonly clock: Clock,
  ) {}

  of(key: string | undefined): Announcer {
    const { nodes } = this.links;
    const node = key === undefined ? nodes.reachable()[0]?.key : nodes.ownerOf(this.links.slotOf(key));
    // Without a node nothing is sent; the number is missed by nobody but the next node of no name.
    return this.#at(node ?? '');
  }

  isOwn(sender: string): boolean {
    return sender.startsWith(`${this.name}.`);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#byNode.values()].map((announcer) => announcer.close()));
  }

  #at(node: string): Announcer {
    const known = this.#byNode.get(node);
    if (known) return known;
    const publisher = { publish: (channel: string, message: () => string) => this.#publish(node, channel, message) };
    const announcer = new Announcer(publisher, this.rootPath, `${this.name}.${++this.#made}`, this.clock);
    this.#byNode.set(node, announcer);
    const [oldest] = this.#byNode;
    if (this.#byNode.size > MAX_NODES && oldest) {
      this.#byNode.delete(oldest[0]);
      void oldest[1].close();
    }
    return announcer;
  }

  /** By its own node if that is there; by another when it is not: whoever has missed its last message is to hear of that. */
  async #publish(node: string, channel: string, message: () => string): Promise<void> {
    const { nodes } = this.links;
    const waiting = nodes.whenBegun();
    if (waiting) await waiting;
    const speaker = nodes.readyMaster(node) ?? nodes.reachable()[0];
    if (!speaker) throw new CacheBackendError('Redis Cluster is not connected.');
    await speaker.client.callBuffer('publish', channel, message());
  }
}
