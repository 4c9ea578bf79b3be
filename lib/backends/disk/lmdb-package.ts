import { importPackage } from '../../support/lazy-package.js';

/** The part of an lmdb `Database` that is used here. Inside a transaction every call is of that transaction, and at once. */
export interface LmdbTable {
  getBinary(key: Uint8Array): Buffer | undefined;
  putSync(key: Uint8Array, value: Uint8Array): unknown;
  removeSync(key: Uint8Array): boolean;
  getRange(options: RangeOptions): Iterable<{ readonly key: Buffer; readonly value: Buffer }>;
  getKeys(options: RangeOptions): Iterable<Buffer>;
  getStats(): TableStats & EnvironmentStats;
}

export interface RangeOptions {
  readonly start?: Uint8Array;
  readonly end?: Uint8Array;
  readonly limit?: number;
}

export interface TableStats {
  readonly pageSize: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
  readonly entryCount: number;
}

export interface EnvironmentStats {
  readonly root: TableStats;
  readonly free: TableStats;
  readonly lastPageNumber: number;
  readonly lastTxnId: number;
}

/** The part of an lmdb `RootDatabase` that is used here. */
export interface LmdbEnvironment extends LmdbTable {
  readonly flushed: PromiseLike<unknown>;
  openDB(options: TableOptions & { readonly name: string }): LmdbTable;
  /** Runs the work in a transaction of its own, undone when the work throws; resolves when it is committed. */
  childTransaction<T>(work: () => T): Promise<T>;
  /** What is read from now on is of this moment, not of the beginning of the turn. */
  resetReadTxn(): void;
  /** Forgets readers whose process is gone. */
  readerCheck(): number;
  readerList(): string;
  close(): Promise<void>;
}

interface TableOptions {
  readonly encoding: 'binary';
  readonly keyEncoding: 'binary';
}

const BINARY: TableOptions = { encoding: 'binary', keyEncoding: 'binary' };

interface OpenOptions extends TableOptions {
  readonly path: string;
  readonly noSubdir: boolean;
  readonly maxDbs: number;
  readonly maxReaders: number;
  readonly permissionsMode: number;
  readonly eventTurnBatching: boolean;
}

export interface LmdbPackage {
  readonly open: (options: OpenOptions) => LmdbEnvironment;
}

/** @throws CacheDependencyError when it is not installed. */
export async function loadLmdb(): Promise<LmdbPackage> {
  return (await importPackage('lmdb', () => import('lmdb'), "backend 'disk'")) as unknown as LmdbPackage;
}

/** Tables, and processes and threads at a time: LMDB by itself ends at 126 of these. */
const ROOM = { maxDbs: 12, maxReaders: 1_024 };

/** What is cached may be personal data: the file is its owner's alone. */
export function openEnvironment({ open }: LmdbPackage, path: string): LmdbEnvironment {
  return open({ ...BINARY, ...ROOM, path, noSubdir: true, permissionsMode: 0o600, eventTurnBatching: false });
}

export function openTable(environment: LmdbEnvironment, name: string): LmdbTable {
  return environment.openDB({ ...BINARY, name });
}
