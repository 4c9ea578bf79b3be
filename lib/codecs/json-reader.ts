import { TYPED_ARRAYS } from '../support/leaf-value.js';
import { putErrorTogether } from '../support/error-parts.js';
import { CacheFormatError } from '../support/errors.js';
import { littleEndian } from './byte-order.js';
import { below, bigintFrom, list, regexpFrom, TAG, tagOf, text, unfit } from './tag-payload.js';
import { readFields, readItems } from './tag-walk.js';

type Reader = (payload: unknown, depth: number) => unknown;

/**
 * Replaces the tags in what `JSON.parse` made, in place. Every key is an own property already, so that nothing here
 * can reach a prototype.
 *
 * @throws CacheFormatError on unknown tags, payloads that do not fit their tag, and too much nesting; also other
 * errors, from constructors that refuse their text.
 */
export function readTagged(node: unknown, depth: number): unknown {
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return readItems(node, depth, readTagged);
  const tag = tagOf(node);
  if (tag === undefined) return readFields(node as Record<string, unknown>, depth, readTagged);
  const reader = READERS.get(tag);
  if (!reader) throw new CacheFormatError(`The payload has the unknown tag ${JSON.stringify(tag)}.`, 'format');
  return reader((node as Record<string, unknown>)[TAG + tag], depth);
}

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['undefined', (payload) => (payload === 0 ? undefined : unfit('undefined'))],
  ['number', (payload) => numberFrom(text(payload))],
  ['bigint', (payload) => bigintFrom(text(payload))],
  ['Date', (payload) => dateFrom(payload)],
  ['RegExp', (payload) => regexpFrom(list(payload))],
  ['URL', (payload) => new URL(text(payload))],
  ['URLSearchParams', (payload) => new URLSearchParams(text(payload))],
  ['Map', (payload, depth) => new Map(list(payload).map((pair) => pairFrom(pair, depth)))],
  ['Set', (payload, depth) => new Set(readItems(list(payload), depth, readTagged))],
  ['Error', (payload, depth) => errorFrom(fields(payload), depth)],
  ['Object', (payload, depth) => escapedFrom(fields(payload), depth)],
  ['Buffer', (payload) => bytesFrom(text(payload))],
  ['ArrayBuffer', (payload) => bytesFrom(text(payload)).buffer],
  ['DataView', (payload) => new DataView(bytesFrom(text(payload)).buffer)],
  ...[...TYPED_ARRAYS].map(([name, TypedArray]): [string, Reader] => [
    name,
    (payload) => {
      const array = new TypedArray(bytesFrom(text(payload)).buffer);
      const bytes = new Uint8Array(array.buffer);
      const ordered = littleEndian(bytes, array.BYTES_PER_ELEMENT);
      if (ordered !== bytes) bytes.set(ordered);
      return array;
    },
  ]),
]);

function escapedFrom(node: Record<string, unknown>, depth: number): Record<string, unknown> {
  return tagOf(node) === undefined ? unfit('Object') : readFields(node, depth, readTagged);
}

function pairFrom(pair: unknown, depth: number): [unknown, unknown] {
  const next = below(depth);
  const parts = list(pair);
  return parts.length === 2 ? [readTagged(parts[0], next), readTagged(parts[1], next)] : unfit('Map');
}

function errorFrom(node: Record<string, unknown>, depth: number): Error {
  const { type, name, message, stack, data } = node;
  return putErrorTogether({
    type: text(type),
    name: text(name),
    message: text(message),
    stack: stack === undefined ? undefined : text(stack),
    data: readFields(fields(data), depth, readTagged),
  });
}

function numberFrom(payload: string): number {
  if (!/^(?:NaN|-?Infinity|-0)$/.test(payload)) return unfit('number');
  return Number(payload);
}

function dateFrom(payload: unknown): Date {
  if (payload === null) return new Date(Number.NaN);
  const date = new Date(text(payload));
  // Only the spelling that was written: others mean another instant in another time zone.
  return date.toISOString() === payload ? date : unfit('Date');
}

function bytesFrom(base64: string): Buffer<ArrayBuffer> {
  const padding = base64.endsWith('==') ? 2 : Number(base64.endsWith('='));
  const length = (base64.length / 4) * 3 - padding;
  if (!Number.isInteger(length) || length < 0) return unfit('binary');
  // Never from the pool: its ArrayBuffer would be shared with strangers.
  const bytes = Buffer.allocUnsafeSlow(length);
  return bytes.write(base64, 'base64') === length ? bytes : unfit('binary');
}

function fields(payload: unknown): Record<string, unknown> {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return unfit('object');
  return payload as Record<string, unknown>;
}
