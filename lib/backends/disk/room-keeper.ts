import type { EntryTable } from './entry-table.js';
import type { FileUse, Tables } from './tables.js';

/** Entries that have ended leave in passing, so many a transaction. */
const SWEPT_IN_PASSING = 32;
/** How many go between two looks at how much is used. */
const AT_A_TIME = 8;
/** The most that is made free in advance, in pages, and the most that one transaction is busy with it, in entries. */
const MOST_IN_ADVANCE = 256;
const MOST_AT_ONCE = 2_000;
/** Transactions after which pages that were given up may be used anew. */
const LAG = 8;

/**
 * What became of the wish for room. `made`: entries left, and their pages are free one transaction later. `none`: there is nothing
 * left that could go.
 */
export type Room = 'enough' | 'made' | 'none';

/**
 * Keeps the store under its bound, by counting pages that hold something. LMDB keeps pages that are given up and never shrinks its
 * file, and it can use them only once a later transaction has begun; so room is made before something is written, not by it.
 */
export class RoomKeeper {
  constructor(
    private readonly tables: Tables,
    private readonly entries: EntryTable,
    /** In pages. */
    private readonly bound: () => number,
    private readonly evicted: (key: string) => void,
  ) {}

  /** The most that one transaction should bring, in pages. */
  get batch(): number {
    return Math.max(16, Math.floor(this.bound() / 64));
  }

  /** The most that one entry may take, in pages. */
  get largest(): number {
    return Math.floor(this.bound() / 4);
  }

  /**
   * To be called inside a transaction, before something is written that takes so many pages.
   * @param before Called before anything is evicted.
   */
  make(need: number, now: number, before: () => void): Room {
    this.entries.sweep(SWEPT_IN_PASSING, now);
    const bound = this.bound();
    const least = need + this.#slack();
    if (bound - this.tables.use().pages >= least) return 'enough';
    before();
    const wanted = least + Math.min(MOST_IN_ADVANCE, Math.floor(bound / 64));
    for (let gone = 0; gone < MOST_AT_ONCE && bound - this.tables.use().pages < wanted;) {
      const left = this.entries.sweep(AT_A_TIME, now) || this.entries.evict(AT_A_TIME, this.evicted);
      if (left === 0) return gone === 0 ? 'none' : 'made';
      gone += left;
    }
    return 'made';
  }

  /** Whether the file would have to grow beyond what it may for so many pages more. */
  isTight(need: number, use: FileUse): boolean {
    return use.filePages + need + this.#slack() > this.bound() * 1.05;
  }

  /**
   * Whether it must not be written: the file has grown to its limit, and somebody who reads since long keeps what was given up
   * from being used anew.
   */
  isPinned(need: number, use: FileUse): boolean {
    if (use.filePages + need + this.#slack() <= this.bound() * 1.08) return false;
    const { environment } = this.tables;
    environment.readerCheck();
    const oldest = oldestReader(environment.readerList());
    return oldest !== undefined && oldest < use.lastTransaction - LAG;
  }

  /** What a transaction copies beside what it brings: the upper pages of each tree. */
  #slack(): number {
    return Math.max(24, Math.floor(this.bound() / 128));
  }
}

/** Of LMDB's list: a line for each reader, with the transaction it reads, or `-`. */
function oldestReader(list: string): number | undefined {
  const read = list.split('\n').flatMap((line) => {
    const [, , transaction] = line.trim().split(/\s+/);
    return transaction !== undefined && /^\d+$/.test(transaction) ? [Number(transaction)] : [];
  });
  return read.length === 0 ? undefined : Math.min(...read);
}
