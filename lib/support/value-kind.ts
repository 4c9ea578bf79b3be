import { EventEmitter } from 'node:events';
import { types } from 'node:util';

/** Objects that hold no other values. `typed` is every typed array but Buffer. */
export type LeafKind = 'date' | 'regexp' | 'url' | 'searchParams' | 'arrayBuffer' | 'dataView' | 'buffer' | 'typed';
/** What an object is to the cache. `instance`: of a class of the user. */
export type ValueKind = LeafKind | 'object' | 'array' | 'map' | 'set' | 'error' | 'instance' | 'boxed' | 'refused';

/** A kind, and the words for it in an error message. */
export interface Classified {
  readonly kind: ValueKind;
  readonly what: string;
  /** For `instance`: its prototypes have members, so an instance without data of its own must keep it in private. */
  readonly behaves: boolean;
}

const of = (kind: ValueKind, what = '', behaves = false): Classified => ({ kind, what, behaves });
const OBJECT = of('object');
const ARRAY = of('array');
const BUFFER = of('buffer');
const DATA_VIEW = of('dataView');
const TYPED = of('typed');

/** What was global when this file was loaded, without touching it: some of it is loaded on first use. */
const GLOBAL_NAMES: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(globalThis));

const BOXES = [Number, String, Boolean, BigInt, Symbol];

/** A prototype tells the kind, and is asked once: the checks for classes of the user are many. */
const known = new WeakMap<object, Classified>();

/** Tells what an object is, across realms. By its prototype: an impostor of a built-in fails later, when it is copied. */
export function classify(value: object): Classified {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === Object.prototype || prototype === null) return OBJECT;
  if (Array.isArray(value)) return ARRAY;
  if (ArrayBuffer.isView(value)) {
    if (Buffer.isBuffer(value)) return BUFFER;
    return types.isDataView(value) ? DATA_VIEW : TYPED;
  }
  const found = known.get(prototype);
  if (found) return found;
  const examined = examine(value, prototype);
  // What a proxy lacks, the objects it stands for may well have.
  if (!types.isProxy(value)) known.set(prototype, examined);
  return examined;
}

/** The primitive inside a boxed one, whatever its `valueOf` was overridden with. */
export function unbox(value: object): unknown {
  if (types.isNumberObject(value)) return Number.prototype.valueOf.call(value);
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value);
  if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value);
  if (types.isBigIntObject(value)) return BigInt.prototype.valueOf.call(value);
  return Symbol.prototype.valueOf.call(value);
}

function examine(value: object, prototype: object): Classified {
  // The `Object.prototype` of another realm, such as a vm context.
  if (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')) return OBJECT;
  const kind = keptKind(value);
  if (kind) return of(kind);
  const name = classNameOf(prototype);
  const refused = refusal(value, prototype, name);
  return refused ? of('refused', refused) : of('instance', `an instance of ${name}`, hasMembers(prototype));
}

function keptKind(value: object): ValueKind | undefined {
  if (types.isDate(value) || value instanceof Date) return 'date';
  if (types.isMap(value) || value instanceof Map) return 'map';
  if (types.isSet(value) || value instanceof Set) return 'set';
  if (types.isRegExp(value) || value instanceof RegExp) return 'regexp';
  // A DOMException does not have the brand of an error in every Node.
  if (types.isNativeError(value) || value instanceof Error || value instanceof DOMException) return 'error';
  if (types.isArrayBuffer(value) || value instanceof ArrayBuffer) return 'arrayBuffer';
  if (types.isBoxedPrimitive(value) || BOXES.some((Box) => value instanceof Box)) return 'boxed';
  if (value instanceof URL) return 'url';
  return value instanceof URLSearchParams ? 'searchParams' : undefined;
}

function refusal(value: object, prototype: object, name: string): string | undefined {
  const has = (member: string): boolean => typeof Reflect.get(value, member) === 'function';
  if (types.isPromise(value) || has('then')) return 'a promise';
  if (types.isSharedArrayBuffer(value)) return 'shared memory (SharedArrayBuffer)';
  if (types.isWeakMap(value) || types.isWeakSet(value)) return `a ${name}, whose contents cannot be listed`;
  if (has('pipe') || has('getReader') || has('getWriter')) return `a stream (${name})`;
  if (value instanceof EventEmitter || (has('on') && has('emit'))) return `an event emitter (${name})`;
  if (value instanceof EventTarget || (has('addEventListener') && has('dispatchEvent'))) {
    return `an event target (${name})`;
  }
  if (Symbol.asyncIterator in value) return `an async iterable (${name})`;
  if (Symbol.iterator in value && has('next')) return 'an iterator, which can be read only once';
  if (types.isExternal(value)) return 'native memory of an addon';
  return builtIn(prototype);
}

/** Headers, Response, Blob, WeakRef, Intl.NumberFormat ...: what they hold stands in slots that nobody can copy. */
function builtIn(prototype: object): string | undefined {
  for (let at: object | null = prototype; at; at = Object.getPrototypeOf(at) as object | null) {
    const owner: unknown = Object.getOwnPropertyDescriptor(at, 'constructor')?.value;
    const tag: unknown = Object.getOwnPropertyDescriptor(at, Symbol.toStringTag)?.value;
    if (typeof tag === 'string' && /^(Intl|Temporal|WebAssembly)\./.test(tag)) return withArticle(tag);
    if (typeof owner !== 'function' || owner === Object || !GLOBAL_NAMES.has(owner.name)) continue;
    if (Reflect.get(globalThis, owner.name) === owner) return withArticle(owner.name);
  }
  return undefined;
}

function hasMembers(prototype: object): boolean {
  for (let at: object | null = prototype; at; at = Object.getPrototypeOf(at) as object | null) {
    // The root, of whichever realm: what every object has tells nothing.
    if (Object.getPrototypeOf(at) === null) return false;
    if (Reflect.ownKeys(at).some((key) => key !== 'constructor')) return true;
  }
  return false;
}

function classNameOf(prototype: object): string {
  const owner: unknown = Reflect.get(prototype, 'constructor');
  return typeof owner === 'function' && owner.name ? owner.name : 'an unnamed class';
}

function withArticle(name: string): string {
  return `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`;
}
