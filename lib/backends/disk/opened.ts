import type { GuardedEviction } from '../../support/eviction/guarded.eviction.js';
import { ChangeLog } from './change-log.js';
import { EntryTable } from './entry-table.js';
import { LeaseTable } from './lease-table.js';
import type { OpenFile } from './open-file.js';
import type { NamedEviction } from './use-order.js';
import { PagePlan } from './page-plan.js';
import { RoomKeeper } from './room-keeper.js';

/** How long a bound is believed that other processes may have lowered, in milliseconds. */
const BOUND_LIFE = 1_000;

/** How long a store stays within the file it has, once that could not become longer, in milliseconds. */
const FULL_LIFE = 60_000;

/** For so many bytes that the store may hold one change is remembered, and of a large store so many at most. */
const BYTES_PER_CHANGE = 4_096;
const MOST_CHANGES = 4_096;

/** What is in a store. Inside a transaction all of it changes, or nothing. */
export interface Contents {
  readonly entries: EntryTable;
  readonly leases: LeaseTable;
  readonly changes: ChangeLog;
}

export interface Bounds {
  /** Bytes, as this process was told. */
  readonly maxBytes: () => number;
  readonly eviction: NamedEviction | GuardedEviction;
  readonly onEvicted: (key: string) => void;
}

/** An open file with what works on it. */
export class Opened implements Contents {
  readonly entries: EntryTable;
  readonly leases: LeaseTable;
  readonly changes: ChangeLog;
  readonly keeper: RoomKeeper;
  readonly plan: PagePlan;
  #bound = 0;
  #boundAt = -Infinity;
  #full: { readonly pages: number; readonly until: number } | undefined;

  constructor(
    readonly file: OpenFile,
    private readonly bounds: Bounds,
  ) {
    this.plan = new PagePlan(file.tables.pageSize);
    this.entries = new EntryTable(file.tables, this.plan, bounds.eviction);
    this.leases = new LeaseTable(file.tables.leases);
    this.changes = new ChangeLog(file.tables, () => remembered(bounds.maxBytes()));
    this.keeper = new RoomKeeper(file.tables, this.entries, () => this.#pages(), bounds.onEvicted);
  }

  /** Everything in `work` is done, or nothing of it. */
  readonly transaction = async <T>(work: (file: Contents) => T): Promise<T> => {
    try {
      return await this.file.tables.environment.childTransaction(() => this.entries.within(() => work(this)));
    } catch (error) {
      throw await causeOf(error);
    }
  };

  /** The disk takes no more: for a while the store makes do with what it has. */
  keepWithin(): void {
    const { filePages } = this.file.tables.use();
    this.#full = { pages: Math.floor(filePages * 0.9), until: Date.now() + FULL_LIFE };
    this.#boundAt = -Infinity;
  }

  /** The smallest of all who use the file, in pages. */
  #pages(): number {
    const now = Date.now();
    if (Math.abs(now - this.#boundAt) >= BOUND_LIFE) {
      const all = [this.bounds.maxBytes(), ...this.file.facts.bounds(now).values()];
      this.#bound = Math.floor(Math.min(...all) / this.plan.pageSize);
      this.#boundAt = now;
      if (this.#full && now < this.#full.until) this.#bound = Math.min(this.#bound, this.#full.pages);
    }
    return this.#bound;
  }
}

function remembered(maxBytes: number): number {
  return Math.min(MOST_CHANGES, Math.floor(maxBytes / BYTES_PER_CHANGE));
}

/** Of a commit that failed, lmdb says why in a promise of its own, which nobody else takes care of. */
async function causeOf(failure: unknown): Promise<unknown> {
  const { commitError } = Object(failure) as { readonly commitError?: Promise<never> };
  if (!(commitError instanceof Promise)) return failure;
  const why = commitError.then(undefined, (cause: unknown) => cause);
  // It says so in the same turn, or never.
  return Promise.race([why, new Promise((resolve) => setImmediate(resolve, failure))]);
}
