import { types } from 'node:util';
import { classify, type ValueKind } from './value-kind.js';
import { putErrorTogether, takeErrorApart } from './error-parts.js';

type TypedArrayClass = new (source: ArrayLike<number> | ArrayLike<bigint> | number | ArrayBuffer) => NodeJS.TypedArray;

/** By name; Float16Array only where the runtime has it. */
export const TYPED_ARRAYS: ReadonlyMap<string, TypedArrayClass> = new Map(
  [
    'Int8Array',
    'Uint8Array',
    'Uint8ClampedArray',
    'Int16Array',
    'Uint16Array',
    'Int32Array',
    'Uint32Array',
    'Float16Array',
    'Float32Array',
    'Float64Array',
    'BigInt64Array',
    'BigUint64Array',
  ]
    .filter((name) => Reflect.has(globalThis, name))
    .map((name) => [name, Reflect.get(globalThis, name) as TypedArrayClass]),
);

const typedTag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)!;

/** The built-in class of a typed array, also of a user's subclass. */
export function typedArrayName(value: object): string {
  return String(typedTag.get!.call(value));
}

export function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/**
 * Copies a value without children. Goes by what the object is made of inside, so that overridden methods of a subclass
 * neither run nor matter; an impostor (`Object.create(Date.prototype)`) throws TypeError.
 */
export function copyLeaf(kind: ValueKind, value: object): object {
  switch (kind) {
    case 'date':
      return new Date(Date.prototype.getTime.call(value));
    case 'regexp':
      return new RegExp(value as RegExp);
    case 'url':
      return new URL((value as URL).href);
    case 'searchParams':
      return new URLSearchParams(URLSearchParams.prototype.toString.call(value));
    case 'buffer': {
      // Not from the pool: there the copy would share an ArrayBuffer with strangers.
      const copy = Buffer.allocUnsafeSlow((value as Buffer).byteLength);
      copy.set(value as Buffer);
      return copy;
    }
    case 'typed':
      return new (TYPED_ARRAYS.get(typedArrayName(value))!)(value as Uint8Array);
    case 'dataView':
      return new DataView(copyBytes(bytesOf(value as DataView)));
    default:
      // Given anything else, the view below would be an empty one.
      if (!types.isArrayBuffer(value)) throw new TypeError('this is not an ArrayBuffer');
      return copyBytes(new Uint8Array(value));
  }
}

function copyBytes(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
}

/**
 * A deep copy of plain objects, arrays and primitives. The read path of every isolated hit: spread clones an object
 * with its hidden class in one step, and only what is nested is then visited.
 */
export function copyPlain(value: object): object {
  if (Array.isArray(value)) {
    const items = value.slice() as unknown[];
    for (let index = 0; index < items.length; index += 1) {
      const item = items[index];
      if (typeof item === 'object' && item !== null) items[index] = copyPlain(item);
    }
    return items;
  }
  const fields = { ...value } as Record<string, unknown>;
  // `for in` has a fast path that `Object.keys` lacks. An own `__proto__` is data, and assigning it stays data.
  for (const key in fields) {
    const field = fields[key];
    if (typeof field === 'object' && field !== null && Object.hasOwn(fields, key)) fields[key] = copyPlain(field);
  }
  return fields;
}

/**
 * A deep copy of any kept value. With `escapes` (plain containers on the way to something that freezing cannot
 * protect) every other plain container is frozen and shared, and the copied ones are frozen too.
 */
export function copyDeep(value: unknown, escapes: ReadonlySet<object> | undefined): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { kind } = classify(value);
  switch (kind) {
    case 'object':
    case 'array':
    case 'instance': {
      if (escapes && !escapes.has(value)) return value;
      const copy = copyContainer(value, escapes);
      return escapes ? Object.freeze(copy) : copy;
    }
    case 'map': {
      const copy = new Map<unknown, unknown>();
      for (const [key, item] of value as Map<unknown, unknown>) copy.set(copyDeep(key, escapes), copyDeep(item, escapes));
      return copy;
    }
    case 'set': {
      const copy = new Set<unknown>();
      for (const item of value as Set<unknown>) copy.add(copyDeep(item, escapes));
      return copy;
    }
    case 'error': {
      const parts = takeErrorApart(value as Error);
      return putErrorTogether({ ...parts, data: copyContainer(parts.data, escapes) as Record<string, unknown> });
    }
    default:
      return copyLeaf(kind, value);
  }
}

function copyContainer(value: object, escapes: ReadonlySet<object> | undefined): object {
  if (Array.isArray(value)) return value.map((item) => copyDeep(item, escapes));
  const fields = { ...value } as Record<string, unknown>;
  for (const key of Object.keys(fields)) fields[key] = copyDeep(fields[key], escapes);
  return fields;
}
