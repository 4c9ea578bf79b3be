import type { ServerLink } from '../../lib/contracts/server-link.js';
import { settle } from './deferred.js';
import type { FleetLine } from './fleet-line.js';

/** One client's connection to the stand-in server, as those that stand over it see it. */
export class FleetLink implements ServerLink {
  ready = true;
  renewed = 0;
  readonly #listeners = new Set<{ lost(): void; ready(): void }>();

  constructor(
    private readonly line: FleetLine,
    private readonly serverId: () => string,
  ) {}

  watch(listener: { lost(): void; ready(): void }): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async identify(): Promise<string> {
    if (this.line.broken) throw this.line.broken;
    return this.serverId();
  }

  renew(): void {
    this.renewed++;
  }

  /** The connection breaks: every command fails from now on. */
  break(): void {
    this.ready = false;
    this.line.broken = new Error('The connection is closed.');
    for (const listener of this.#listeners) listener.lost();
  }

  /** There is a connection again. */
  async open(): Promise<void> {
    this.ready = true;
    this.line.broken = undefined;
    for (const listener of this.#listeners) listener.ready();
    await settle();
  }
}
