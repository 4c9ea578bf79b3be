import { numberAt, numberKey } from './layout.js';
import type { Tables } from './tables.js';

/** The order in which entries go: the lowest rank is the next. An entry's rank is its id until it is put at the end. */
export class UseOrder {
  constructor(private readonly tables: Pick<Tables, 'order' | 'ranks'>) {}

  add(id: number, spelling: Buffer): void {
    this.tables.order.putSync(numberKey(id), spelling);
  }

  remove(id: number): void {
    this.tables.order.removeSync(numberKey(this.#rankOf(id)));
    this.tables.ranks.removeSync(numberKey(id));
  }

  spellingOf(id: number): Buffer | undefined {
    return this.tables.order.getBinary(numberKey(this.#rankOf(id)));
  }

  /** Behind all others. `rank`: higher than any before. */
  putLast(id: number, spelling: Buffer, rank: number): void {
    const { order, ranks } = this.tables;
    order.removeSync(numberKey(this.#rankOf(id)));
    order.putSync(numberKey(rank), spelling);
    ranks.putSync(numberKey(id), numberKey(rank));
  }

  /** The next to go, `most` at most. */
  next(most: number): { readonly rank: Buffer; readonly spelling: Buffer }[] {
    return [...this.tables.order.getRange({ limit: most })].map(({ key, value }) => ({ rank: key, spelling: value }));
  }

  /** Forgets a place, whether it leads anywhere or not. */
  drop(rank: Buffer): void {
    this.tables.order.removeSync(rank);
  }

  #rankOf(id: number): number {
    const rank = this.tables.ranks.getBinary(numberKey(id));
    return rank ? numberAt(rank, 0) : id;
  }
}
