import type { Cipher } from '../../contracts/cipher.js';
import type { EntryTimes } from '../../contracts/entry.js';
import { crc32, crc32OfText } from '../../support/crc32.js';
import { CacheFormatError, CacheValueError } from '../../support/errors.js';
import { float64, uint32 } from './big-endian.js';
import { encodeMeta, readMeta, type EntryMeta } from './entry-meta.js';

/*
 * One entry on the wire, version 1. Big-endian. FROZEN: bytes like these stand in servers we never see; a change is a
 * new version byte, and the fixtures in test/wire hold this one.
 *
 *   0  'N' 'C'          magic
 *   2  u8   version     1
 *   3  u8   codec       `Codec.id`
 *   4  u8   compression 0 none, 1 deflate (RFC 1951), 2 gzip, 3 brotli, 4 zstd
 *   5  u8   encryption  0 none, 1 AES-256-GCM
 *   6  u16  flags       0; any other bit is a newer format
 *   8  f64  staleAt     epoch ms; outside the checksum, so that `expire` can overwrite it in place
 *  16  f64  createdAt   epoch ms
 *  24  f64  expiresAt   epoch ms, Infinity: never
 *  32  f64  loadTime    ms
 *  40  u32  length of the meta section
 *  44  u32  length of the payload
 *  48  u32  CRC-32 (RFC 1952) of the wire key in UTF-8, bytes 0..8, bytes 16..48, meta and payload
 *  52  meta, JSON       { "k"?: logical key when the wire key is a hash,
 *                        "s": [[scope path, version]], "t": [[tag, version]],
 *                        "p"?: sequence of the scope's newest pattern when the load began; absent: 0 }
 *      payload         what the codec wrote, then compressed, then encrypted
 *
 * An encrypted payload is bound to its surroundings: bytes 0..8 and 16..48, meta, and the wire key are authenticated with
 * it. `staleAt` is not: `expire` overwrites it in the server, where no key is. So whoever can write to the store can make
 * an entry stale, or fresh until its `expiresAt`.
 *
 * The key is part of the checksum: bytes that were moved to another key are as bad as flipped ones.
 */
const MAGIC = 0x4e43;
const VERSION = 1;
const HEADER_LENGTH = 52;
const CRC_OFFSET = 48;
const MAX_LENGTH = 512 * 1024 * 1024;

/** Where `expire` patches the instant from which the entry is stale. */
export const STALE_AT_OFFSET = 8;
/** How bytes begin in which `STALE_AT_OFFSET` means what it means here. A copy for each use: bytes cannot be frozen. */
export const entryPrefix = (): Buffer => Buffer.from([MAGIC >> 8, MAGIC & 0xff, VERSION]);

export interface EntryParts {
  readonly times: EntryTimes;
  readonly codecId: number;
  readonly compressionId: number;
  readonly meta: EntryMeta;
  readonly payload: Uint8Array;
}

/** The payload is a view of the bytes that were decoded. The reader checks that it knows codec and compression. */
export interface DecodedEntry extends EntryParts {
  readonly payload: Buffer;
}

export interface EntryHeader {
  readonly times: EntryTimes;
  readonly codecId: number;
  readonly compressionId: number;
  readonly encryptionId: number;
  readonly metaLength: number;
  readonly payloadLength: number;
}

/** Encrypted when there is a cipher. @throws CacheValueError when the entry would be larger than 512 MiB. */
export function encodeEntry(wireKey: string, entry: EntryParts, cipher?: Cipher): Buffer {
  const { times, payload } = entry;
  const meta = encodeMeta(entry.meta);
  const payloadLength = payload.length + (cipher?.overhead ?? 0);
  const payloadOffset = HEADER_LENGTH + meta.length;
  const length = payloadOffset + payloadLength;
  if (length > MAX_LENGTH) throw new CacheValueError('$', `${length} bytes long when encoded, more than 512 MiB`);
  const bytes = Buffer.allocUnsafe(length);
  bytes.writeUInt16BE(MAGIC, 0);
  bytes.writeUInt8(VERSION, 2);
  bytes.writeUInt8(entry.codecId, 3);
  bytes.writeUInt8(entry.compressionId, 4);
  bytes.writeUInt8(cipher?.id ?? 0, 5);
  bytes.writeUInt16BE(0, 6);
  bytes.writeDoubleBE(times.staleAt, STALE_AT_OFFSET);
  bytes.writeDoubleBE(times.createdAt, 16);
  bytes.writeDoubleBE(times.expiresAt, 24);
  bytes.writeDoubleBE(times.loadTime, 32);
  bytes.writeUInt32BE(meta.length, 40);
  bytes.writeUInt32BE(payloadLength, 44);
  bytes.set(meta, HEADER_LENGTH);
  const sealed = cipher ? cipher.seal(payload, surroundings(wireKey, bytes, payloadOffset)) : payload;
  bytes.set(sealed, payloadOffset);
  bytes.writeUInt32BE(checksum(wireKey, bytes), CRC_OFFSET);
  return bytes;
}

