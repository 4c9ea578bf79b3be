import { Buffer } from 'node:buffer';
import { URL, URLSearchParams } from 'node:url';
import { types } from 'node:util';

import { sha256 } from '../support/sha256.js';
import { canonicalString } from './canonical-text.js';

/** In bytes; a uuid or a hash in binary is still readable. */
const BYTES_LIMIT = 32;

/**
 * The canonical text of an object of a built-in class that holds no other values, such as a Date or a Buffer; `undefined`
 * for all others. The caller has ruled out subclasses (`isSubclass`) and properties of its own.
 */
export function builtInText(value: object): string | undefined {
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return bytesText(Buffer.isBuffer(value) ? 'Buffer' : tagOf(value).slice(8, -1), bytes);
  }
  if (types.isAnyArrayBuffer(value)) {
    return bytesText(types.isSharedArrayBuffer(value) ? 'SharedArrayBuffer' : 'ArrayBuffer', new Uint8Array(value));
  }
  if (types.isDate(value)) {
    // An invalid date has no ISO spelling.
    return Number.isNaN(value.getTime()) ? 'Date(NaN)' : `Date(${value.toISOString()})`;
  }
  if (types.isRegExp(value)) return `RegExp(${canonicalString(value.source)},${value.flags},${value.lastIndex})`;
  if (types.isNumberObject(value)) return `Number(${Object.is(value.valueOf(), -0) ? '-0' : String(value.valueOf())})`;
  if (types.isStringObject(value)) return `String(${canonicalString(value.valueOf())})`;
  if (types.isBooleanObject(value)) return `Boolean(${String(value.valueOf())})`;
  if (types.isBigIntObject(value)) return `BigInt(${String(value.valueOf())}n)`;
  if (value instanceof URL) return `URL(${canonicalString(value.href)})`;
  if (value instanceof URLSearchParams) return `URLSearchParams(${canonicalString(value.toString())})`;
  return undefined;
}

/** Whether a built-in object has enumerable properties of its own beside what it is made of. */
export function hasExtras(value: object): boolean {
  if (ArrayBuffer.isView(value)) return false; // Its indices would be listed, at more than the cost of hashing it.
  const own = Object.keys(value).length;
  return own > (types.isStringObject(value) ? value.length : 0);
}

/**
 * Whether `value`, of a built-in kind, is of a class derived from it. Told by the number of prototypes, because each realm
 * (a `vm` context, a test environment) has prototypes of its own.
 */
export function isSubclass(value: object): boolean {
  let prototypes = -1;
  for (let above: object | null = value; above; above = Object.getPrototypeOf(above) as object | null) prototypes += 1;
  if (Buffer.isBuffer(value)) return prototypes !== 4;
  return prototypes !== (types.isTypedArray(value) ? 3 : 2);
}

/** `[object X]`. For what has an internal slot the class behind it; users may write anything there. */
export function tagOf(value: object): string {
  return Object.prototype.toString.call(value);
}

function bytesText(name: string, bytes: Uint8Array): string {
  if (bytes.length > BYTES_LIMIT) return `${name}(#${sha256(bytes)}.${bytes.length})`;
  return `${name}(${Buffer.from(bytes).toString('hex')})`;
}
