import { Buffer } from 'node:buffer';
import { numberAt, numberKey } from './layout.js';
import type { Tables } from './tables.js';

/** Who makes room: the one not used for longest, the one used least often, the one stored first. */
export type NamedEviction = 'lru' | 'lfu' | 'fifo';

/** Where an entry stands among those that may have to go, and how its key is spelled. */
export interface Place {
  readonly rank: Buffer;
  readonly spelling: Buffer;
}

/** In which order entries go. */
export interface EvictionOrder {
  /** Whether it matters how often an entry was used. */
  readonly counts: boolean;
  /** At least 1: it was stored. */
  usesOf(id: number): number;
  /** It stands in the table of entries already. */
  add(id: number, spelling: Buffer, uses: number): void;
  remove(id: number, spelling: Buffer): void;
  spellingOf(id: number): Buffer | undefined;
  /** It was used so many times. `number`: higher than any before. */
  used(id: number, spelling: Buffer, number: number, times: number): void;
  /** The next to go, `most` at most; each of them is removed or dropped before more are asked for. */
  next(most: number): Place[];
  /** Forgets a place, whether it leads anywhere or not: what stood there is gone, or stands elsewhere. */
  drop(rank: Buffer): void;
}

/** How many uses count. */
const MOST_USES = 14;
const AGE = Buffer.from('age');
const NUMBER_BYTES = 8;

/**
 * The order in which entries go: the lowest rank is the next. A rank is a priority and, of those that have the same, a number.
 *
 * With `lru` and `fifo` all priorities are 0, and the number is that of the last use, or of the entry. With `lfu` the priority is
 * how often the entry was used, above the age of the store: the priority of the last one that went. So what was used often,
 * and long ago, is overtaken in time, and no entry has to be touched for it (LFU with dynamic aging: Arlitt et al., "Evaluating
 * content management techniques for Web proxy caches", 1999).
 */
export class UseOrder implements EvictionOrder {
  constructor(
    private readonly tables: Pick<Tables, 'order' | 'ranks' | 'facts'>,
    private readonly eviction: NamedEviction,
  ) {}

  get counts(): boolean {
    return this.eviction === 'lfu';
  }

  usesOf(id: number): number {
    return this.tables.ranks.getBinary(numberKey(id))?.[2 * NUMBER_BYTES] ?? 1;
  }

  add(id: number, spelling: Buffer, uses: number): void {
    if (this.counts) this.#place(id, spelling, id, uses);
    else this.tables.order.putSync(numberKey(0, id), spelling);
  }

  remove(id: number): void {
    this.tables.order.removeSync(this.#rankOf(id));
    this.tables.ranks.removeSync(numberKey(id));
  }

  spellingOf(id: number): Buffer | undefined {
    return this.tables.order.getBinary(this.#rankOf(id));
  }

  used(id: number, spelling: Buffer, number: number, times: number): void {
    const before = this.usesOf(id);
    this.tables.order.removeSync(this.#rankOf(id));
    this.#place(id, spelling, number, Math.min(MOST_USES, before + times));
  }

  next(most: number): Place[] {
    return [...this.tables.order.getRange({ limit: most })].map(({ key, value }) => ({ rank: key, spelling: value }));
  }

  /** Where an entry stands. */
  placeOf(id: number, spelling: Buffer): Place {
    return { rank: this.#rankOf(id), spelling };
  }

  /** All of them, the next to go first. */
  *spellings(): Iterable<Buffer> {
    for (const { value } of this.tables.order.getRange({})) yield value;
  }

  drop(rank: Buffer): void {
    const { facts, order } = this.tables;
    order.removeSync(rank);
    const age = numberAt(rank, 0);
    if (age > this.#age()) facts.putSync(AGE, numberKey(age));
  }

  #place(id: number, spelling: Buffer, number: number, uses: number): void {
    const { order, ranks } = this.tables;
    const rank = numberKey(this.counts ? this.#age() + uses : 0, number);
    order.putSync(rank, spelling);
    ranks.putSync(numberKey(id), Buffer.concat([rank, Buffer.of(uses)]));
  }

  #rankOf(id: number): Buffer {
    return this.tables.ranks.getBinary(numberKey(id))?.subarray(0, 2 * NUMBER_BYTES) ?? numberKey(0, id);
  }

  #age(): number {
    const stored = this.tables.facts.getBinary(AGE);
    return stored ? numberAt(stored, 0) : 0;
  }
}
