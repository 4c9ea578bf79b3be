import {
  openTable,
  type EnvironmentStats,
  type LmdbEnvironment,
  type LmdbTable,
  type TableStats,
} from './lmdb-package.js';

/** The two pages at the beginning of every file. */
const META_PAGES = 2;

export interface FileUse {
  /** Entries that are there, those among them that have ended and not been swept yet. */
  readonly entries: number;
  /** Pages that hold something. */
  readonly pages: number;
  /** Pages of the file. */
  readonly filePages: number;
  readonly lastTransaction: number;
}

/** The tables of one open file. */
export class Tables {
  readonly entries: LmdbTable;
  readonly parts: LmdbTable;
  readonly order: LmdbTable;
  readonly ranks: LmdbTable;
  readonly expiries: LmdbTable;
  readonly leases: LmdbTable;
  readonly changes: LmdbTable;
  readonly facts: LmdbTable;

  constructor(readonly environment: LmdbEnvironment) {
    this.entries = openTable(environment, 'entries');
    this.parts = openTable(environment, 'parts');
    this.order = openTable(environment, 'order');
    this.ranks = openTable(environment, 'ranks');
    this.expiries = openTable(environment, 'expiries');
    this.leases = openTable(environment, 'leases');
    this.changes = openTable(environment, 'changes');
    this.facts = openTable(environment, 'facts');
  }

  get pageSize(): number {
    return this.entries.getStats().pageSize;
  }

  /** Of this moment; inside a transaction, of that. */
  use(): FileUse {
    const first = this.entries.getStats();
    let pages = META_PAGES + pagesOf(first) + pagesOf(first.root) + pagesOf(first.free);
    const { parts, order, ranks, expiries, leases, changes, facts } = this;
    for (const table of [parts, order, ranks, expiries, leases, changes, facts]) pages += pagesOf(table.getStats());
    return { entries: first.entryCount, pages, filePages: filePagesOf(first), lastTransaction: first.lastTxnId };
  }
}

function pagesOf({ treeBranchPageCount, treeLeafPageCount, overflowPages }: TableStats): number {
  return treeBranchPageCount + treeLeafPageCount + overflowPages;
}

function filePagesOf({ lastPageNumber }: EnvironmentStats): number {
  return lastPageNumber + 1;
}
