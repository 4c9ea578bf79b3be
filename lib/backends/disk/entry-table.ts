import { Buffer } from 'node:buffer';
import { placeOf } from '../../support/wire-place.js';
import {
  decodeHeader,
  encodeHeader,
  HEADER_BYTES,
  isHashedSpelling,
  numberAt,
  numberKey,
  type EntryHeader,
  type SpelledKey,
} from './layout.js';
import type { PagePlan } from './page-plan.js';
import type { Tables } from './tables.js';
import { ChosenOrder } from './chosen-order.js';
import type { GuardedEviction } from '../../support/eviction/guarded.eviction.js';
import { UseOrder, type EvictionOrder, type NamedEviction } from './use-order.js';

const NOTHING = Buffer.alloc(0);
const NEXT = Buffer.from('next');

/** What stands under a key. */
export interface FoundEntry extends EntryHeader {
  readonly value: Buffer;
}

/**
 * Entries with their places in the indexes. What changes something must be called inside a transaction: it is whole, or
 * nothing of it is. `now` is in milliseconds of the wall clock.
 */
export class EntryTable {
  readonly #order: EvictionOrder;
  #nextId = 0;

  constructor(
    private readonly tables: Tables,
    private readonly plan: PagePlan,
    eviction: NamedEviction | GuardedEviction,
  ) {
    this.#order =
      typeof eviction === 'string' ? new UseOrder(tables, eviction) : new ChosenOrder(tables, eviction, this);
  }

  /** Frames a transaction: everything that changes something stands in `work`. */
  within<T>(work: () => T): T {
    const { facts } = this.tables;
    const stored = facts.getBinary(NEXT);
    const first = stored ? numberAt(stored, 0) : 1;
    this.#nextId = first;
    const result = work();
    if (this.#nextId !== first) facts.putSync(NEXT, numberKey(this.#nextId));
    return result;
  }

  /** What has not ended. */
  find(key: SpelledKey, now: number): FoundEntry | undefined {
    const record = this.tables.entries.getBinary(key.bytes);
    const header = record && decodeHeader(record);
    if (!record || !header || header.expiresAt <= now) return undefined;
    const payload = header.isInParts ? this.#joined(header) : record.subarray(HEADER_BYTES);
    if (!payload || !isSame(key.whole, payload.subarray(0, header.wholeKeySize))) return undefined;
    return { ...header, value: payload.subarray(header.wholeKeySize) };
  }

  /** The same without the value. */
  head(key: SpelledKey, now: number): EntryHeader | undefined {
    const record = this.tables.entries.getBinary(key.bytes);
    const header = record && decodeHeader(record);
    return header && header.expiresAt > now ? header : undefined;
  }

  /** Of what `find` finds the first bytes, at most `length`, without the rest. For keys that are not hashed; else nothing. */
  beginning(key: SpelledKey, length: number, now: number): Buffer | undefined {
    const record = this.tables.entries.getBinary(key.bytes);
    const header = record && decodeHeader(record);
    if (!record || !header || header.expiresAt <= now || key.whole) return undefined;
    const first = header.isInParts
      ? this.tables.parts.getBinary(numberKey(header.id, 0))
      : record.subarray(HEADER_BYTES);
    return first?.subarray(0, length);
  }

  put(key: SpelledKey, value: Uint8Array, expiresAt: number): void {
    const { entries, expiries } = this.tables;
    // The newer value of a key that is asked for often will be, too.
    const uses = this.#order.counts ? this.#usesOf(key.bytes) : 1;
    this.remove(key.bytes);
    const id = this.#next();
    const whole = key.whole ?? NOTHING;
    const payloadBytes = whole.length + value.length;
    const isInParts = !this.plan.fitsInline(key.bytes.length, HEADER_BYTES + payloadBytes);
    const header = encodeHeader({ id, expiresAt, size: value.length, wholeKeySize: whole.length, isInParts });
    entries.putSync(key.bytes, isInParts ? header : Buffer.concat([header, whole, value]));
    if (isInParts) this.#putParts(id, whole.length === 0 ? value : Buffer.concat([whole, value]));
    this.#order.add(id, key.bytes, uses);
    if (expiresAt !== Infinity) expiries.putSync(expiryKey(expiresAt, id), NOTHING);
  }

  /** Whether there was one that had not ended. */
  remove(spelling: Buffer, now = 0): boolean {
    const { entries, expiries, parts } = this.tables;
    const record = entries.getBinary(spelling);
    if (!record) return false;
    entries.removeSync(spelling);
    const header = decodeHeader(record);
    if (!header) return false;
    const { expiresAt, id, isInParts, size, wholeKeySize } = header;
    const count = isInParts ? this.plan.partsOf(size + wholeKeySize) : 0;
    for (let nth = 0; nth < count; nth++) parts.removeSync(numberKey(id, nth));
    this.#order.remove(id, spelling);
    if (expiresAt !== Infinity) expiries.removeSync(expiryKey(expiresAt, id));
    return expiresAt > now;
  }

  /** Lengthens a life; the value stays as it is. */
  lengthen(key: SpelledKey, expiresAt: number, now: number): void {
    const found = this.head(key, now);
    if (!found || found.expiresAt >= expiresAt) return;
    const { entries, expiries } = this.tables;
    const record = entries.getBinary(key.bytes)!;
    expiries.removeSync(expiryKey(found.expiresAt, found.id));
    if (expiresAt !== Infinity) expiries.putSync(expiryKey(expiresAt, found.id), NOTHING);
    entries.putSync(key.bytes, Buffer.concat([encodeHeader({ ...found, expiresAt }), record.subarray(HEADER_BYTES)]));
  }

  /** It was read so many times, and is further from being evicted, if it is still there. */
  used(id: number, times: number): void {
    const spelling = this.#order.spellingOf(id);
    if (spelling) this.#order.used(id, spelling, this.#next(), times);
  }

  /** Removes entries that have ended, `most` at most. How many. */
  sweep(most: number, now: number): number {
    const { expiries } = this.tables;
    const ended = [...expiries.getKeys({ end: expiryKey(now + 1, 0), limit: most })];
    for (const key of ended) {
      const spelling = this.#order.spellingOf(numberAt(key, 8));
      if (spelling) this.remove(spelling);
      // One that leads nowhere would be found again and again.
      expiries.removeSync(key);
    }
    return ended.length;
  }

  /**
   * Removes the next to go, `most` at most, and hands over their keys. How many it has seen to. What stands for whole scopes is
   * put back while there is anything else.
   */
  evict(most: number, evicted: (key: string) => void): number {
    const next = this.#order.next(most).map((place) => ({ ...place, name: this.nameOf(place.spelling) }));
    const isSpared = ({ name }: { readonly name: string | undefined }): boolean =>
      name !== undefined && isOfScope(name);
    const sparesAll = next.every(isSpared);
    for (const place of next) {
      const { name, rank, spelling } = place;
      const id = isSpared(place) && !sparesAll ? this.#idOf(spelling) : undefined;
      if (id !== undefined) this.#order.used(id, spelling, this.#next(), Infinity);
      else if (this.remove(spelling) && name !== undefined) evicted(name);
      this.#order.drop(rank);
    }
    return next.length;
  }

  /** Spellings from one on, those that have ended left out. `last`: where to go on; absent at the end. */
  list(start: Buffer, end: Buffer, most: number, now: number): { spellings: Buffer[]; last: Buffer | undefined } {
    const found = [...this.tables.entries.getKeys({ start, end, limit: most })];
    const spellings = found.filter((bytes) => this.head({ bytes, whole: undefined }, now) !== undefined);
    return { spellings, last: found.length < most ? undefined : found.at(-1) };
  }

  /** What is told of an entry, ended or not. */
  headerAt(spelling: Buffer): EntryHeader | undefined {
    const record = this.tables.entries.getBinary(spelling);
    return record && decodeHeader(record);
  }

  /** Whether it stands for a whole scope, and leaves last. */
  isSpared(spelling: Buffer): boolean {
    const name = this.nameOf(spelling);
    return name !== undefined && isOfScope(name);
  }

  /** The key that a spelling stands for. */
  nameOf(spelling: Buffer): string | undefined {
    if (!isHashedSpelling(spelling)) return spelling.toString();
    const record = this.tables.entries.getBinary(spelling);
    const header = record && decodeHeader(record);
    const payload = header && (header.isInParts ? this.#joined(header) : record.subarray(HEADER_BYTES));
    return payload && header && payload.toString('utf16le', 0, header.wholeKeySize);
  }

  #usesOf(spelling: Buffer): number {
    const id = this.#idOf(spelling);
    return id === undefined ? 1 : this.#order.usesOf(id);
  }

  #idOf(spelling: Buffer): number | undefined {
    return this.headerAt(spelling)?.id;
  }

