import { putErrorTogether, takeErrorApart } from './error-parts.js';
import { copyLeaf } from './leaf-value.js';
import { classify, type LeafKind } from './value-kind.js';

/** From this length on it is worth remembering that an array holds primitives only. */
export const LONG_ARRAY = 64;

/**
 * Long arrays of primitives, embedding vectors above all. To look through one costs thirty times its copying, because
 * the engine allocates every number it is asked about.
 */
export type Leaves = ReadonlySet<object> | undefined;

/**
 * A deep copy of plain objects, arrays and primitives. The read path of every isolated hit: spread clones an object
 * with its hidden class in one step, and only what is nested is then visited.
 */
export function copyPlain(value: object, leaves: Leaves): object {
  if (Array.isArray(value)) {
    const items = value.slice() as unknown[];
    if (items.length >= LONG_ARRAY && leaves?.has(value)) return items;
    for (let index = 0; index < items.length; index += 1) {
      const item = items[index];
      if (typeof item === 'object' && item !== null) items[index] = copyPlain(item, leaves);
    }
    return items;
  }
  const fields = { ...value } as Record<string, unknown>;
  // `for in` has a fast path that `Object.keys` lacks. An own `__proto__` is data, and assigning it stays data.
  for (const key in fields) {
    const field = fields[key];
    if (typeof field === 'object' && field !== null && Object.hasOwn(fields, key))
      fields[key] = copyPlain(field, leaves);
  }
  return fields;
}

/** A deep copy of any kept value. */
export function copyDeep(value: object, leaves: Leaves): object {
  return copyObject(value, leaves, undefined);
}

/**
 * What a caller gets of a deeply frozen value: `escapes` are the plain containers on the way to something that freezing
 * cannot protect. They are copied, and frozen again; every other plain container is shared.
 */
export function copyEscaping(value: object, escapes: ReadonlySet<object>): object {
  return copyObject(value, undefined, escapes);
}

function copyObject(value: object, leaves: Leaves, escapes: ReadonlySet<object> | undefined): object {
  const { kind } = classify(value);
  if (kind === 'object' || kind === 'array') {
    if (escapes === undefined) return copyContainer(value, leaves, escapes);
    return escapes.has(value) ? Object.freeze(copyContainer(value, leaves, escapes)) : value;
  }
  if (kind === 'map') {
    const copy = new Map<unknown, unknown>();
    for (const [key, item] of value as Map<unknown, unknown>) {
      copy.set(copyItem(key, leaves, escapes), copyItem(item, leaves, escapes));
    }
    return copy;
  }
  if (kind === 'set') {
    const copy = new Set<unknown>();
    for (const item of value as Set<unknown>) copy.add(copyItem(item, leaves, escapes));
    return copy;
  }
  if (kind === 'error') {
    const parts = takeErrorApart(value as Error);
    const data = copyContainer(parts.data, leaves, escapes) as Record<string, unknown>;
    return putErrorTogether({ ...parts, data });
  }
  // A snapshot holds no instances, no boxed primitives and nothing refused.
  return copyLeaf(kind as LeafKind, value);
}

function copyItem(value: unknown, leaves: Leaves, escapes: ReadonlySet<object> | undefined): unknown {
  return typeof value === 'object' && value !== null ? copyObject(value, leaves, escapes) : value;
}

function copyContainer(value: object, leaves: Leaves, escapes: ReadonlySet<object> | undefined): object {
  if (Array.isArray(value)) {
    const items = value.slice() as unknown[];
    if (items.length >= LONG_ARRAY && leaves?.has(value)) return items;
    for (let index = 0; index < items.length; index += 1) items[index] = copyItem(items[index], leaves, escapes);
    return items;
  }
  const fields = { ...value } as Record<string, unknown>;
  for (const key in fields) {
    const field = fields[key];
    if (typeof field === 'object' && field !== null && Object.hasOwn(fields, key)) {
      fields[key] = copyObject(field, leaves, escapes);
    }
  }
  return fields;
}
