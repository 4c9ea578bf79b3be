import { Buffer } from 'node:buffer';
import type { GuardedEviction } from '../../support/eviction/guarded.eviction.js';
import type { EntryHeader } from './layout.js';
import type { Tables } from './tables.js';
import { UseOrder, type EvictionOrder, type Place } from './use-order.js';

/** What is asked of the entries. */
export interface KnownEntries {
  headerAt(spelling: Buffer): EntryHeader | undefined;
  isSpared(spelling: Buffer): boolean;
}

/**
 * The order of a strategy of the application's own. It lives in this process, so it knows the entries that were there when the
 * file was opened, and those that this process has stored or read since: of these it says who goes. When it knows none, the
 * one that was stored first goes.
 */
export class ChosenOrder implements EvictionOrder {
  readonly counts = false;
  readonly #stored: UseOrder;
  /** What the strategy was told of. */
  readonly #known = new Set<string>();

  constructor(
    tables: Tables,
    private readonly strategy: GuardedEviction,
    private readonly entries: KnownEntries,
  ) {
    this.#stored = new UseOrder(tables, 'fifo');
    strategy.cleared();
    for (const spelling of this.#stored.spellings()) this.#learn(spelling);
  }

  usesOf(): number {
    return 1;
  }

  add(id: number, spelling: Buffer, uses: number): void {
    this.#stored.add(id, spelling, uses);
    this.#learn(spelling);
  }

  remove(id: number, spelling: Buffer): void {
    this.#stored.remove(id);
    this.#forget(nameOf(spelling));
  }

  spellingOf(id: number): Buffer | undefined {
    return this.#stored.spellingOf(id);
  }

  used(id: number, spelling: Buffer, number: number, times: number): void {
    // One that was put back stands behind all others; what was merely read stays where it is.
    if (times === Infinity) return this.#stored.used(id, spelling, number, times);
    this.#learn(spelling);
    const name = nameOf(spelling);
    for (let nth = 0; nth < times && this.#known.has(name); nth++) this.strategy.used(name);
  }

  /** One at a time of those that the strategy knows: who is next depends on who has gone. */
  next(most: number): Place[] {
    while (this.#known.size > 0) {
      const name = this.strategy.victim((id) => this.#known.has(id));
      if (name === undefined) break;
      const spelling = Buffer.from(name, 'latin1');
      const header = this.entries.headerAt(spelling);
      if (header) return [this.#stored.placeOf(header.id, spelling)];
      // Another process has removed it.
      this.#forget(name);
    }
    return this.#stored.next(most);
  }

  drop(rank: Buffer): void {
    this.#stored.drop(rank);
  }

  #learn(spelling: Buffer): void {
    const name = nameOf(spelling);
    if (this.#known.has(name)) return;
    const header = this.entries.headerAt(spelling);
    if (!header || this.entries.isSpared(spelling)) return;
    this.#known.add(name);
    this.strategy.added(name, header.size);
  }

  #forget(name: string): void {
    if (this.#known.delete(name)) this.strategy.removed(name);
  }
}

/** One character a byte: what the strategy calls it by. */
function nameOf(spelling: Buffer): string {
  return spelling.toString('latin1');
}
