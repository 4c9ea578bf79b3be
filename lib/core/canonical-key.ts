import { types } from 'node:util';

import { CacheKeyError } from '../support/errors.js';
import { builtInText, hasExtras, isSubclass, tagOf } from './canonical-built-in.js';
import { canonicalName, canonicalString } from './canonical-text.js';
import { layoutOf } from './record-layout.js';

/** In containers. Deeper arguments are no keys: they are what a generated or hostile structure looks like. */
const DEPTH_LIMIT = 256;

/** One container on the way from the argument to the value at hand: circles are found by it, and errors name it. */
class Frame {
  /** The key or index that is being read. Set before each read, so that a getter that throws is named. */
  at: string | number | undefined = undefined;
  readonly depth: number;

  constructor(
    readonly value: object,
    /** The container around this one, or the name of the whole argument. */
    readonly parent: Frame | string,
  ) {
    this.depth = typeof parent === 'string' ? 1 : parent.depth + 1;
  }
}

/**
 * The canonical text of an argument: equal values have the same text, and different ones never do. Types are told apart
 * (`1`, `"1"`, `1n`, `"null"`, `undefined`, `-0` ...), object keys are sorted, and Map and Set have no order, as for
 * `util.isDeepStrictEqual`. Texts are balanced: outside quotes and brackets there is no `:` `,` or closing bracket.
 *
 * - A string of `A-Z a-z 0-9 _ . -` that reads as nothing else is bare, any other is quoted as in JSON; one of more than 1024
 *   code units is `#<sha-256>.<length>s`. No other text begins with `#`.
 * - `{a:1}` `[1,2]` `Date(2026-01-01T00:00:00.000Z)` `Map(k:v)` `Set(a,b)` `Buffer(00ff)` (beyond 32 bytes a digest)
 *   `URL("https://a.b/")`; an array with holes or further properties is `Array(<length>,{...})`.
 * - `@Money({amount:1})`: an instance of a class with `toJSON`, subclasses of built-in ones included. Two classes of one
 *   name are told apart by their data alone.
 *
 * @param path what errors call the argument, for example `argument 0` (counted from 0). They go on to `argument 0.user.save`;
 *   `[2]` is the third entry of an array, Map or Set.
 * @throws CacheKeyError for what has no stable identity: functions, symbols (also as enumerable keys), errors, other class
 *   instances (promises, streams, requests ...), circles, more than 256 levels, and whatever throws when it is read.
 */
export function canonicalKey(value: unknown, path: string): string {
  return textOf(value, path);
}

function textOf(value: unknown, parent: Frame | string): string {
  switch (typeof value) {
    case 'string':
      return canonicalString(value);
    case 'number':
      return value === 0 && 1 / value < 0 ? '-0' : String(value);
    case 'object':
      return value === null ? 'null' : objectText(value, parent);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'undefined':
      return 'undefined';
    case 'bigint':
      return `${value}n`;
    case 'function':
    case 'symbol':
      throw new CacheKeyError(pathOf(parent), `is a ${typeof value}`);
  }
}

function objectText(value: object, parent: Frame | string): string {
  const frame = new Frame(value, parent);
  refuseCircle(frame);
  try {
    if (Array.isArray(value)) return isPlainArray(value) ? arrayText(value, frame) : instanceText(value, frame);
    return isPlainObject(value) ? recordText(value, frame) : instanceText(value, frame);
  } catch (error) {
    if (error instanceof CacheKeyError) throw error;
    throw new CacheKeyError(pathOf(frame), `cannot be read (${error instanceof Error ? error.message : typeof error})`);
  }
}

/** Also of another realm, whose root has no prototype and the methods of one. */
function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

function isPlainArray(value: readonly unknown[]): boolean {
  return Object.getPrototypeOf(value) === Array.prototype || !isSubclass(value);
}

