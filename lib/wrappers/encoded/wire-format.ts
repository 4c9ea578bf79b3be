import { crc32 } from 'node:zlib';
import type { EntryTimes } from '../../contracts/entry.js';
import { CacheFormatError, CacheValueError } from '../../support/errors.js';

/*
 * One entry on the wire, version 1. Big-endian. FROZEN: bytes like these stand in servers we never see; a change is a
 * new version byte, and the fixtures in test/wire hold this one.
 *
 *   0  'N' 'C'          magic
 *   2  u8   version     1
 *   3  u8   codec       `Codec.id`
 *   4  u8   compression 0 none; 1 deflate, 2 gzip, 3 brotli, 4 zstd are reserved
 *   5  u8   encryption  0 none; 1 AES-256-GCM is reserved
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
 *      payload
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

/** A name (a scope's path, or a tag) with the version that stood when the entry's load began. */
export type NamedVersion = readonly [name: string, version: string];

/** What an entry must be checked against before it is served. */
export interface EntryMeta {
  /** The logical key, when the wire key does not show it. */
  readonly key?: string | undefined;
  readonly scopes: readonly NamedVersion[];
  readonly tags: readonly NamedVersion[];
  /** The sequence of the newest pattern of the entry's own scope that the load came after. */
  readonly patterns?: number | undefined;
}

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
  readonly codecId: number;
  readonly compressionId: number;
  readonly encryptionId: number;
  readonly times: EntryTimes;
  readonly metaLength: number;
  readonly payloadLength: number;
}

/** @throws CacheValueError when the entry would be larger than 512 MiB. */
export function encodeEntry(wireKey: string, entry: EntryParts): Buffer {
  const { times, payload } = entry;
  const { key, scopes, tags, patterns } = entry.meta;
  const meta = Buffer.from(JSON.stringify({ k: key, s: scopes, t: tags, p: patterns === 0 ? undefined : patterns }));
  const length = HEADER_LENGTH + meta.length + payload.length;
  if (length > MAX_LENGTH) throw new CacheValueError('$', `${length} bytes long when encoded, more than 512 MiB`);
  const bytes = Buffer.allocUnsafe(length);
  bytes.writeUInt16BE(MAGIC, 0);
  bytes.writeUInt8(VERSION, 2);
  bytes.writeUInt8(entry.codecId, 3);
  bytes.writeUInt8(entry.compressionId, 4);
  bytes.writeUInt8(0, 5);
  bytes.writeUInt16BE(0, 6);
  bytes.writeDoubleBE(times.staleAt, STALE_AT_OFFSET);
  bytes.writeDoubleBE(times.createdAt, 16);
  bytes.writeDoubleBE(times.expiresAt, 24);
  bytes.writeDoubleBE(times.loadTime, 32);
  bytes.writeUInt32BE(meta.length, 40);
  bytes.writeUInt32BE(payload.length, 44);
  bytes.set(meta, HEADER_LENGTH);
  bytes.set(payload, HEADER_LENGTH + meta.length);
  bytes.writeUInt32BE(checksum(wireKey, bytes), CRC_OFFSET);
  return bytes;
}

/** @throws CacheFormatError, and nothing else, on bytes that are not a whole entry stored under this very key. */
export function decodeEntry(wireKey: string, input: Uint8Array): DecodedEntry {
  const bytes = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  const header = readHeader(bytes);
  if (bytes.readUInt32BE(CRC_OFFSET) !== checksum(wireKey, bytes)) {
    throw new CacheFormatError('The checksum of the entry does not match its bytes and its key.');
  }
  if (header.encryptionId !== 0) throw new CacheFormatError('The entry is encrypted.', 'format');
  const payloadOffset = HEADER_LENGTH + header.metaLength;
  return {
    times: header.times,
    codecId: header.codecId,
    compressionId: header.compressionId,
    meta: readMeta(bytes.toString('utf8', HEADER_LENGTH, payloadOffset)),
    payload: bytes.subarray(payloadOffset),
  };
}

/** The fixed part alone, not yet checked against the checksum. @throws CacheFormatError */
export function readHeader(input: Uint8Array): EntryHeader {
  const bytes = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  if (bytes.length < 3 || bytes.readUInt16BE(0) !== MAGIC)
    throw new CacheFormatError('The bytes are no entry.', 'format');
  if (bytes[2] !== VERSION) throw new CacheFormatError(`The entry is of version ${bytes[2]}, not 1.`, 'format');
  if (bytes.length < HEADER_LENGTH) throw new CacheFormatError('The entry ends within its header.');
  if (bytes.readUInt16BE(6) !== 0) throw new CacheFormatError('The entry has flags of a newer version.', 'format');
  const metaLength = bytes.readUInt32BE(40);
  const payloadLength = bytes.readUInt32BE(44);
  if (bytes.length > MAX_LENGTH || bytes.length !== HEADER_LENGTH + metaLength + payloadLength) {
    throw new CacheFormatError(`The entry is ${bytes.length} bytes long, and not as long as its header says.`);
  }
  return {
    codecId: bytes.readUInt8(3),
    compressionId: bytes.readUInt8(4),
    encryptionId: bytes.readUInt8(5),
    times: readTimes(bytes),
    metaLength,
    payloadLength,
  };
}

/** The eight bytes that stand at `STALE_AT_OFFSET`. */
export function encodeInstant(ms: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(ms);
  return bytes;
}

function readTimes(bytes: Buffer): EntryTimes {
  const createdAt = bytes.readDoubleBE(16);
  const staleAt = bytes.readDoubleBE(STALE_AT_OFFSET);
  const expiresAt = bytes.readDoubleBE(24);
  const loadTime = bytes.readDoubleBE(32);
  // NaN compares false with everything, and would make an entry stale or immortal depending on who asks. A `staleAt`
  // past the end can only be damage: no checksum covers it.
  if (!Number.isFinite(createdAt) || !(staleAt <= expiresAt) || !(loadTime >= 0)) {
    throw new CacheFormatError('The instants of the entry make no sense.');
  }
  return { createdAt, staleAt, expiresAt, loadTime };
}

function readMeta(text: string): EntryMeta {
  const meta = parse(text);
  if (typeof meta !== 'object' || meta === null) throw malformed();
  const { k: key, s: scopes, t: tags, p: patterns } = meta as Record<string, unknown>;
  if (key !== undefined && typeof key !== 'string') throw malformed();
  if (patterns !== undefined && typeof patterns !== 'number') throw malformed();
  if (!areNamedVersions(scopes) || !areNamedVersions(tags)) throw malformed();
  return { key, scopes, tags, patterns };
}

function areNamedVersions(value: unknown): value is NamedVersion[] {
  if (!Array.isArray(value)) return false;
  return value.every(
    (pair: unknown) => Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string'),
  );
}

function malformed(): CacheFormatError {
  return new CacheFormatError('The meta section of the entry is malformed.');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed();
  }
}

function checksum(wireKey: string, bytes: Buffer): number {
  const head = crc32(bytes.subarray(0, STALE_AT_OFFSET), crc32(wireKey));
  const middle = crc32(bytes.subarray(STALE_AT_OFFSET + 8, CRC_OFFSET), head);
  return crc32(bytes.subarray(HEADER_LENGTH), middle);
}
