import { takeErrorApart } from '../support/error-parts.js';
import { CacheValueError } from '../support/errors.js';
import { bytesOf, typedArrayName } from '../support/leaf-value.js';
import { classify, unbox, type LeafKind } from '../support/value-kind.js';
import { littleEndian } from './byte-order.js';
import { MsgpackBytes } from './msgpack-bytes.js';
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

/**
 * The value with tags for everything that is not ordinary. Written here and not by msgpackr: that would need the tagged
 * value as a tree of its own, and a stack deeper than there is for tags within tags.
 */
export function writeTagged(value: unknown): Buffer {
  const out = new MsgpackBytes();
  write(out, value);
  return out.take();
}

function write(out: MsgpackBytes, value: unknown): void {
  if (typeof value === 'string') writeText(out, value);
  else if (typeof value === 'boolean') out.boolean(value);
  else if (value === null) out.nil();
  else if (typeof value === 'number') writeNumber(out, value);
  else if (typeof value === 'object') writeObject(out, value);
  else if (typeof value === 'undefined') tag(out, 'undefined').number(0);
  else if (typeof value === 'bigint') tag(out, 'bigint').text(bigintText(value));
  else throw new CacheValueError('$', `a ${typeof value}, or holds one`);
}

function writeText(out: MsgpackBytes, value: string): void {
  if (isWellFormed(value)) out.text(value);
  else tag(out, 'string').binary(Buffer.from(value, 'utf16le'));
}

function writeNumber(out: MsgpackBytes, value: number): void {
  if (Object.is(value, -0)) tag(out, 'number').text('-0');
  else out.number(value);
}

function writeObject(out: MsgpackBytes, value: object): void {
  const { kind, what } = classify(value);
  if (kind === 'object' || kind === 'instance') writeFields(out, value as Record<string, unknown>);
  else if (kind === 'array') writeList(out, value as unknown[]);
  // Flat, key after value: a level less than pairs, and a byte less each.
  else if (kind === 'map') writeList(tag(out, 'Map'), [...(value as Map<unknown, unknown>)].flat(1));
  else if (kind === 'set') writeList(tag(out, 'Set'), [...(value as Set<unknown>)]);
  else if (kind === 'error') writeError(out, value as Error);
  else if (kind === 'boxed') write(out, unbox(value));
  else if (kind === 'refused') throw new CacheValueError('$', `${what}, or holds one`);
  else writeLeaf(out, kind, value);
}

function writeList(out: MsgpackBytes, items: readonly unknown[]): void {
  out.list(items.length);
  // By index: holes count.
  for (let index = 0; index < items.length; index += 1) write(out, items[index]);
}

function writeFields(out: MsgpackBytes, fields: Readonly<Record<string, unknown>>): void {
  const keys = Object.keys(fields);
  if (hasOddKeys(keys)) {
    writeList(
      tag(out, 'Object'),
      keys.flatMap((key) => [key, fields[key]]),
    );
    return;
  }
  out.map(keys.length);
  for (const key of keys) {
    out.text(key);
    write(out, fields[key]);
  }
}

function writeError(out: MsgpackBytes, value: Error): void {
  const { type, name, message, stack, data } = takeErrorApart(value);
  writeList(tag(out, 'Error'), [type, name, message, stack, ...Object.entries(data).flat(1)]);
}

function writeLeaf(out: MsgpackBytes, kind: LeafKind, value: object): void {
  switch (kind) {
    case 'date': {
      const time = Date.prototype.getTime.call(value);
      if (Number.isNaN(time)) tag(out, 'Date').nil();
      else tag(out, 'Date').number(time);
      return;
    }
    case 'regexp':
      return writeList(tag(out, 'RegExp'), [(value as RegExp).source, (value as RegExp).flags]);
    case 'url':
      return tag(out, 'URL').text((value as URL).href);
    case 'searchParams':
      return tag(out, 'URLSearchParams').text(URLSearchParams.prototype.toString.call(value));
    case 'buffer':
      return tag(out, 'Buffer').binary(bytesOf(value as Buffer));
    case 'dataView':
      return tag(out, 'DataView').binary(bytesOf(value as DataView));
    case 'arrayBuffer':
      return tag(out, 'ArrayBuffer').binary(new Uint8Array(value as ArrayBuffer));
    case 'typed': {
      const view = value as NodeJS.TypedArray;
      return tag(out, typedArrayName(value)).binary(littleEndian(bytesOf(view), view.BYTES_PER_ELEMENT));
    }
  }
}

/** What is written next is the payload. */
function tag(out: MsgpackBytes, name: string): MsgpackBytes {
  out.map(1);
  out.text(TAG + name);
  return out;
}