  #next(): number {
    return this.#nextId++;
  }

  #putParts(id: number, payload: Uint8Array): void {
    const { partBytes } = this.plan;
    for (let nth = 0; nth * partBytes < payload.length; nth++) {
      this.tables.parts.putSync(numberKey(id, nth), payload.subarray(nth * partBytes, (nth + 1) * partBytes));
    }
  }

  /** `undefined`: some of it is missing. */
  #joined({ id, size, wholeKeySize }: EntryHeader): Buffer | undefined {
    const payload = Buffer.allocUnsafeSlow(size + wholeKeySize);
    let at = 0;
    for (let nth = 0; at < payload.length; nth++) {
      const part = this.tables.parts.getBinary(numberKey(id, nth));
      if (!part || at + part.length > payload.length) return undefined;
      payload.set(part, at);
      at += part.length;
    }
    return payload;
  }
}

/**
 * Whether it is the version of a namespace or a tenant, or the counter of its tags. They are tiny, few, and known by heart by
 * whoever uses them, so that nobody reads them here; without one every entry of its scope would be a miss.
 */
function isOfScope(key: string): boolean {
  const place = placeOf(key);
  return place?.kind === 's' || (place?.kind === 't' && place.name === '');
}

/** Whole milliseconds, rounded up: nothing ends before its time. */
function expiryKey(expiresAt: number, id: number): Buffer {
  return numberKey(Math.max(0, Math.ceil(expiresAt)), id);
}

function isSame(whole: Buffer | undefined, stored: Buffer): boolean {
  return whole === undefined ? stored.length === 0 : whole.equals(stored);
}
