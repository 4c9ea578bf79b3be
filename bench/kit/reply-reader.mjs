const STAR = 0x2a;
const DOLLAR = 0x24;
const CR = 0x0d;

/** Reads of RESP what the rows need: simple strings, integers, bulk strings, and arrays of these. */
export class ReplyReader {
  /** What came and is not read yet; an item that is cut in two waits for its rest. @type {Buffer[]} */
  #chunks = [];
  #length = 0;
  /** How many bytes there have to be before it is worth another try. */
  #needed = 0;
  /** The array under way. @type {{ count: number, items: unknown[] } | undefined} */
  #array;
  #receive;

  /** @param {(reply: unknown) => void} receive */
  constructor(receive) {
    this.#receive = receive;
  }

  /** @param {Buffer} chunk */
  push(chunk) {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#needed) return;
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    const at = this.#readFrom(bytes);
    this.#chunks = at < bytes.length ? [bytes.subarray(at)] : [];
    this.#length = bytes.length - at;
    this.#needed -= at;
  }

  /** Gives the index of the first byte that is not read. @param {Buffer} bytes */
  #readFrom(bytes) {
    let at = 0;
    this.#needed = 0;
    while (at < bytes.length) {
      const end = bytes.indexOf(CR, at);
      if (end === -1 || end + 2 > bytes.length) return at;
      const kind = bytes[at];
      const head = bytes.toString('latin1', at + 1, end);
      let next = end + 2;
      if (kind === STAR) {
        this.#array = { count: Number(head), items: [] };
        at = next;
        continue;
      }
      /** @type {unknown} */
      let item = head;
      if (kind === DOLLAR) {
        const length = Number(head);
        this.#needed = next + length + 2;
        if (length >= 0 && this.#needed > bytes.length) return at;
        item = length < 0 ? null : bytes.subarray(next, next + length);
        if (length >= 0) next = this.#needed;
      }
      at = next;
      this.#give(item);
    }
    return at;
  }

  /** @param {unknown} item */
  #give(item) {
    if (this.#array === undefined) return this.#receive(item);
    this.#array.items.push(item);
    if (this.#array.items.length < this.#array.count) return;
    const { items } = this.#array;
    this.#array = undefined;
    this.#receive(items);
  }
}
