import { Buffer } from 'node:buffer';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/*
 * LMDB believes its file: of one that is shorter than its pages say, or whose pages say nonsense, it dies by a signal. So a file
 * is looked through before it is opened. The layout is that of lmdb 3 (data version 2, 64 bits, least significant byte first).
 */
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const PAGE_HEADER = 24;
const META_BYTES = 168;
const NODE_HEADER = 8;
const NO_PAGE = 2n ** 64n - 1n;
const BRANCH = 1;
const LEAF = 2;
const BIG_DATA = 1;
const SUB_TABLE = 2;
const TABLE_BYTES = 48;

/** How long a look may take, in milliseconds: the trees are walked from the top, and what is left then is believed. */
const PATIENCE = 400;

/** What is wrong with the file; `undefined`: nothing that was looked at. A file that is not there, or empty, is in order. */
export function fileFault(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    // Somebody who writes meanwhile may use a page anew that is being looked at; then it is another state that counts.
    for (let attempt = 0; ; attempt++) {
      const check = new FileCheck(file);
      const fault = check.run();
      if (fault === undefined || attempt === 5) return fault;
      if (check.transaction === new FileCheck(file).newest()?.transaction) return fault;
    }
  } finally {
    closeSync(file);
  }
}

interface Meta {
  readonly pageSize: number;
  readonly lastPage: number;
  readonly transaction: bigint;
  readonly roots: readonly bigint[];
}

class FileCheck {
  transaction: bigint | undefined;
  readonly #size: number;
  #pageSize = 0;
  #lastPage = 0;

  constructor(private readonly file: number) {
    this.#size = fstatSync(file).size;
  }

  run(): string | undefined {
    if (this.#size === 0) return undefined;
    const metas = this.#metas();
    if (metas.length < 2) return 'it is not a store of this kind, or its beginning is damaged';
    const newest = this.newest()!;
    this.transaction = newest.transaction;
    this.#pageSize = newest.pageSize;
    this.#lastPage = newest.lastPage;
    const pages = Math.floor(this.#size / newest.pageSize);
    if (metas.some(({ lastPage }) => lastPage >= pages)) return 'it is shorter than it should be';
    return this.#walk(newest.roots);
  }

  newest(): Meta | undefined {
    return this.#metas().toSorted((one, other) => (one.transaction < other.transaction ? 1 : -1))[0];
  }

  #metas(): Meta[] {
    const first = this.#meta(0);
    const second = first && this.#meta(first.pageSize);
    return [first, second].filter((meta) => meta !== undefined);
  }

  #meta(offset: number): Meta | undefined {
    const bytes = this.#read(offset, META_BYTES);
    if (bytes.length < META_BYTES || bytes.readUInt32LE(24) !== MAGIC || bytes.readUInt32LE(28) !== DATA_VERSION) {
      return undefined;
    }
    const pageSize = bytes.readUInt32LE(48);
    if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) return undefined;
    const roots = [bytes.readBigUInt64LE(88), bytes.readBigUInt64LE(136)];
    return { pageSize, roots, lastPage: Number(bytes.readBigUInt64LE(144)), transaction: bytes.readBigUInt64LE(152) };
  }

  #walk(roots: readonly bigint[]): string | undefined {
    const until = performance.now() + PATIENCE;
    const left = roots.filter((page) => page !== NO_PAGE);
    const seen = new Set<bigint>(left);
    // An array may grow while it is walked: upper pages come first, and with them most of what lower ones hang on.
    for (const page of left) {
      if (performance.now() > until) return undefined;
      const below = this.#below(page);
      if (!below) return 'one of its pages is damaged';
      for (const each of below) {
        if (seen.has(each)) return 'one of its pages stands in two places';
        seen.add(each);
        left.push(each);
      }
    }
    return undefined;
  }

  /** The pages that hang on this one; `undefined` when it says nonsense. */
  #below(page: bigint): bigint[] | undefined {
    if (page > BigInt(this.#lastPage)) return undefined;
    const bytes = this.#read(Number(page) * this.#pageSize, this.#pageSize);
    if (bytes.length < this.#pageSize || bytes.readBigUInt64LE(0) !== page) return undefined;
    const flags = bytes.readUInt16LE(18) & 0x0f;
    // Places within a page are counted from behind its header.
    const lower = PAGE_HEADER + bytes.readUInt16LE(20);
    const upper = PAGE_HEADER + bytes.readUInt16LE(22);
    if (flags !== BRANCH && flags !== LEAF) return undefined;
    if (lower % 2 !== 0 || lower > upper || upper > this.#pageSize) return undefined;
    const below: bigint[] = [];
    for (let at = PAGE_HEADER; at < lower; at += 2) {
      const child = this.#node(bytes, PAGE_HEADER + bytes.readUInt16LE(at), flags, upper);
      if (child === undefined) return undefined;
      if (child !== NO_PAGE) below.push(child);
    }
    return below;
  }

  /** The page that hangs on the node, if one does; `undefined` when it says nonsense. */
  #node(bytes: Buffer, at: number, pageFlags: number, upper: number): bigint | undefined {
    if (at < upper || at + NODE_HEADER > this.#pageSize) return undefined;
    const low = bytes.readUInt32LE(at);
    const flags = bytes.readUInt16LE(at + 4);
    const keySize = bytes.readUInt16LE(at + 6);
    const data = at + NODE_HEADER + keySize;
    if (data > this.#pageSize) return undefined;
    if (pageFlags === BRANCH) return BigInt(low) | (BigInt(flags) << 32n);
    if (flags & BIG_DATA) return data + 8 <= this.#pageSize ? this.#big(bytes.readBigUInt64LE(data), low) : undefined;
    if (data + low > this.#pageSize) return undefined;
    if (!(flags & SUB_TABLE)) return NO_PAGE;
    return low === TABLE_BYTES ? bytes.readBigUInt64LE(data + TABLE_BYTES - 8) : undefined;
  }

  /** Of pages that hold one piece of data, only whether they are inside the file: what stands there is checked by its readers. */
  #big(page: bigint, size: number): bigint | undefined {
    const pages = Math.ceil((size + PAGE_HEADER) / this.#pageSize);
    return page + BigInt(pages) - 1n <= BigInt(this.#lastPage) ? NO_PAGE : undefined;
  }

  #read(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(this.file, bytes, 0, length, offset));
  }
}
