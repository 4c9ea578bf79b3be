import type { EvictionStrategy } from '../../contracts/eviction.js';
import { Chain, type Link } from './chain.js';

class Stored implements Link<Stored> {
  older: Stored | undefined = undefined;
  newer: Stored | undefined = undefined;

  constructor(readonly id: string) {}
}

/** The one that was stored first goes first. Reads change nothing; what is replaced has been stored anew. */
export class FifoEviction implements EvictionStrategy {
  private readonly byId = new Map<string, Stored>();
  private readonly chain = new Chain<Stored>();

  added(id: string): void {
    this.removed(id);
    const stored = new Stored(id);
    this.byId.set(id, stored);
    this.chain.add(stored);
  }

  used(_id: string): void {}

  removed(id: string): void {
    const stored = this.byId.get(id);
    if (stored === undefined) return;
    this.byId.delete(id);
    this.chain.take(stored);
  }

  cleared(): void {
    this.byId.clear();
    this.chain.clear();
  }

  victim(): string | undefined {
    return this.chain.oldest?.id;
  }

  /** Puts it behind all others. */
  protected renew(id: string): void {
    const stored = this.byId.get(id);
    if (stored === undefined) return;
    this.chain.take(stored);
    this.chain.add(stored);
  }
}
