import * as fc from 'fast-check';

const TYPED = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;
const ERRORS = [Error, TypeError, RangeError, SyntaxError, EvalError, ReferenceError, URIError] as const;

/** Any UTF-16, lone surrogates included. */
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.integer({ min: 0xd7f0, max: 0xe010 }).map((unit) => String.fromCharCode(unit)) }),
);
/** Keys that have meant something else to some library: prototypes, tags, indices. */
const key = fc.oneof(
  { weight: 4, arbitrary: text },
  fc.constantFrom('__proto__', 'constructor', 'toJSON', 'then', '$nc:Date', '$nc:undefined', '$nc:Object', '$nc:', '0'),
);
const bytes = fc.uint8Array({ maxLength: 40 });

const primitive = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, true, false, Number.NaN, -0, Infinity, -Infinity, '', '{"$nc:Date":1}'),
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.constantFrom(10n ** 299n, 10n ** 300n, -(10n ** 400n)),
  text,
);

const leaf = fc.oneof(
  fc.date({ noInvalidDate: false }),
  fc.constantFrom(/a+/g, /[^/]\n"/giu, /(?<n>x)/dsy, new RegExp('')).map((pattern) => new RegExp(pattern)),
  fc.webUrl({ withQueryParameters: true, withFragments: true }).map((url) => new URL(url)),
  fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 3 }).map((pairs) => new URLSearchParams(pairs)),
  bytes.map((data) => Buffer.from(data)),
  bytes.map((data) => new Uint8Array(data).buffer),
  bytes.map((data) => new DataView(new Uint8Array([0, ...data]).buffer, 1)),
  fc
    .tuple(fc.constantFrom(...TYPED), fc.uint8Array({ minLength: 16, maxLength: 16 }))
    .map(([Class, data]) => new Class(new Uint8Array(data).buffer)),
);

/** Objects with their keys defined, so that `__proto__` is one of them. */
function objectOf(entries: readonly (readonly [string, unknown])[], target: object = {}): object {
  for (const [name, value] of entries) {
    Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
  }
  return target;
}

const reserved = new Set(['name', 'message', 'stack', 'cause', 'errors', '__proto__']);

/** Every kind of value that comes back as what it was: nested, up to a few dozen parts. */
export const richValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown; entries: [string, unknown][] }>((tie) => ({
  entries: fc.uniqueArray(fc.tuple(key, tie('value')), { maxLength: 4, selector: ([name]) => name }),
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    primitive,
    leaf,
    tie('entries').map((entries) => objectOf(entries)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.double(), { minLength: 60, maxLength: 70 }),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((pairs) => new Map(pairs)),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => new Set(items)),
    fc.tuple(fc.constantFrom(...ERRORS), text, tie('value'), tie('entries')).map(([Class, message, cause, entries]) => {
      const own = entries.filter(([name]) => !reserved.has(name));
      return objectOf(own, new Class(message, { cause }));
    }),
    fc
      .tuple(text, fc.array(tie('value'), { maxLength: 2 }))
      .map(([message, errors]) => new AggregateError(errors, message)),
  ),
})).value;

/** JSON data only, as `JSON.parse` would make it. */
export const jsonData: fc.Arbitrary<unknown> = fc
  .jsonValue()
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);

/** What can be seen of a value, in data that `toEqual` compares without mercy. */
export function seen(value: unknown): unknown {
  if (typeof value === 'number') return ['number', Object.is(value, -0) ? '-0' : String(value)];
  if (typeof value !== 'object' || value === null) return [typeof value, String(value)];
  const prototype = Object.getPrototypeOf(value) as { constructor: { name: string } };
  const name = prototype.constructor.name;
  if (value instanceof Date) return [name, value.getTime()];
  if (value instanceof RegExp) return [name, value.source, value.flags, value.lastIndex];
  if (value instanceof URL) return [name, value.href];
  if (value instanceof URLSearchParams) return [name, [...value]];
  if (value instanceof Map) return [name, [...value].map(([at, item]) => [seen(at), seen(item)])];
  if (value instanceof Set) return [name, [...value].map(seen)];
  if (ArrayBuffer.isView(value)) return [name, hex(value)];
  if (value instanceof ArrayBuffer) return [name, hex(new Uint8Array(value))];
  if (value instanceof Error) {
    const hidden = ['cause', 'errors'].filter((part) => Object.hasOwn(value, part));
    const known = hidden.map((part) => [part, seen(Reflect.get(value, part))]);
    return [name, value.name, value.message, value.stack, known, ownFields(value)];
  }
  if (Array.isArray(value)) return [name, value.length, Object.keys(value).length, value.map(seen)];
  return [name === 'Object' || prototype === Object.prototype ? 'Object' : name, ownFields(value)];
}

function ownFields(value: object): unknown {
  return Object.keys(value).map((name) => [name, seen(Object.getOwnPropertyDescriptor(value, name)!.value)]);
}

function hex(view: ArrayBufferView): string {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('hex');
}

/** Changes everything that can be changed in a value, deepest parts first; what is frozen stays. */
export function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (value instanceof Date) value.setTime(42);
  else if (value instanceof RegExp) value.lastIndex = 7;
  else if (value instanceof URL) value.href = 'http://spoiled.example/';
  else if (value instanceof URLSearchParams) value.append('spoiled', '1');
  else if (value instanceof ArrayBuffer) new Uint8Array(value).fill(0xee);
  // Its own part only: small Buffers share one pool, in which Node keeps bytes of its own, such as the ends of HTTP chunks.
  else if (ArrayBuffer.isView(value)) new Uint8Array(value.buffer, value.byteOffset, value.byteLength).fill(0xee);
  else if (value instanceof Map) {
    for (const [at, item] of value) [at, item].forEach(spoil);
    value.clear();
    value.set('spoiled', 1);
  } else if (value instanceof Set) {
    value.forEach(spoil);
    value.clear();
    value.add('spoiled');
  } else {
    for (const name of Reflect.ownKeys(value)) {
      spoil(Object.getOwnPropertyDescriptor(value, name)!.value);
      if (name !== 'length') Reflect.set(value, name, 'spoiled');
    }
    if (Array.isArray(value) && Object.isExtensible(value)) value.push('spoiled');
    else Reflect.set(value, 'spoiled', true);
  }
}
