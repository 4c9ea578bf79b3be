import { takeErrorApart } from '../support/error-parts.js';
import { CacheValueError } from '../support/errors.js';
import { bytesOf, typedArrayName } from '../support/leaf-value.js';
import { classify, unbox, type LeafKind } from '../support/value-kind.js';
import { littleEndian } from './byte-order.js';
import { bigintText, TAG } from './tag-payload.js';

const SURROGATE = /[\ud800-\udfff]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** UTF-8 has no lone surrogates. The first pattern cannot match the strings of one byte a character, and so is quick. */
function isWellFormed(value: string): boolean {
  return !SURROGATE.test(value) || !LONE_SURROGATE.test(value);
}

/** Whether MessagePack has the value as it is, and msgpackr would write it so. */
export function isOrdinary(value: unknown): boolean {
  if (typeof value === 'string') return isWellFormed(value);
  if (typeof value === 'number') return value !== 0 || !Object.is(value, -0);
  if (typeof value === 'boolean' || value === null) return true;
  return typeof value === 'object' && isOrdinaryObject(value);
}

function isOrdinaryObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Array.prototype) {
    const items = value as unknown[];
    for (let index = 0; index < items.length; index += 1) if (!isOrdinary(items[index])) return false;
    return true;
  }
  if (prototype !== Object.prototype) return false;
  const keys = Object.keys(value);
  if (hasOddKeys(keys)) return false;
  for (const key of keys) if (!isOrdinary((value as Record<string, unknown>)[key])) return false;
  return true;
}

/** Names that msgpackr gives a meaning or another spelling, that UTF-8 cannot hold, or that look like a tag. */
function hasOddKeys(keys: readonly string[]): boolean {
  for (const key of keys) if (key === '__proto__' || key === 'constructor' || !isWellFormed(key)) return true;
  return keys.length === 1 && keys[0]!.startsWith(TAG);
}

/** The value as a tree of what MessagePack has, with tags for everything else. */
export function toTagged(value: unknown): unknown {
  if (typeof value === 'string') return isWellFormed(value) ? value : tagged('string', Buffer.from(value, 'utf16le'));
  if (typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return Object.is(value, -0) ? tagged('number', '-0') : value;
  if (typeof value === 'undefined') return tagged('undefined', 0);
  if (typeof value === 'bigint') return tagged('bigint', bigintText(value));
  if (typeof value === 'object') return objectToTagged(value);
  throw new CacheValueError('$', `a ${typeof value}, or holds one`);
}

function objectToTagged(value: object): unknown {
  const { kind, what } = classify(value);
  if (kind === 'object' || kind === 'instance') return fieldsToTagged(value as Record<string, unknown>);
  if (kind === 'array') return Array.from(value as unknown[], toTagged);
  // Flat, key after value: a level less than pairs, and a byte less each.
  if (kind === 'map') return tagged('Map', [...(value as Map<unknown, unknown>)].flat(1).map(toTagged));
  if (kind === 'set') return tagged('Set', Array.from(value as Set<unknown>, toTagged));
  if (kind === 'error') return tagged('Error', errorToTagged(value as Error));
  if (kind === 'boxed') return toTagged(unbox(value));
  if (kind === 'refused') throw new CacheValueError('$', `${what}, or holds one`);
  return leafToTagged(kind, value);
}

function fieldsToTagged(fields: Record<string, unknown>): object {
  const keys = Object.keys(fields);
  if (hasOddKeys(keys)) return tagged('Object', flatFields(fields, keys));
  const copy: Record<string, unknown> = {};
  for (const key of keys) copy[key] = toTagged(fields[key]);
  return copy;
}

function flatFields(fields: Readonly<Record<string, unknown>>, keys: readonly string[]): unknown[] {
  return keys.flatMap((key) => [toTagged(key), toTagged(fields[key])]);
}

function errorToTagged(value: Error): unknown[] {
  const { type, name, message, stack, data } = takeErrorApart(value);
  return [type, toTagged(name), toTagged(message), toTagged(stack), ...flatFields(data, Object.keys(data))];
}

function leafToTagged(kind: LeafKind, value: object): object {
  switch (kind) {
    case 'date': {
      const time = Date.prototype.getTime.call(value);
      return tagged('Date', Number.isNaN(time) ? null : time);
    }
    case 'regexp': {
      const { source, flags } = value as RegExp;
      return tagged('RegExp', [toTagged(source), flags]);
    }
    case 'url':
      return tagged('URL', (value as URL).href);
    case 'searchParams':
      return tagged('URLSearchParams', URLSearchParams.prototype.toString.call(value));
    case 'buffer':
      return tagged('Buffer', asBuffer(bytesOf(value as Buffer)));
    case 'dataView':
      return tagged('DataView', asBuffer(bytesOf(value as DataView)));
    case 'arrayBuffer':
      return tagged('ArrayBuffer', asBuffer(new Uint8Array(value as ArrayBuffer)));
    case 'typed': {
      const view = value as NodeJS.TypedArray;
      return tagged(typedArrayName(value), asBuffer(littleEndian(bytesOf(view), view.BYTES_PER_ELEMENT)));
    }
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function tagged(tag: string, payload: unknown): object {
  return { [TAG + tag]: payload };
}
