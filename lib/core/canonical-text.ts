import { sha256 } from '../support/sha256.js';

/** In characters; the longest hash people write in hex, SHA-512, is still readable. */
const BARE_LIMIT = 128;
/** In UTF-16 code units. Beyond it a digest costs less than a quoted copy that would be hashed afterwards. */
export const STRING_LIMIT = 1024;

/** In characters. Up to it a loop over the table costs less than to start a regular expression, beyond it more. */
const LOOP_LIMIT = 16;
/** 1 for the characters of a bare string. */
const BARE = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-') {
  BARE[character.charCodeAt(0)] = 1;
}
const ALL_BARE = /^[A-Za-z0-9_.-]+$/;
/** Control characters, quotes, backslashes and (lone) surrogates: what JSON may have to escape. */
const ESCAPED = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** A name that stands where only a name can: bare when it is made of `A-Z a-z 0-9 _ . -`, else quoted as in JSON. */
export function canonicalName(name: string): string {
  const { length } = name;
  if (length > LOOP_LIMIT) {
    if (length <= BARE_LIMIT && ALL_BARE.test(name)) return name;
    return ESCAPED.test(name) ? JSON.stringify(name) : '"' + name + '"';
  }
  let bare = length > 0;
  for (let index = 0; index < length; index++) {
    const code = name.charCodeAt(index);
    if (code < 128 && BARE[code] === 1) continue;
    bare = false;
    // The same as ESCAPED.
    if (code < 0x20 || code === 0x22 || code === 0x5c || (code >= 0xd800 && code <= 0xdfff))
      return JSON.stringify(name);
  }
  return bare ? name : '"' + name + '"';
}

/** A string where any value may stand: quoted also when bare it would read as one of those, a digest when it is long. */
export function canonicalString(value: string): string {
  if (value.length > STRING_LIMIT) return `#${sha256(value)}.${value.length}s`;
  const text = canonicalName(value);
  return text.length === value.length && isLiteral(value) ? '"' + value + '"' : text;
}

/** Whether a bare string reads as another value. */
function isLiteral(value: string): boolean {
  const last = value.charCodeAt(value.length - 1);
  // Numbers end with a digit, and words with anything else.
  if (last <= 0x39) return value === '-0' || (value.charCodeAt(0) <= 0x39 && String(Number(value)) === value);
  switch (value) {
    case 'true':
    case 'false':
    case 'null':
    case 'undefined':
    case 'NaN':
    case 'Infinity':
    case '-Infinity':
      return true;
    default:
      return last === 0x6e && value.length > 1 && isInteger(value, value.length - 1);
  }
}

function isInteger(value: string, end: number): boolean {
  for (let index = value.charCodeAt(0) === 0x2d ? 1 : 0; index < end; index++) {
    const code = value.charCodeAt(index);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}
