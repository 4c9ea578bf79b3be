import { bytesOf, typedArrayName } from '../support/leaf-value.js';
import { takeErrorApart } from '../support/error-parts.js';
import { CacheValueError } from '../support/errors.js';
import { classify, unbox, type LeafKind } from '../support/value-kind.js';
import { littleEndian } from './byte-order.js';
import { bigintText, TAG } from './tag-payload.js';

/** Whether `JSON.stringify` alone keeps the value, and the text of it holds nothing that looks like a tag. */
export function isOrdinary(value: unknown): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
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
  let count = 0;
  let last = '';
  for (const key in value) {
    if (!isOrdinary((value as Record<string, unknown>)[key])) return false;
    count += 1;
    last = key;
  }
  return count !== 1 || !last.startsWith(TAG);
}

/** JSON text with tags. Text is joined, not a tree built: half the nesting, and no copy of the plain parts. */
export function writeTagged(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return JSON.stringify(value);
  if (typeof value === 'undefined') return tagged('undefined', '0');
  if (typeof value === 'number') return writeNumber(value);
  if (typeof value === 'bigint') return writeText('bigint', bigintText(value));
  if (typeof value === 'object') return writeObject(value);
  throw new CacheValueError('$', `a ${typeof value}, or holds one`);
}

function writeObject(value: object): string {
  const { kind, what } = classify(value);
  if (kind === 'object' || kind === 'instance') {
    const keys = Object.keys(value);
    const text = writeFields(value, keys);
    return keys.length === 1 && keys[0]!.startsWith(TAG) ? tagged('Object', text) : text;
  }
  if (kind === 'array') return writeList(value as unknown[]);
  if (kind === 'map') return tagged('Map', writeList([...(value as Map<unknown, unknown>)]));
  if (kind === 'set') return tagged('Set', writeList([...(value as Set<unknown>)]));
  if (kind === 'error') return tagged('Error', writeError(value as Error));
  if (kind === 'boxed') return writeTagged(unbox(value));
  if (kind === 'refused') throw new CacheValueError('$', `${what}, or holds one`);
  return writeLeaf(kind, value);
}

function writeLeaf(kind: LeafKind, value: object): string {
  switch (kind) {
    case 'date': {
      const time = Date.prototype.getTime.call(value);
      return Number.isNaN(time) ? tagged('Date', 'null') : writeText('Date', new Date(time).toISOString());
    }
    case 'regexp': {
      const { source, flags } = value as RegExp;
      return tagged('RegExp', JSON.stringify([source, flags]));
    }
    case 'url':
      return writeText('URL', (value as URL).href);
    case 'searchParams':
      return writeText('URLSearchParams', URLSearchParams.prototype.toString.call(value));
    case 'buffer':
      return writeBytes('Buffer', bytesOf(value as Buffer));
    case 'dataView':
      return writeBytes('DataView', bytesOf(value as DataView));
    case 'arrayBuffer':
      return writeBytes('ArrayBuffer', new Uint8Array(value as ArrayBuffer));
    case 'typed': {
      const view = value as NodeJS.TypedArray;
      return writeBytes(typedArrayName(value), littleEndian(bytesOf(view), view.BYTES_PER_ELEMENT));
    }
  }
}

function writeList(items: readonly unknown[]): string {
  let text = '[';
  // By index: holes count.
  for (let index = 0; index < items.length; index += 1) text += (index ? ',' : '') + writeTagged(items[index]);
  return `${text}]`;
}

function writeFields(value: object, keys: readonly string[]): string {
  const fields = value as Record<string, unknown>;
  return `{${keys.map((key) => `${JSON.stringify(key)}:${writeTagged(fields[key])}`).join(',')}}`;
}

function writeError(value: Error): string {
  const { type, name, message, stack, data } = takeErrorApart(value);
  const head = JSON.stringify({ type, name, message, stack });
  return `${head.slice(0, -1)},"data":${writeFields(data, Object.keys(data))}}`;
}

function writeNumber(value: number): string {
  if (Number.isFinite(value) && !Object.is(value, -0)) return String(value);
  return writeText('number', Object.is(value, -0) ? '-0' : String(value));
}

function writeBytes(tag: string, bytes: Uint8Array): string {
  return writeText(tag, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'));
}

function writeText(tag: string, text: string): string {
  return tagged(tag, JSON.stringify(text));
}

function tagged(tag: string, payload: string): string {
  return `{"${TAG}${tag}":${payload}}`;
}
