import { canonicalName } from './canonical-text.js';

/** Layouts kept; a power of two. An application has few kinds of argument objects, and a lost layout is only made again. */
const SLOTS = 256;
/** In keys and in UTF-16 code units of all of them; bounds what the slots hold to about a megabyte, whatever callers send. */
const KEYS_LIMIT = 64;
const LENGTH_LIMIT = 1024;

/** How the objects with certain keys are written: each label and the value it is for, then the end. */
export interface RecordLayout {
  /** In the order in which the objects were built. */
  readonly found: readonly string[];
  readonly sorted: readonly string[];
  /** What stands before each value: `{a:` and then `,b:`. */
  readonly labels: readonly string[];
  readonly end: string;
  /** Whether the next object with these keys is likely to have this very layout. */
  readonly isKept: boolean;
  /** Has these keys, and room for no others; all `EMPTY_FIELD`. Absent while it is in use, and for many keys, where it costs more than it saves. */
  mould: Mould | undefined;
}

export type Mould = Record<string, unknown>;

/** Stands where nothing was put. */
export const EMPTY_FIELD = Symbol('empty');
/** In keys. */
const MOULD_LIMIT = 3;

/** `Object.assign` to it throws for an object with any other enumerable key, symbols included, at half the cost of asking. */
export function mouldFor(keys: readonly string[]): Mould | undefined {
  if (keys.length > MOULD_LIMIT) return undefined;
  return Object.seal(Object.fromEntries(keys.map((key) => [key, EMPTY_FIELD])));
}

const slots: (RecordLayout | undefined)[] = Array.from({ length: SLOTS }, () => undefined);

/** What has been written already: the layout of something without values. */
export function writtenLayout(text: string): RecordLayout {
  return { found: [], sorted: [], labels: [], end: text, isKept: true, mould: undefined };
}

const EMPTY = writtenLayout('{}');

/**
 * The layout for `keys`. Sorting and spelling keys costs more than all else that is done for a small object, and calls of one
 * method bring the same keys in the same order: comparing them with those of last time is a comparison of pointers each.
 */
export function layoutOf(keys: readonly string[]): RecordLayout {
  const { length } = keys;
  if (length === 0) return EMPTY;
  const first = keys[0]!;
  const slot = (length * 31 + first.length * 7 + first.charCodeAt(0) + keys[length - 1]!.length) & (SLOTS - 1);
  const kept = slots[slot];
  if (kept !== undefined && isSame(kept.found, keys)) return kept;
  const sorted = keys.toSorted();
  const labels = sorted.map((key, index) => `${index === 0 ? '{' : ','}${canonicalName(key)}:`);
  const isKept = length <= KEYS_LIMIT && labels.reduce((sum, label) => sum + label.length, 0) <= LENGTH_LIMIT;
  const layout = { found: keys, sorted, labels, end: '}', isKept, mould: isKept ? mouldFor(keys) : undefined };
  if (isKept) slots[slot] = layout;
  return layout;
}

function isSame(kept: readonly string[], keys: readonly string[]): boolean {
  if (kept.length !== keys.length) return false;
  for (let index = 0; index < keys.length; index++) {
    if (kept[index] !== keys[index]) return false;
  }
  return true;
}
