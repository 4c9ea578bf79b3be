import { builtInText, hasExtras, isSubclass, tagOf } from './canonical-built-in.js';
import { canonicalString, STRING_LIMIT } from './canonical-text.js';
import { EMPTY_FIELD, layoutOf, mouldFor, writtenLayout, type Mould, type RecordLayout } from './record-layout.js';

/** In containers. What goes deeper is rare or a circle, and either is a matter for the careful walk. */
const DEPTH_LIMIT = 32;

/** Stands before the length of an array, and that before its items. No value: symbols are refused. */
const ARRAY = Symbol('array');
const MINUS_ZERO = writtenLayout('-0');
const NOT_A_NUMBER = writtenLayout('NaN');

/** A primitive; or a layout, which its values follow; or `ARRAY`. */
type Atom = string | number | boolean | bigint | null | undefined | typeof ARRAY | RecordLayout;

/**
 * Plain arguments taken apart into one flat list. Everything is read once, so the text and whatever else is made of the
 * list cannot disagree, whatever a getter answers the second time. Equal lists are of equal arguments, atom by atom by
 * `===`: each begins with what tells how many follow, and the numbers for which `===` says otherwise are written out.
 */
export class Atoms {
  readonly list: Atom[] = [];
  count = 0;
  /** Of all that was taken; differs for most lists that differ. */
  hash = 0;
  /** Of the texts, in UTF-16 code units. */
  length = 0;
  /** Whether equal arguments give an equal list each time. Not so for what had to be written as text. */
  isComparable = true;

  /** For the next call. Holds on to nothing of this one. */
  clear(): this {
    for (let index = 0; index < this.count; index++) this.list[index] = undefined;
    this.count = 0;
    this.hash = 0;
    this.length = 0;
    this.isComparable = true;
    return this;
  }

  /**
   * `false`: it holds something that is not plain, or that may not be in a key; what was taken is of no use then.
   * @throws whatever a getter or a proxy throws.
   */
  take(value: unknown, depth = DEPTH_LIMIT): boolean {
    switch (typeof value) {
      case 'string':
        return value.length > STRING_LIMIT ? this.takeText(canonicalString(value)) : this.takeString(value);
      case 'number':
        if (value === 0 && 1 / value < 0) return this.add(MINUS_ZERO, 1);
        // So that fractions count too.
        return value === value ? this.add(value, (value * 65_537) | 0) : this.add(NOT_A_NUMBER, 2);
      case 'object':
        if (value === null) return this.add(value, 3);
        if (depth === 0) return false;
        return Array.isArray(value) ? this.takeArray(value, depth - 1) : this.takeObject(value, depth - 1);
      case 'boolean':
        return this.add(value, value ? 4 : 5);
      case 'undefined':
        return this.add(value, 6);
      case 'bigint':
        return this.add(value, 7);
      case 'function':
      case 'symbol':
        return false;
    }
  }

  private add(atom: Atom, hash: number): true {
    this.list[this.count++] = atom;
    this.hash = Math.imul(this.hash ^ hash, 0x5bd1e995) ^ (hash >>> 15);
    return true;
  }

  private takeString(value: string): true {
    const { length } = value;
    this.length += length;
    // Of a long one some, and the end, where numbered names differ.
    const end = length > 16 ? length - 4 : 0;
    const step = length >> 3;
    let hash = length;
    for (let index = 0; index < end; index += step) hash = Math.imul(hash, 31) + value.charCodeAt(index);
    for (let index = end; index < length; index++) hash = Math.imul(hash, 31) + value.charCodeAt(index);
    return this.add(value, hash);
  }

  private takeText(text: string): true {
    this.isComparable = false;
    return this.add(writtenLayout(text), 9);
  }

  private takeArray(array: readonly unknown[], depth: number): boolean {
    if (Object.getPrototypeOf(array) !== Array.prototype) return false;
    const { length } = array;
    const keys = Object.keys(array);
    // Indices come first and in order, so the last one in its place means all of them and nothing else.
    if (keys.length !== length || (length > 0 && keys[length - 1] !== String(length - 1))) return false;
    this.add(ARRAY, 10);
    this.add(length, length);
    for (let index = 0; index < length; index++) {
      if (!this.take(array[index], depth)) return false;
    }
    return hasNoSymbols(array);
  }