function recordText(record: Record<string, unknown>, frame: Frame): string {
  const { sorted, labels } = layoutOf(Object.keys(record));
  let text = sorted.length === 0 ? '{' : '';
  for (let index = 0; index < sorted.length; index++) {
    const key = sorted[index]!;
    frame.at = key;
    text += labels[index]! + textOf(record[key], frame);
  }
  refuseSymbolKeys(frame);
  return text + '}';
}

function arrayText(array: readonly unknown[], frame: Frame): string {
  const { length } = array;
  const keys = Object.keys(array);
  // Indices come first and in order, so the last one in its place means all of them and nothing else.
  if (keys.length !== length || (length > 0 && keys[length - 1] !== String(length - 1))) {
    return `Array(${length},${recordText(array as unknown as Record<string, unknown>, frame)})`;
  }
  let text = '[';
  for (let index = 0; index < length; index++) {
    frame.at = index;
    const item = textOf(array[index], frame);
    text += index === 0 ? item : ',' + item;
  }
  refuseSymbolKeys(frame);
  return text + ']';
}

/** Anything that is neither a plain object nor a plain array. */
function instanceText(value: object, frame: Frame): string {
  if (types.isNativeError(value)) throw new CacheKeyError(pathOf(frame), 'is an error');
  // Class instances are the common case here, and are known for it at once.
  if (tagOf(value) !== '[object Object]' && !isSubclass(value)) {
    const text = mapText(value, frame) ?? builtInText(value);
    if (text !== undefined) {
      if (hasExtras(value)) throw new CacheKeyError(pathOf(frame), 'is a built-in object with properties of its own');
      frame.at = undefined;
      refuseSymbolKeys(frame);
      return text;
    }
  }
  const name = classNameOf(value);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON !== 'function') {
    throw new CacheKeyError(pathOf(frame), `is an instance of ${name || 'a class'}, which has no toJSON`);
  }
  if (name === '') throw new CacheKeyError(pathOf(frame), 'is an instance of a class without a name');
  return `@${canonicalName(name)}(${textOf(toJSON.call(value), frame)})`;
}

function mapText(value: object, frame: Frame): string | undefined {
  const entries: string[] = [];
  if (types.isMap(value)) {
    for (const [key, item] of value) {
      frame.at = entries.length;
      entries.push(`${textOf(key, frame)}:${textOf(item, frame)}`);
    }
    return `Map(${entries.sort().join()})`;
  }
  if (types.isSet(value)) {
    for (const item of value) {
      frame.at = entries.length;
      entries.push(textOf(item, frame));
    }
    return `Set(${entries.sort().join()})`;
  }
  return undefined;
}

function classNameOf(value: object): string {
  const { constructor } = Object.getPrototypeOf(value) as { constructor?: unknown };
  return typeof constructor === 'function' && typeof constructor.name === 'string' ? constructor.name : '';
}

/** Left out, they would let two queries share a key that differ in nothing else (Sequelize's `[Op.gt]`). */
function refuseSymbolKeys(frame: Frame): void {
  for (const symbol of Object.getOwnPropertySymbols(frame.value)) {
    if (!Object.prototype.propertyIsEnumerable.call(frame.value, symbol)) continue;
    frame.at = undefined;
    throw new CacheKeyError(pathOf(frame), `has the symbol key ${String(symbol)}`);
  }
}

function refuseCircle(frame: Frame): void {
  for (let above = frame.parent; typeof above !== 'string'; above = above.parent) {
    if (above.value === frame.value) throw new CacheKeyError(pathOf(frame.parent), 'is circular');
  }
  if (frame.depth > DEPTH_LIMIT)
    throw new CacheKeyError(pathOf(frame.parent), `is nested more than ${DEPTH_LIMIT} levels deep`);
}

function pathOf(parent: Frame | string): string {
  if (typeof parent === 'string') return parent;
  const { at } = parent;
  const above = pathOf(parent.parent);
  if (at === undefined) return above;
  if (typeof at === 'number') return `${above}[${at}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(at) ? `${above}.${at}` : `${above}[${JSON.stringify(at)}]`;
}
