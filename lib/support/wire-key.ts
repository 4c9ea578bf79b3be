import { Buffer } from 'node:buffer';

import { sha256 } from './sha256.js';

/** In bytes. What memcached accepts (its doc/protocol.txt, "Keys"). */
const KEY_LIMIT = 250;
/** In bytes. Leaves a name at least 125, which a hashed one needs with its readable beginning. */
const PATH_LIMIT = 120;
/** In code points: how much of a hashed name or path stays readable. */
const HEAD_LIMIT = 40;
/** `:v:{` and `}`. */
const FRAME = 5;

/** What a stored key holds: a value, its lease, a tag's version, or a scope's version. */
export type WireKind = 'v' | 'l' | 't' | 's';

/** All of printable ASCII but `% { } ~`. Most names are only this, and are their own spelling. */
const PLAIN_NAME = /^[!-$&-z|]+$/;
/** The marks this file uses, blanks, control characters and DEL, which memcached refuses, and lone surrogates. */
const NAME_ESCAPED = /[%{}~\s\p{Cc}\p{Cs}]/gu;
const SEGMENT_ESCAPED = /[^A-Za-z0-9_.-]/gu;
const ESCAPES = /%u([0-9A-F]{4})|(?:%[0-9A-F]{2})+/g;
/** A path of escaped segments, or a hashed one; then the kind and the name. */
const WIRE_KEY = /^([\w.%/@~-]*):([vlts]):\{([^{}]+)\}$/;

/**
 * How a namespace or a tenant is spelled within a path: `A-Z a-z 0-9 _ . -` as they are, all else as its UTF-8 bytes in percent
 * escapes (RFC 3986 section 2.1), a lone surrogate as `%uD800`, the empty string as `%`. Two names never share a spelling, and
 * no spelling holds a separator (`/ @ :`), a glob character or a brace.
 */
export function escapeSegment(name: string): string {
  return name === '' ? '%' : name.replace(SEGMENT_ESCAPED, escapeCharacter);
}

/**
 * The key in a shared store: `<path>:<kind>:{<escaped name>}`, at most 250 bytes of UTF-8.
 *
 * The braces are a hash tag (Redis Cluster specification, "Hash tags"): only what stands in the first pair decides the slot, so
 * a value and its sidecars share one. The name stays readable except for `% { } ~`, blanks, control characters and lone surrogates.
 * One that does not fit is `<its first 40 code points at most>~<sha-256>.<length in UTF-16 code units>`; an unhashed one holds
 * no `~`, so it cannot spell a hashed one. A path of more than 120 bytes is hashed in the same way.
 *
 * @param path segments that went through `escapeSegment`, joined by `/` and `@`.
 * @param name any string; the empty one is `%`, because Redis takes `{}` for no hash tag.
 */
export function wireKey(path: string, kind: WireKind, name: string): string {
  const place = shortPath(path);
  const room = KEY_LIMIT - FRAME - place.length;
  if (name.length <= room && PLAIN_NAME.test(name)) return `${place}:${kind}:{${name}}`;
  return `${place}:${kind}:{${shortName(name, room)}}`;
}

/**
 * The key of another kind under the same path and name: of a value its lease, and the other way round. `r`, beside the
 * version of a scope, is no kind of the cache's own: it holds what is known of the server.
 */
export function siblingKey(key: string, kind: WireKind | 'r'): string {
  // A path holds no colon, so the first one ends it.
  const at = key.indexOf(':') + 1;
  return key.slice(0, at) + kind + key.slice(at + 1);
}

/** Whether only a hash of the name is in the key, so that its name cannot be read from it. */
export function isHashed(key: string): boolean {
  return WIRE_KEY.exec(key)?.[3]?.includes('~') ?? false;
}

/** The name a key was made of; `undefined` when it is hashed, or no key that `wireKey` makes. */
export function nameOf(key: string): string | undefined {
  const escaped = WIRE_KEY.exec(key)?.[3];
  if (escaped === undefined) return undefined;
  const name = escaped === '%' ? '' : unescapeName(escaped);
  // A foreign key may hold what looks like an escape and is none.
  return name !== undefined && escapeName(name) === escaped ? name : undefined;
}

/** What the keys of all values under a path, and no others, begin with. It holds no glob characters. */
export function valuePrefix(path: string): string {
  return `${shortPath(path)}:v:{`;
}

function shortPath(path: string): string {
  if (path.length <= PATH_LIMIT) return path;
  return `${headOf(path, HEAD_LIMIT)}~${sha256(path)}.${path.length}`;
}

function shortName(name: string, room: number): string {
  // An escape is never shorter than what it stands for: no need to spell out a text of megabytes to see that it does not fit.
  const escaped = escapeName(name.length > room ? name.slice(0, room) : name);
  if (name.length <= room && Buffer.byteLength(escaped) <= room) return escaped;
  const hash = `~${sha256(name)}.${name.length}`;
  return headOf(escaped, room - hash.length) + hash;
}

/** The beginning of an escaped text: whole escapes and code points, at most 40 of the latter, within `bytes` of UTF-8. */
function headOf(escaped: string, bytes: number): string {
  let head = '';
  let points = 0;
  let left = bytes;
  for (const [unit] of escaped.matchAll(/%u[0-9A-F]{4}|%[0-9A-F]{2}|[^]/gu)) {
    points += unit.startsWith('%') ? unit.length : 1;
    left -= Buffer.byteLength(unit);
    if (points > HEAD_LIMIT || left < 0) break;
    head += unit;
  }
  return head;
}

function escapeName(name: string): string {
  return name === '' ? '%' : name.replace(NAME_ESCAPED, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0)!;
  // encodeURIComponent leaves ~ ! * ' ( ) alone and throws on a lone surrogate.
  if (code < 0x80) return `%${code.toString(16).toUpperCase().padStart(2, '0')}`;
  if (code >= 0xd800 && code <= 0xdfff) return `%u${code.toString(16).toUpperCase()}`;
  return encodeURIComponent(character);
}

function unescapeName(escaped: string): string | undefined {
  try {
    return escaped.replace(ESCAPES, (escape: string, surrogate: string | undefined) =>
      surrogate === undefined ? decodeURIComponent(escape) : String.fromCharCode(Number.parseInt(surrogate, 16)),
    );
  } catch {
    return undefined; // Bytes that are no UTF-8.
  }
}
