/*
 * The version of a scope or a tag on the wire: 'N' 'V', version u8 1, then JSON. FROZEN, like an entry.
 *
 *   scope  { "v": "<random id>", "p": { "seq": n, "items": [[seq, "<pattern>"], ...] } }
 *   tag    { "v": "<random id>" }
 *
 * What cannot be read counts as absent: whoever needs the version then makes a new one, and every entry under the old
 * one becomes invalid. Losing values is safe; serving them against a version nobody can read is not.
 */
const PREFIX = Buffer.from([0x4e, 0x56, 1]);

/** Patterns that were invalidated, the newest last; `sequence` counts all there ever were under this version. */
export interface PatternList {
  readonly sequence: number;
  readonly items: readonly (readonly [sequence: number, pattern: string])[];
}

export interface ScopeRecord {
  readonly version: string;
  readonly patterns: PatternList;
}

export interface TagRecord {
  readonly version: string;
}

export function encodeScopeRecord(record: ScopeRecord): Buffer {
  const { sequence, items } = record.patterns;
  return encode({ v: record.version, p: { seq: sequence, items } });
}

export function encodeTagRecord(record: TagRecord): Buffer {
  return encode({ v: record.version });
}

/** `undefined` for bytes that are no scope record of version 1. Never throws. */
export function decodeScopeRecord(bytes: Uint8Array | undefined): ScopeRecord | undefined {
  const record = decode(bytes);
  const version = record?.['v'];
  const patterns = record?.['p'];
  if (typeof version !== 'string' || !isRecord(patterns)) return undefined;
  const { seq, items } = patterns;
  if (!isSequence(seq) || !Array.isArray(items) || !items.every(isItem)) return undefined;
  return { version, patterns: { sequence: seq, items } };
}

/** `undefined` for bytes that are no tag record of version 1. Never throws. */
export function decodeTagRecord(bytes: Uint8Array | undefined): TagRecord | undefined {
  const version = decode(bytes)?.['v'];
  return typeof version === 'string' ? { version } : undefined;
}

function encode(record: object): Buffer {
  return Buffer.concat([PREFIX, Buffer.from(JSON.stringify(record))]);
}

function decode(bytes: Uint8Array | undefined): Record<string, unknown> | undefined {
  if (bytes === undefined) return undefined;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!buffer.subarray(0, PREFIX.length).equals(PREFIX)) return undefined;
  try {
    const record: unknown = JSON.parse(buffer.toString('utf8', PREFIX.length));
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSequence(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isItem(value: unknown): value is [number, string] {
  return Array.isArray(value) && value.length === 2 && isSequence(value[0]) && typeof value[1] === 'string';
}
