import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Clock } from '../../lib/contracts/clock.js';
import { systemClock } from '../../lib/support/clock.js';
import { PASS, type Flow } from './fault-proxy/lane.js';
import { Link, type Direction } from './fault-proxy/link.js';

export type { Direction, Flow };

/**
 * Stands between clients and a server of the loopback interface, and does to their connections what networks do. Every
 * fault is set at any moment and holds for connections that are there and those that come.
 *
 * The server need not be there: a connection through the proxy is then reset as soon as that shows, unless bytes to the
 * client are held or swallowed, since nobody behind such a network would hear of it.
 */
export class FaultProxy {
  readonly #flows: Record<Direction, Flow> = { toServer: PASS, toClient: PASS };
  readonly #links = new Set<Link>();
  #server: Server | undefined;
  #cutAfter: number | undefined;
  #port = 0;

  private constructor(
    private readonly target: number,
    private readonly clock: Clock,
  ) {}

  /** Listens on a free port. `target` is the port of the server; `clock` tells when delayed bytes are due. */
  static async open(target: number, clock: Clock = systemClock): Promise<FaultProxy> {
    const proxy = new FaultProxy(target, clock);
    await proxy.accept();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  get connections(): number {
    return this.#links.size;
  }

  /** Bytes that wait in this direction. */
  held(direction: Direction): number {
    return [...this.#links].reduce((sum, link) => sum + link.held(direction), 0);
  }

  /** From now on bytes flow like this; those that wait do as well. Without a direction: in both. */
  flow(flow: Flow, direction?: Direction): void {
    if (direction !== 'toClient') this.#flows.toServer = flow;
    if (direction !== 'toServer') this.#flows.toClient = flow;
    for (const link of [...this.#links]) link.changed();
  }

  /** Accepts, takes every byte, and never answers. */
  blackHole(): void {
    this.flow({ kind: 'swallow' });
  }

  /** Undoes every fault that lasts: bytes pass, connections are accepted. */
  async heal(): Promise<void> {
    this.#cutAfter = undefined;
    this.flow(PASS);
    await this.accept();
  }

  /** Ends every connection with a RST. */
  reset(): void {
    for (const link of [...this.#links]) link.reset();
  }

  /** Of the next reply that comes so many bytes pass (at least one); then both ends of its connection are closed. */
  cutReply(bytes: number): void {
    this.#cutAfter = Math.max(1, bytes);
  }

  /** Ends what is said in this direction, as a peer does that has nothing more to say, and still listens. */
  halfClose(direction: Direction): void {
    for (const link of this.#links) link.halfClose(direction);
  }

  /** Refuses new connections, as a host without the server does. Those that are there stay. */
  refuse(): void {
    this.#server?.close();
    this.#server = undefined;
  }

  /** Takes new connections again, on the same port. */
  async accept(): Promise<void> {
    if (this.#server) return;
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#join(client));
    this.#server = server;
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = this.#server && once(this.#server, 'close');
    this.refuse();
    this.reset();
    await closed;
  }

  #join(client: Socket): void {
    const link: Link = new Link({
      client,
      port: this.target,
      clock: this.clock,
      flow: (direction) => this.#flows[direction],
      takeCut: () => {
        const bytes = this.#cutAfter;
        this.#cutAfter = undefined;
        return bytes;
      },
      onGone: () => this.#links.delete(link),
    });
    this.#links.add(link);
  }
}