/**
 * With a cipher, a plain entry is refused too: whoever can write to the store could else put any value in place of one.
 *
 * @throws CacheFormatError, and nothing else, on bytes that are not a whole entry stored under this very key.
 */
export function decodeEntry(wireKey: string, input: Uint8Array, cipher?: Cipher): DecodedEntry {
  const bytes = asBuffer(input);
  const header = readWhole(wireKey, bytes);
  const { times, codecId, compressionId, encryptionId } = header;
  if (encryptionId !== (cipher?.id ?? 0)) {
    throw new CacheFormatError(`The entry is ${encryptionId === 0 ? 'not encrypted' : 'encrypted'}.`, 'format');
  }
  const offset = HEADER_LENGTH + header.metaLength;
  const meta = readMeta(bytes, HEADER_LENGTH, offset);
  const stored = bytes.subarray(offset);
  const payload = cipher ? asBuffer(cipher.open(stored, surroundings(wireKey, bytes, offset))) : stored;
  return { times, codecId, compressionId, meta, payload };
}

/** What an entry says of itself, encrypted or not; proven to nobody. @throws CacheFormatError as above. */
export function readEntryMeta(wireKey: string, input: Uint8Array): EntryMeta {
  const bytes = asBuffer(input);
  return readMeta(bytes, HEADER_LENGTH, HEADER_LENGTH + readWhole(wireKey, bytes).metaLength);
}

function readWhole(wireKey: string, bytes: Buffer): EntryHeader {
  const header = readHeader(bytes);
  if (bytes.readUInt32BE(CRC_OFFSET) !== checksum(wireKey, bytes)) {
    throw new CacheFormatError('The checksum of the entry does not match its bytes and its key.');
  }
  return header;
}

/** The fixed part alone, not yet checked against the checksum. @throws CacheFormatError */
export function readHeader(input: Uint8Array): EntryHeader {
  const { length } = input;
  if (length < 3 || input[0] !== MAGIC >> 8 || input[1] !== (MAGIC & 0xff))
    throw new CacheFormatError('The bytes are no entry.', 'format');
  if (input[2] !== VERSION) throw new CacheFormatError(`The entry is of version ${input[2]}, not 1.`, 'format');
  if (length < HEADER_LENGTH) throw new CacheFormatError('The entry ends within its header.');
  if ((input[6]! | input[7]!) !== 0) throw new CacheFormatError('The entry has flags of a newer version.', 'format');
  const metaLength = uint32(input, 40);
  const payloadLength = uint32(input, 44);
  if (length > MAX_LENGTH || length !== HEADER_LENGTH + metaLength + payloadLength) {
    throw new CacheFormatError(`The entry is ${length} bytes long, and not as long as its header says.`);
  }
  const staleAt = float64(input, STALE_AT_OFFSET);
  const createdAt = float64(input, 16);
  const expiresAt = float64(input, 24);
  const loadTime = float64(input, 32);
  // NaN compares false with everything, and would make an entry stale or immortal depending on who asks. A `staleAt`
  // past the end can only be damage: no checksum covers it.
  if (!Number.isFinite(createdAt) || !(staleAt <= expiresAt) || !(loadTime >= 0)) {
    throw new CacheFormatError('The instants of the entry make no sense.');
  }
  return {
    times: { createdAt, staleAt, expiresAt, loadTime },
    metaLength,
    payloadLength,
    codecId: input[3]!,
    compressionId: input[4]!,
    encryptionId: input[5]!,
  };
}

/** The eight bytes that stand at `STALE_AT_OFFSET`. */
export function encodeInstant(ms: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(ms);
  return bytes;
}

function checksum(wireKey: string, bytes: Buffer): number {
  const head = crc32(bytes, 0, STALE_AT_OFFSET, crc32OfText(wireKey));
  const middle = crc32(bytes, STALE_AT_OFFSET + 8, CRC_OFFSET, head);
  return crc32(bytes, HEADER_LENGTH, bytes.length, middle);
}

/** What encryption authenticates beside the payload. Fixed and counted parts come first, so that no two are alike. */
function surroundings(wireKey: string, bytes: Buffer, payloadOffset: number): Buffer {
  return Buffer.concat([
    bytes.subarray(0, STALE_AT_OFFSET),
    bytes.subarray(STALE_AT_OFFSET + 8, CRC_OFFSET),
    bytes.subarray(HEADER_LENGTH, payloadOffset),
    Buffer.from(wireKey),
  ]);
}

function asBuffer(bytes: Uint8Array): Buffer {
  // A view costs more than reading the whole header.
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
