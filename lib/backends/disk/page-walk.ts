import { Buffer } from 'node:buffer';
import { NO_PAGE, PAGE_HEADER, type FileBytes, type Meta } from './file-bytes.js';

const NODE_HEADER = 8;
const META_PAGES = 2;
const BRANCH = 1;
const LEAF = 2;
const OVERFLOW = 4;
const KINDS = 0x7f;
const BIG_DATA = 1;
const SUB_TABLE = 2;
/** What a node says of data on pages of its own, and of a table. */
const BIG_DATA_BYTES = 24;
const TABLE_BYTES = 48;

/** Says that something is not as it must be. */
class Nonsense extends Error {}

/**
 * Walks the trees of a file from their roots, and sees whether every page is what it is taken for, and is taken once. The tree of
 * free pages comes first, since from a wrong one LMDB would write over what is in use.
 */
export class PageWalk {
  readonly #until: number;
  /** Which pages are in use, or free. */
  readonly #taken: Uint8Array;
  readonly #page: Buffer;

  constructor(
    private readonly file: FileBytes,
    private readonly meta: Meta,
    /** Milliseconds. */
    patience: number,
  ) {
    this.#until = performance.now() + patience;
    this.#taken = new Uint8Array(meta.lastPage + 1);
    this.#taken.fill(1, 0, META_PAGES);
    this.#page = Buffer.alloc(meta.pageSize);
  }

  /** Whether everything that was looked at is in order. */
  run(): boolean {
    try {
      this.#tree(this.meta.freeRoot, (data) => this.#freePages(data));
      this.#tree(this.meta.mainRoot, undefined);
      return true;
    } catch (error) {
      if (error instanceof Nonsense) return false;
      throw error;
    }
  }

  #tree(root: bigint, onData: ((data: Buffer) => void) | undefined): void {
    if (root === NO_PAGE) return;
    // It grows while it is walked: upper pages come first, and with them what most hangs on.
    const left = [this.#take(root)];
    for (const page of left) {
      if (performance.now() > this.#until) return;
      this.#readPage(page, left, onData);
    }
  }

  #readPage(page: number, below: number[], onData: ((data: Buffer) => void) | undefined): void {
    const { pageSize } = this.meta;
    const bytes = this.file.read(page * pageSize, pageSize, this.#page);
    expect(bytes.length === pageSize && this.#isPage(bytes, BigInt(page)));
    const kind = bytes.readUInt16LE(18) & KINDS;
    expect(kind === BRANCH || kind === LEAF);
    // Places within a page are counted from behind its header.
    const lower = PAGE_HEADER + bytes.readUInt16LE(20);
    const upper = PAGE_HEADER + bytes.readUInt16LE(22);
    expect(lower % 2 === 0 && lower <= upper && upper <= pageSize);
    for (let place = PAGE_HEADER; place < lower; place += 2) {
      const at = PAGE_HEADER + bytes.readUInt16LE(place);
      expect(at >= upper && at + NODE_HEADER <= pageSize);
      const keyEnd = at + NODE_HEADER + bytes.readUInt16LE(at + 6);
      expect(keyEnd <= pageSize);
      if (kind === BRANCH) {
        below.push(this.#take(BigInt(bytes.readUInt32LE(at)) + BigInt(bytes.readUInt16LE(at + 4)) * 2n ** 32n));
      } else this.#leaf(bytes, at, keyEnd, below, onData);
    }
  }

  #leaf(bytes: Buffer, at: number, data: number, below: number[], onData: ((data: Buffer) => void) | undefined): void {
    const size = bytes.readUInt32LE(at);
    const flags = bytes.readUInt16LE(at + 4);
    expect((flags & ~(BIG_DATA | SUB_TABLE)) === 0);
    if (flags & BIG_DATA) {
      expect(data + BIG_DATA_BYTES <= bytes.length);
      return this.#bigData(bytes.readBigUInt64LE(data), bytes.readBigUInt64LE(data + 16), size, onData);
    }
    expect(data + size <= bytes.length);
    if (flags & SUB_TABLE) {
      expect(size === TABLE_BYTES);
      const root = bytes.readBigUInt64LE(data + TABLE_BYTES - 8);
      if (root !== NO_PAGE) below.push(this.#take(root));
    } else onData?.(bytes.subarray(data, data + size));
  }

  /** Of what stands there only the frame: the data are checked by who reads them. */
  #bigData(first: bigint, pages: bigint, size: number, onData: ((data: Buffer) => void) | undefined): void {
    const { lastPage, pageSize } = this.meta;
    expect(pages > 0n && pages <= BigInt(lastPage) && PAGE_HEADER + size <= Number(pages) * pageSize);
    const start = Number(first) * pageSize;
    expect(start + PAGE_HEADER + size <= this.file.size);
    for (let page = first; page < first + pages; page++) this.#take(page);
    const header = this.file.read(start, PAGE_HEADER);
    expect(header.length === PAGE_HEADER && this.#isPage(header, first));
    expect((header.readUInt16LE(18) & KINDS) === OVERFLOW && BigInt(header.readUInt32LE(20)) === pages);
    onData?.(this.file.read(start + PAGE_HEADER, size));
  }

  /** A count, then pages: one a number, or two numbers, how many (negative) and which is the first. 0: none. */
  #freePages(data: Buffer): void {
    expect(data.length >= 8);
    const count = Number(data.readBigInt64LE(0));
    expect(count >= 0 && 8 * (count + 1) <= data.length);
    for (let nth = 1; nth <= count; nth++) {
      const entry = data.readBigInt64LE(8 * nth);
      if (entry > 0n) this.#take(entry);
      if (entry >= 0n) continue;
      expect(nth < count && -entry <= BigInt(this.meta.lastPage));
      const first = data.readBigInt64LE(8 * ++nth);
      for (let page = first; page < first - entry; page++) this.#take(page);
    }
  }

  /** One that claims to be of a later transaction would be written to in place, where nothing may be written. */
  #isPage(header: Buffer, page: bigint): boolean {
    return header.readBigUInt64LE(0) === page && header.readBigUInt64LE(8) <= this.meta.transaction;
  }

  #take(page: bigint): number {
    expect(page >= META_PAGES && page <= BigInt(this.meta.lastPage));
    const number = Number(page);
    expect(this.#taken[number] === 0);
    this.#taken[number] = 1;
    return number;
  }
}

function expect(holds: boolean): asserts holds {
  if (!holds) throw new Nonsense();
}
