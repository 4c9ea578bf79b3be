import { Buffer } from 'node:buffer';
import { fstatSync, readSync } from 'node:fs';

/*
 * The file of lmdb 3: data version 2, 64 bits, least significant byte first. Two pages at its beginning say in turn where its
 * trees begin; the one with the later transaction counts.
 */
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const META_BYTES = 168;

/** What stands at the beginning of each page: its number, a transaction, flags, and two places. */
export const PAGE_HEADER = 24;
/** The root of a tree without pages. */
export const NO_PAGE = 2n ** 64n - 1n;

export interface Meta {
  readonly pageSize: number;
  readonly lastPage: number;
  readonly transaction: bigint;
  /** Where the tree of free pages begins, */
  readonly freeRoot: bigint;
  /** and that of everything else. */
  readonly mainRoot: bigint;
}

/** A file that is read here and there. */
export class FileBytes {
  readonly size: number;

  constructor(private readonly file: number) {
    this.size = fstatSync(file).size;
  }

  /** Fewer at the end of the file. `into`: where they go, to have them without new memory. */
  read(offset: number, length: number, into: Buffer = Buffer.alloc(length)): Buffer {
    return into.subarray(0, readSync(this.file, into, 0, length, offset));
  }
}

/** Those of the two that can be read. */
export function readMetas(bytes: FileBytes): Meta[] {
  const first = readMeta(bytes, 0);
  const second = first && readMeta(bytes, first.pageSize);
  return [first, second].filter((meta) => meta !== undefined);
}

export function newestOf(metas: readonly Meta[]): Meta | undefined {
  return metas.toSorted((one, other) => (one.transaction < other.transaction ? 1 : -1))[0];
}

function readMeta(file: FileBytes, offset: number): Meta | undefined {
  const bytes = file.read(offset, META_BYTES);
  if (bytes.length < META_BYTES || bytes.readUInt32LE(24) !== MAGIC || bytes.readUInt32LE(28) !== DATA_VERSION) {
    return undefined;
  }
  const pageSize = bytes.readUInt32LE(48);
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) return undefined;
  return {
    pageSize,
    freeRoot: bytes.readBigUInt64LE(88),
    mainRoot: bytes.readBigUInt64LE(136),
    lastPage: Number(bytes.readBigUInt64LE(144)),
    transaction: bytes.readBigUInt64LE(152),
  };
}
