import { crc32 as nativeCrc32 } from 'node:zlib';

/** The CRC-32 of RFC 1952, reflected. */
const POLYNOMIAL = 0xedb88320;
/** Below so many bytes the way into native code costs more than the sum itself. */
const SHORT = 96;

/** Slicing by four (Kounavis and Berry, 2005): `TABLES[n * 256 + byte]` is what a byte does to the sum n bytes further on. */
const TABLES = new Int32Array(4 * 256);
for (let byte = 0; byte < 256; byte++) {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? POLYNOMIAL : 0);
  TABLES[byte] = sum;
}
for (let at = 256; at < TABLES.length; at++) {
  const before = TABLES[at - 256]!;
  TABLES[at] = (before >>> 8) ^ TABLES[before & 0xff]!;
}

/** CRC-32 of the bytes from `start` to `end`, going on from `seed`, the sum of what came before. The same as zlib's. */
export function crc32(bytes: Uint8Array, start: number, end: number, seed: number): number {
  if (end - start > SHORT) {
    const whole = start === 0 && end === bytes.length;
    return nativeCrc32(whole ? bytes : bytes.subarray(start, end), seed);
  }
  let sum = ~seed;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    sum = four(sum, bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!);
  }
  for (; at < end; at++) sum = (sum >>> 8) ^ TABLES[(sum ^ bytes[at]!) & 0xff]!;
  return ~sum >>> 0;
}

/** CRC-32 of the text in UTF-8. */
export function crc32OfText(text: string): number {
  const { length } = text;
  if (length > SHORT) return nativeCrc32(text);
  let sum = -1;
  let all = 0;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    const a = text.charCodeAt(at);
    const b = text.charCodeAt(at + 1);
    const c = text.charCodeAt(at + 2);
    const d = text.charCodeAt(at + 3);
    all |= a | b | c | d;
    sum = four(sum, a, b, c, d);
  }
  for (; at < length; at++) {
    const unit = text.charCodeAt(at);
    all |= unit;
    sum = (sum >>> 8) ^ TABLES[(sum ^ unit) & 0xff]!;
  }
  // Beyond ASCII a character is several bytes.
  return all < 0x80 ? ~sum >>> 0 : nativeCrc32(text);
}

function four(seed: number, a: number, b: number, c: number, d: number): number {
  const sum = seed ^ (a | (b << 8) | (c << 16) | (d << 24));
  return (
    TABLES[768 + (sum & 0xff)]! ^
    TABLES[512 + ((sum >>> 8) & 0xff)]! ^
    TABLES[256 + ((sum >>> 16) & 0xff)]! ^
    TABLES[sum >>> 24]!
  );
}
