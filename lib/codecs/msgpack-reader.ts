import { putErrorTogether } from '../support/error-parts.js';
import { CacheFormatError } from '../support/errors.js';
import { TYPED_ARRAYS } from '../support/leaf-value.js';
import { littleEndian } from './byte-order.js';
import { bigintFrom, list, regexpFrom, TAG, tagOf, text, unfit } from './tag-payload.js';
import { readFields, readItems } from './tag-walk.js';

type Reader = (payload: unknown, depth: number) => unknown;

/**
 * Replaces the tags in what msgpackr made, in place. Every key is an own property already, so that nothing here can
 * reach a prototype.
 *
 * @throws CacheFormatError on unknown tags, payloads that do not fit their tag, and too much nesting; also other
 * errors, from constructors that refuse their text.
 */
export function readTagged(node: unknown, depth: number): unknown {
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return readItems(node, depth, readTagged);
  // What is written always says what bytes are.
  if (node instanceof Uint8Array) return unfit('binary');
  const tag = tagOf(node);
  if (tag === undefined) return readFields(node as Record<string, unknown>, depth, readTagged);
  const reader = READERS.get(tag);
  if (!reader) throw new CacheFormatError(`The payload has the unknown tag ${JSON.stringify(tag)}.`, 'format');
  return reader((node as Record<string, unknown>)[TAG + tag], depth);
}

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['undefined', (payload) => (payload === 0 ? undefined : unfit('undefined'))],
  ['number', (payload) => (payload === '-0' ? -0 : unfit('number'))],
  ['string', (payload) => utf16From(bytes(payload))],
  ['bigint', (payload) => bigintFrom(text(payload))],
  ['Date', (payload) => dateFrom(payload)],
  ['RegExp', (payload, depth) => regexpFrom(readItems(list(payload), depth, readTagged))],
  ['URL', (payload) => new URL(text(payload))],
  ['URLSearchParams', (payload) => new URLSearchParams(text(payload))],
  ['Map', (payload, depth) => new Map(pairs(readItems(list(payload), depth, readTagged)))],
  ['Set', (payload, depth) => new Set(readItems(list(payload), depth, readTagged))],
  ['Error', (payload, depth) => errorFrom(readItems(list(payload), depth, readTagged))],
  ['Object', (payload, depth) => fieldsFrom(readItems(list(payload), depth, readTagged))],
  ['Buffer', (payload) => Buffer.from(copyOf(payload))],
  ['ArrayBuffer', (payload) => copyOf(payload)],
  ['DataView', (payload) => new DataView(copyOf(payload))],
  ...[...TYPED_ARRAYS].map(([name, TypedArray]): [string, Reader] => [
    name,
    (payload) => {
      const array = new TypedArray(copyOf(payload));
      const own = new Uint8Array(array.buffer);
      const ordered = littleEndian(own, array.BYTES_PER_ELEMENT);
      if (ordered !== own) own.set(ordered);
      return array;
    },
  ]),
]);

function errorFrom([type, name, message, stack, ...data]: unknown[]): Error {
  return putErrorTogether({
    type: text(type),
    name: text(name),
    message: text(message),
    stack: stack === undefined ? undefined : text(stack),
    data: fieldsFrom(data),
  });
}

/** Never assigns: a key `__proto__` would set the prototype. */
function fieldsFrom(flat: readonly unknown[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [key, value] of pairs(flat)) {
    Object.defineProperty(fields, text(key), { value, enumerable: true, writable: true, configurable: true });
  }
  return fields;
}

function pairs(flat: readonly unknown[]): [unknown, unknown][] {
  if (flat.length % 2 !== 0) return unfit('list of pairs');
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index], flat[2 * index + 1]]);
}

function dateFrom(payload: unknown): Date {
  if (payload === null) return new Date(Number.NaN);
  const date = new Date(typeof payload === 'number' ? payload : unfit('Date'));
  return date.getTime() === payload ? date : unfit('Date');
}

function utf16From(units: Uint8Array): string {
  if (units.byteLength % 2 !== 0) return unfit('string');
  return Buffer.from(units.buffer, units.byteOffset, units.byteLength).toString('utf16le');
}

/** Memory of its own: what msgpackr gives is a window on the entry. */
function copyOf(payload: unknown): ArrayBuffer {
  const source = bytes(payload);
  const copy = new ArrayBuffer(source.byteLength);
  new Uint8Array(copy).set(source);
  return copy;
}

function bytes(payload: unknown): Uint8Array {
  return payload instanceof Uint8Array ? payload : unfit('binary');
}
