import * as fc from 'fast-check';

function record(entries: readonly (readonly [string, unknown])[], prototype: object | null = Object.prototype): object {
  const made = Object.create(prototype) as object;
  for (const [key, value] of entries) {
    Object.defineProperty(made, key, { value, enumerable: true, writable: true, configurable: true });
  }
  return made;
}

/** A class with a JSON form. */
export class Money {
  constructor(
    readonly amount: unknown,
    readonly currency = 'EUR',
  ) {}

  toJSON(): unknown {
    return { amount: this.amount, currency: this.currency };
  }
}

/** What the keys must agree with, written without looking at them: a definition of "the same argument". */
export function same(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
  const kind = Object.prototype.toString.call(a);
  if (kind !== Object.prototype.toString.call(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  if (Buffer.isBuffer(a) !== Buffer.isBuffer(b)) return false;
  if (a instanceof Money !== b instanceof Money) return false;
  if (a instanceof Money && b instanceof Money) return same(a.toJSON(), b.toJSON());
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) {
    return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));
  }
  if (a instanceof ArrayBuffer && b instanceof ArrayBuffer) return Buffer.from(a).equals(Buffer.from(b));
  if (a instanceof Map && b instanceof Map) return sameMembers([...a], [...b]);
  if (a instanceof Set && b instanceof Set) return sameMembers([...a], [...b]);
  if (a instanceof RegExp && b instanceof RegExp) return String(a) === String(b);
  if (a instanceof URL && b instanceof URL) return a.href === b.href;
  if (a instanceof URLSearchParams && b instanceof URLSearchParams) return String(a) === String(b);
  if (a instanceof Date || !/Object|Array/.test(kind)) return Object.is(a.valueOf(), b.valueOf());
  if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(Reflect.get(a, key), Reflect.get(b, key)))
  );
}

function sameMembers(a: unknown[], b: unknown[]): boolean {
  const left = [...b];
  return (
    a.length === b.length &&
    a.every((member) => {
      const at = left.findIndex((other) => same(member, other));
      if (at >= 0) left.splice(at, 1);
      return at >= 0;
    })
  );
}

const LITERALS = [
  '1',
  '-0',
  '0',
  '1n',
  '-1n',
  '1e21',
  '1e-7',
  '-1.5',
  'NaN',
  'Infinity',
  '-Infinity',
  'true',
  'null',
  'undefined',
];
export const hostileText = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'b',
    ...LITERALS,
    '"a"',
    'a,b',
    'a:b',
    '{a:1}',
    '[1]',
    '[]',
    '#',
    '~',
    '1.',
    '-',
    'n',
    'Date(NaN)',
    '@Money()',
  ),
  fc.string({ maxLength: 4 }),
  fc.string({ unit: fc.constantFrom('\ud800', '\udc00', '\ufffd', '"', '\\', 'd', '8', '0', 'u'), maxLength: 5 }),
  fc.constantFrom('x'.repeat(1024), 'x'.repeat(1025), `${'x'.repeat(1024)}\ud800`, `${'x'.repeat(1024)}\ufffd`),
);
const bytes = fc.uint8Array({ maxLength: 3 });
const leaf: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom(1, 0, -0, Number.NaN, Infinity, -Infinity, 1e21, 1e-7, 1n, 0n, -1n, true, false, null, undefined),
  fc.double(),
  fc.bigInt(),
  fc.constantFrom(0, 1, Number.NaN).map((time) => new Date(time)),
  fc.constantFrom(/a/, /a/g, /a\/b/, /[a,g]/, /(?:)/),
  bytes.map((data) => Buffer.from(data)),
  bytes.map((data) => new Uint8Array(data)),
  bytes.map((data) => new Uint8ClampedArray(data)),
  bytes.map((data) => new Int8Array(data)),
  bytes.map((data) => Uint16Array.from(data)),
  bytes.map((data) => Float64Array.from(data)),
  bytes.map((data) => new Uint8Array(data).buffer),
  bytes.map((data) => new DataView(new Uint8Array(data).buffer)),
  fc.constantFrom('https://a.b/', 'https://a.b/?a=1', 'https://a.b/?a=1#').map((href) => new URL(href)),
  fc.constantFrom('', 'a=1', 'a=1&a=2', 'a=2&a=1').map((query) => new URLSearchParams(query)),
  fc.constantFrom(1, -0, 0, 'a', '1', '', true, 1n).map((primitive) => Object(primitive) as unknown),
);
const name = fc.oneof(fc.constantFrom('a', 'b', '1', '', '__proto__', 'constructor', 'toString'), hostileText);

/** Anything a key can be made of, from so small an alphabet that equal ones and near misses are common. */
export const { value: argument } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.tuple(fc.array(tie('value'), { maxLength: 2 }), fc.nat(3)).map(([items, at]) => {
      const sparse: unknown[] = [];
      items.forEach((item, index) => (sparse[at * index] = item));
      sparse.length += at;
      return sparse;
    }),
    fc
      .tuple(fc.uniqueArray(fc.tuple(name, tie('value')), { selector: ([key]) => key, maxLength: 3 }), fc.boolean())
      .map(([entries, bare]) => record(entries, bare ? null : Object.prototype)),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(tie('value'), { maxLength: 3 }).map((entries) => new Set(entries)),
    tie('value').map((amount) => new Money(amount)),
  ),
}));

/** An equal value, built in another order. */
export function rebuilt(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Map) return new Map([...value].reverse().map(([key, item]) => [rebuilt(key), rebuilt(item)]));
  if (value instanceof Set) return new Set([...value].reverse().map(rebuilt));
  if (Array.isArray(value)) return value.map(rebuilt); // Keeps the holes.
  const prototype = Object.getPrototypeOf(value) as unknown;
  if (prototype !== null && prototype !== Object.prototype) return value;
  return record(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, rebuilt(item)] as const),
  );
}
