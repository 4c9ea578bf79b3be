import { CacheFormatError } from '../../support/errors.js';

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

export function encodeMeta({ key, scopes, tags, patterns }: EntryMeta): Buffer {
  return Buffer.from(JSON.stringify({ k: key, s: scopes, t: tags, p: patterns === 0 ? undefined : patterns }));
}

/** In bytes. A longer one names its own key, or many tags: no other entry says the same. */
const LONGEST_REPEATED = 1024;

/**
 * Entries that are read one after the other mostly say the same of themselves: they are of one scope, and loaded under
 * one version of it. Only the last one is kept in mind, so that nothing grows.
 */
let last: { readonly text: string; readonly meta: EntryMeta } | undefined;

/** The meta section that stands there. May be the same object for several entries. @throws CacheFormatError */
export function readMeta(bytes: Buffer, start: number, end: number): EntryMeta {
  // One character a byte, whatever the bytes are: two sections have the same text only if they have the same bytes.
  const text = bytes.toString('latin1', start, end);
  if (last !== undefined && last.text === text) return last.meta;
  const meta = decodeMeta(bytes.toString('utf8', start, end));
  if (text.length <= LONGEST_REPEATED) last = { text, meta };
  return meta;
}

function decodeMeta(text: string): EntryMeta {
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
