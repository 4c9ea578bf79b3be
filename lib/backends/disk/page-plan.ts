/** Of each page of a file, LMDB keeps this for itself; of a page with more than one node also a few bytes for each. */
const PAGE_HEADER = 24;
const NODE_HEADER = 8;

/** How a payload is laid on pages. */
export class PagePlan {
  /** What fills one page to the last byte, so that any free page will do for it: no file grows for want of neighbours. */
  readonly partBytes: number;
  /** The most a node may have to share its page with others. */
  readonly #sharedBytes: number;

  constructor(readonly pageSize: number) {
    this.partBytes = pageSize - PAGE_HEADER;
    // Two at least must fit, with an offset of two bytes each.
    this.#sharedBytes = Math.floor((pageSize - PAGE_HEADER) / 4) * 2 - 2;
  }

  /** Whether a record with this key shares a page. */
  fitsInline(keyBytes: number, recordBytes: number): boolean {
    return NODE_HEADER + keyBytes + recordBytes + (recordBytes % 2) <= this.#sharedBytes;
  }

  /** How many parts a payload has that stands in parts. */
  partsOf(payloadBytes: number): number {
    return Math.ceil(payloadBytes / this.partBytes);
  }

  /** How many pages an entry takes at most, with its places in the indexes. */
  pagesFor(payloadBytes: number): number {
    return payloadBytes <= this.#sharedBytes ? 1 : this.partsOf(payloadBytes) * 1.01 + 1;
  }
}
