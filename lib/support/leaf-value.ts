import type { LeafKind } from './value-kind.js';

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
export function copyLeaf(kind: LeafKind, value: object): object {
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
    case 'arrayBuffer':
      return copyBytes(new Uint8Array(value as ArrayBuffer));
  }
}

function copyBytes(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
}

/** What a value without children weighs beside its header, in bytes. An impostor of binary data throws TypeError. */
export function leafBytes(kind: LeafKind, value: object): number {
  const innerObject = 64;
  if (ArrayBuffer.isView(value)) return innerObject + bytesOf(value).byteLength;
  if (kind === 'arrayBuffer') return innerObject + (value as ArrayBuffer).byteLength;
  return kind === 'date' ? innerObject : innerObject + 2 * (value as RegExp | URL).toString().length;
}
