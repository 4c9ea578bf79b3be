import { CacheFormatError } from '../support/errors.js';
import { MAX_DEPTH } from '../support/value-path.js';
import { TAG } from './tag-payload.js';

/** What a first byte begins; 0 is what the codec never writes, extensions above all. */
const SCALAR = 1;
const TEXT = 2;
const BINARY = 3;
const LIST = 4;
const MAP = 5;

/** By first byte: what follows, how long it is or how much it counts, and how many bytes say that in its place. */
const KIND = new Uint8Array(256);
const SIZE = new Uint8Array(256);
const WIDTH = new Uint8Array(256);

const forms: readonly [from: number, to: number, kind: number, size: number, width: number][] = [
  [0x00, 0x7f, SCALAR, 0, 0],
  [0xc0, 0xc0, SCALAR, 0, 0],
  [0xc2, 0xc3, SCALAR, 0, 0],
  [0xc4, 0xc4, BINARY, 0, 1],
  [0xc5, 0xc5, BINARY, 0, 2],
  [0xc6, 0xc6, BINARY, 0, 4],
  [0xcb, 0xcb, SCALAR, 8, 0],
  [0xcc, 0xcc, SCALAR, 1, 0],
  [0xcd, 0xcd, SCALAR, 2, 0],
  [0xce, 0xce, SCALAR, 4, 0],
  [0xd0, 0xd0, SCALAR, 1, 0],
  [0xd1, 0xd1, SCALAR, 2, 0],
  [0xd2, 0xd2, SCALAR, 4, 0],
  [0xd9, 0xd9, TEXT, 0, 1],
  [0xda, 0xda, TEXT, 0, 2],
  [0xdb, 0xdb, TEXT, 0, 4],
  [0xdc, 0xdc, LIST, 0, 2],
  [0xdd, 0xdd, LIST, 0, 4],
  [0xde, 0xde, MAP, 0, 2],
  [0xdf, 0xdf, MAP, 0, 4],
  [0xe0, 0xff, SCALAR, 0, 0],
];
for (const [from, to, kind, size, width] of forms) {
  KIND.fill(kind, from, to + 1);
  SIZE.fill(size, from, to + 1);
  WIDTH.fill(width, from, to + 1);
}
for (let size = 0; size < 16; size += 1) [KIND[0x80 + size], SIZE[0x80 + size]] = [MAP, size];
for (let size = 0; size < 16; size += 1) [KIND[0x90 + size], SIZE[0x90 + size]] = [LIST, size];
for (let size = 0; size < 32; size += 1) [KIND[0xa0 + size], SIZE[0xa0 + size]] = [TEXT, size];

/** A tag and its list are two levels of bytes for one of values; a leaf may add the level of its tag. */
const MAX_RAW_DEPTH = 2 * MAX_DEPTH + 2;
/** Of each open container: how many values it lacks, and whether it is a map. Scans do not overlap. */
const missing = new Float64Array(MAX_RAW_DEPTH + 1);
const isMap = new Uint8Array(MAX_RAW_DEPTH + 1);

const TAG_BYTES = Buffer.from(TAG);

/**
 * Walks once over the bytes before msgpackr reads them, and lets through only what the codec writes: no extensions (of
 * those msgpackr makes classes, records and code), no names that are no strings, no count beyond what is there, no more
 * nesting than a value may have. So what follows needs neither much stack nor more memory than the bytes stand for.
 *
 * @returns whether anything in it may be a tag, or has to stand in one.
 * @throws CacheFormatError
 */
export function scanMsgpack(bytes: Uint8Array): boolean {
  const { length } = bytes;
  let tags = false;
  let at = 0;
  let depth = 0;
  let deepest = 0;
  missing[0] = 1;
  isMap[0] = 0;
  for (;;) {
    while (missing[depth] === 0) {
      depth -= 1;
      if (depth >= 0) continue;
      if (at !== length) malformed('goes on after its end');
      // With tags, the reader counts the levels of the values.
      return tags || deepest <= MAX_DEPTH ? tags : malformed('is nested too deeply');
    }
    const left = missing[depth]!;
    missing[depth] = left - 1;
    // Names come first in a pair: where one is due, the number of what is missing is even.
    const isName = isMap[depth] === 1 && left % 2 === 0;
    const byte = bytes[at] ?? malformed('ends too early');
    const kind = KIND[byte]!;
    if (kind === 0) malformed(`has a byte that is not written, 0x${byte.toString(16)}`);
    if (isName && kind !== TEXT) malformed('has a name that is no string');
    let size = SIZE[byte]!;
    at += 1;
    for (let width = WIDTH[byte]!; width > 0; width -= 1, at += 1) {
      size = size * 256 + (bytes[at] ?? malformed('ends too early'));
    }
    const count = kind === MAP ? 2 * size : size;
    // A value takes a byte at least.
    if (count > length - at) malformed('ends too early');
    if (kind < LIST) {
      tags ||= kind === BINARY || (isName && isTag(bytes, at, size));
      at += size;
    } else {
      if (depth === MAX_RAW_DEPTH) malformed('is nested too deeply');
      depth += 1;
      if (depth > deepest) deepest = depth;
      missing[depth] = count;
      isMap[depth] = kind === MAP ? 1 : 0;
    }
  }
}

function isTag(bytes: Uint8Array, at: number, size: number): boolean {
  if (size < TAG_BYTES.length) return false;
  for (let index = 0; index < TAG_BYTES.length; index += 1) if (bytes[at + index] !== TAG_BYTES[index]) return false;
  return true;
}

function malformed(how: string): never {
  throw new CacheFormatError(`The MessagePack payload ${how}.`);
}
