import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';

/*
 * What stands in the file. Whoever changes any of it counts FORMAT up: another format has a file of another name.
 *
 *   entries   spelled key                -> header, and the payload unless it stands in parts
 *   parts     id, number of the part     -> a piece of the payload that fills one page
 *   order     rank (priority, number)    -> spelled key; the lowest rank is the next to be evicted
 *   ranks     id                         -> rank, and how often it was used; without it the rank is priority 0 and the id
 *   expiries  end in milliseconds, id    -> nothing
 *   leases    wire key of the lease -> owner and end, see `LeaseTable`
 *   changes   number of the change  -> what was changed, and by whom, see `ChangeLog`
 *   facts     'format', members, 'next', 'changed', 'age' -> see `Facts`; the next id, the last change, see `UseOrder`
 *
 * Numbers are 8 bytes, most significant first, so that their order is that of the keys.
 */
export const FORMAT = 2;

/** What a key of LMDB may have at most, in bytes. */
const KEY_LIMIT = 1_978;
/** Begins the spelling of a key that is hashed; no UTF-8 begins with it. */
const HASHED = 0xff;
/** id, end, size of the value, size of the whole key, whether the payload stands in parts. */
export const HEADER_BYTES = 25;

/** In Node since version 20; TypeScript's ES2023 library does not know it yet. */
type CheckedString = string & { isWellFormed(): boolean };

export interface SpelledKey {
  readonly bytes: Buffer;
  /** The whole key, to be kept beside the value, where only a hash of it is in `bytes`. */
  readonly whole: Buffer | undefined;
}

/** Keys that LMDB cannot take (too long, empty) or UTF-8 cannot spell are hashed. */
export function spellKey(key: string): SpelledKey {
  if (key !== '' && key.length <= KEY_LIMIT && (key as CheckedString).isWellFormed()) {
    const bytes = Buffer.from(key);
    if (bytes.length <= KEY_LIMIT) return { bytes, whole: undefined };
  }
  const whole = Buffer.from(key, 'utf16le');
  return { bytes: Buffer.concat([Buffer.of(HASHED), createHash('sha256').update(whole).digest()]), whole };
}

/** Where the keys begin that start with this text and are not hashed; `undefined`: there can be none. */
export function spellPrefix(prefix: string): Buffer | undefined {
  // Half of a surrogate pair begins keys too, as their text has it; their UTF-8 begins alike up to there.
  const cut = (prefix as CheckedString).isWellFormed() ? prefix : prefix.slice(0, prefix.search(/\p{Cs}/u));
  const bytes = Buffer.from(cut.slice(0, KEY_LIMIT + 1));
  return bytes.length > KEY_LIMIT ? undefined : bytes;
}

/** The keys under which hashed ones stand. */
export const HASHED_RANGE = { start: Buffer.of(HASHED), end: Buffer.of(HASHED, HASHED, HASHED) } as const;

export function isHashedSpelling(spelling: Uint8Array): boolean {
  return spelling[0] === HASHED;
}

export interface EntryHeader {
  readonly id: number;
  /** Milliseconds of the wall clock; `Infinity`: none. */
  readonly expiresAt: number;
  readonly size: number;
  readonly wholeKeySize: number;
  readonly isInParts: boolean;
}

export function encodeHeader({ id, expiresAt, size, wholeKeySize, isInParts }: EntryHeader): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  putNumber(header, 0, id);
  header.writeDoubleBE(expiresAt, 8);
  header.writeUInt32BE(size, 16);
  header.writeUInt32BE(wholeKeySize, 20);
  header[24] = isInParts ? 1 : 0;
  return header;
}

/** `undefined`: these bytes are none. */
export function decodeHeader(record: Buffer): EntryHeader | undefined {
  if (record.length < HEADER_BYTES) return undefined;
  const header = {
    id: numberAt(record, 0),
    expiresAt: record.readDoubleBE(8),
    size: record.readUInt32BE(16),
    wholeKeySize: record.readUInt32BE(20),
    isInParts: record[24] === 1,
  };
  const inside = record.length - HEADER_BYTES;
  return header.isInParts || inside === header.size + header.wholeKeySize ? header : undefined;
}

export function numberKey(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(8 * numbers.length);
  numbers.forEach((number, index) => putNumber(bytes, 8 * index, number));
  return bytes;
}

export function numberAt(bytes: Buffer, offset: number): number {
  return bytes.readUInt32BE(offset) * 2 ** 32 + bytes.readUInt32BE(offset + 4);
}

function putNumber(bytes: Buffer, offset: number, number: number): void {
  bytes.writeUInt32BE(Math.floor(number / 2 ** 32), offset);
  bytes.writeUInt32BE(number % 2 ** 32, offset + 4);
}