  private takeObject(value: object, depth: number): boolean {
    const prototype = Object.getPrototypeOf(value) as unknown;
    if (prototype !== Object.prototype && prototype !== null) return this.takeLeaf(value);
    const layout = layoutOf(Object.keys(value));
    if (!layout.isKept) this.isComparable = false;
    this.add(layout, layout.sorted.length);
    const record = value as Record<string, unknown>;
    // Not inside of others: there the moulds change with each object, and that costs what they save.
    const mould = depth === DEPTH_LIMIT - 1 ? layout.mould : undefined;
    if (mould === undefined) return this.takeFields(record, layout, depth) && hasNoSymbols(value);
    return this.takeByMould(record, layout, mould, depth);
  }

  private takeFields(record: Record<string, unknown>, { sorted }: RecordLayout, depth: number): boolean {
    for (let index = 0; index < sorted.length; index++) if (!this.take(record[sorted[index]!], depth)) return false;
    return true;
  }

  /**
   * A sealed object of the same fields: what has a symbol key cannot be put into it, and throws, which sends the call the
   * careful way. That costs a third of asking for the symbols. The fields are read as they were put into the mould, which
   * is left empty for the next. A getter that has a key made of an object with the same fields finds no mould for it.
   * @throws TypeError when it has a symbol key.
   */
  private takeByMould(record: Record<string, unknown>, layout: RecordLayout, mould: Mould, depth: number): boolean {
    const { sorted } = layout;
    let isWhole = false;
    layout.mould = undefined;
    try {
      Object.assign(mould, record);
      for (let index = 0; index < sorted.length; index++) {
        const key = sorted[index]!;
        // Nothing was put where a getter has just hidden or deleted another field.
        const field = mould[key] === EMPTY_FIELD ? record[key] : mould[key];
        mould[key] = EMPTY_FIELD;
        if (typeof field === 'string' && field.length <= STRING_LIMIT) this.takeString(field);
        else if (!this.take(field, depth)) return false;
      }
      isWhole = true;
    } finally {
      layout.mould = isWhole ? mould : mouldFor(layout.found);
    }
    return true;
  }

  /** Dates and their like. */
  private takeLeaf(value: object): boolean {
    if (tagOf(value) === '[object Object]' || isSubclass(value)) return false;
    const text = builtInText(value);
    return text !== undefined && !hasExtras(value) && hasNoSymbols(value) && this.takeText(text);
  }
}

/** Not even those that do not count, because they are not enumerable: they are too rare for a second look here. */
function hasNoSymbols(value: object): boolean {
  return Object.getOwnPropertySymbols(value).length === 0;
}

/** The canonical texts of `values` arguments, joined by `:`. */
export function textOfAtoms(atoms: Atoms, values: number): string {
  reading = atoms.list;
  at = 0;
  let text = write('');
  for (let index = 1; index < values; index++) text = write(text + ':');
  return text;
}

/** What `write` is at. Nothing of a caller's runs in between. */
let reading: readonly Atom[] = [];
let at = 0;

/** `text`, and after it the value that begins with the next atom. */
function write(text: string): string {
  const atom = reading[at++];
  switch (typeof atom) {
    case 'string':
      return text + canonicalString(atom);
    case 'number':
      return text + String(atom);
    case 'boolean':
      return text + (atom ? 'true' : 'false');
    case 'bigint':
      return text + `${atom}n`;
    case 'undefined':
      return text + 'undefined';
    case 'symbol':
      return writeArray(text);
    case 'object':
    case 'function': // Which none is; the types do not say so.
      return atom === null ? text + 'null' : writeRecord(text, atom);
  }
}

function writeArray(before: string): string {
  const length = reading[at++] as number;
  let text = before + '[';
  for (let index = 0; index < length; index++) text = write(index === 0 ? text : text + ',');
  return text + ']';
}

function writeRecord(before: string, { labels, end }: RecordLayout): string {
  let text = before;
  for (let index = 0; index < labels.length; index++) text = write(text + labels[index]!);
  return text + end;
}
