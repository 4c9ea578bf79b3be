import { describe, expect, it } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';

import { canonicalKey } from '../../lib/core/canonical-key.js';
import { CacheKeyError } from '../../lib/support/errors.js';
import { Money, argument, rebuilt, same } from '../support/arguments.js';

const keyOf = (value: unknown): string => canonicalKey(value, 'argument 0');

function refusal(value: unknown): { path: string; message: string } {
  try {
    return { path: `none, the key is ${keyOf(value)}`, message: '' };
  } catch (error) {
    if (error instanceof CacheKeyError) return error;
    throw error;
  }
}

describe('canonicalKey', () => {
  it('is the same for two arguments exactly when they are the same', () => {
    fc.assert(
      fc.property(argument, argument, (a, b) => {
        expect(keyOf(a) === keyOf(b)).toBe(same(a, b));
      }),
      { numRuns: 3000 },
    );
  });

  it('tells near misses apart', () => {
    const hole: unknown[] = [];
    hole[1] = 1;
    const numbers = [0, -0, 1, -1, 1e21, 1e-7, Number.NaN, Infinity, -Infinity];
    const primitives = [...numbers, 1n, -1n, true, false, null, undefined];
    const texts = primitives.map((value) => (Object.is(value, -0) ? '-0' : String(value)));
    const values: unknown[] = [
      ...primitives,
      ...texts,
      ...[
        '1n',
        '-1n',
        '',
        '""',
        '"',
        '\\',
        '\\\\',
        '\\"',
        '\u0001',
        '\\u0001',
        '\ud800',
        '\\ud800',
        '\ufffd',
        '{}',
        '[]',
      ],
      ...[[], [[]], [undefined], [null], Array(1), Array(2), hole, [undefined, 1], Object.assign([0, 1], { a: 1 })],
      ...[Object.assign(hole.slice(), { a: 1 }), ['a,b'], ['a', 'b'], [['a'], 'b'], [['a', 'b']]],
      ...[{}, { a: undefined }, { a: null }, { 'a:1,b': 1 }, { a: 1, b: 1 }, { 0: 1 }, { '': 1 }],
      ...[{ ['__proto__']: 1 }, { ['__proto__']: null }, { length: 0 }, { a: {} }, { a: [] }],
      ...[
        new Map(),
        new Set(),
        new Map([['a', 1]]),
        new Set(['a']),
        new Set([['a', 1]]),
        new Map([['1', 1]]),
        new Map([[1, 1]]),
      ],
      ...[new Date(0), new Date(Number.NaN), new Date(0).toISOString(), new Date(0).getTime(), keyOf(new Date(0))],
      ...[0, -0, '0', true, 'true', 0n, ''].map((value) => Object(value) as unknown),
      ...[
        /a/,
        /a/g,
        '/a/',
        Object.assign(/a/g, { lastIndex: 1 }),
        Buffer.of(1),
        Uint8Array.of(1),
        Int8Array.of(1),
        'AQ==',
      ],
      ...[
        Uint16Array.of(1),
        Uint8Array.of(1, 0),
        Uint8Array.of(1).buffer,
        new SharedArrayBuffer(1),
        new ArrayBuffer(1),
      ],
      ...[Buffer.alloc(0), Buffer.alloc(32), Buffer.alloc(33), Buffer.alloc(34), new Uint8Array(33)],
      ...[new URL('a:b'), 'a:b', new URLSearchParams('a:b'), new Money(1), new Money('1'), new Money(1).toJSON()],
    ];
    const keys = new Map(values.map((value) => [keyOf(value), value]));
    expect(values.filter((value) => !Object.is(keys.get(keyOf(value)), value))).toEqual([]);
  });

  it('never shares a key between many arguments at once', () => {
    fc.assert(
      fc.property(fc.array(argument, { minLength: 20, maxLength: 40 }), (values) => {
        const byKey = new Map<string, unknown>();
        for (const value of values) {
          const key = keyOf(value);
          if (byKey.has(key)) expect(same(byKey.get(key), value)).toBe(true);
          byKey.set(key, value);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('does not depend on the order of object keys, Map or Set', () => {
    fc.assert(
      fc.property(argument, (value) => expect(keyOf(rebuilt(value))).toBe(keyOf(value))),
      { numRuns: 500 },
    );
  });

  it('joins without ambiguity: lists of arguments differ when their joined texts do not', () => {
    const list = fc.array(argument, { maxLength: 3 });
    fc.assert(
      fc.property(list, list, (a, b) => {
        const joined = (values: unknown[]): string => values.map(keyOf).join(':');
        fc.pre(a.length > 0 && b.length > 0);
        expect(joined(a) === joined(b)).toBe(a.length === b.length && a.every((item, index) => same(item, b[index])));
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[unknown, string]>([
    [42, '42'],
    ['42', '"42"'],
    [42n, '42n'],
    ['42n', '"42n"'],
    ['1abc', '1abc'],
    ['007', '007'],
    ['2026-01-31', '2026-01-31'],
    [
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    ],
    ['two words', '"two words"'],
    ['', '""'],
    [-0, '-0'],
    ['\ud800', '"\\ud800"'],
    [{ b: 'x', a: 1 }, '{a:1,b:x}'],
    [{ a: undefined }, '{a:undefined}'],
    [{}, '{}'],
    [[], '[]'],
    [[1, [2]], '[1,[2]]'],
    [[undefined], '[undefined]'],
    // oxlint-disable-next-line no-sparse-arrays
    [[, 1], 'Array(2,{1:1})'],
    [Object.assign([1], { more: 2 }), 'Array(1,{0:1,more:2})'],
    [new Date(0), 'Date(1970-01-01T00:00:00.000Z)'],
    [new Date(Number.NaN), 'Date(NaN)'],
    [/a,b/gi, 'RegExp("a,b",gi,0)'],
    [
      new Map<unknown, unknown>([
        ['b', 1],
        [{ a: 1 }, 2],
      ]),
      'Map(b:1,{a:1}:2)',
    ],
    [new Set(['b', 'a']), 'Set(a,b)'],
    [Buffer.from('ab'), 'Buffer(6162)'],
    [new Uint8Array([97]), 'Uint8Array(61)'],
    [new URL('https://a.b'), 'URL("https://a.b/")'],
    [new URLSearchParams({ a: '1' }), 'URLSearchParams("a=1")'],
    [Object('1'), 'String("1")'],
    [new Money(1), '@Money({amount:1,currency:EUR})'],
    ['x'.repeat(1025), '#c6d8e9905300876046729949cc95c2385221270d389176f7234fe7ac00c4e430.1025s'],
  ])('writes %o', (value, key) => {
    expect(keyOf(value)).toBe(key);
  });

  it('knows built-in and plain objects of another realm', () => {
    const foreign: unknown = runInNewContext(
      '({ a: [1, new Date(0)], m: new Map([[1, new Set([2])]]), r: /x/, n: null })',
    );
    expect(keyOf(foreign)).toBe(keyOf({ a: [1, new Date(0)], m: new Map([[1, new Set([2])]]), r: /x/, n: null }));
  });

  it('tells subclasses from the class they extend', () => {
    class Stamp extends Date {}
    class Bytes extends Uint8Array {}
    expect(keyOf(new Stamp(0))).toBe('@Stamp("1970-01-01T00:00:00.000Z")');
    expect(refusal(new Bytes(1)).message).toContain('an instance of Bytes');
    expect(refusal(new (class Bag extends Map {})()).message).toContain('an instance of Bag');
    expect(refusal(new (class List extends Array {})()).message).toContain('an instance of List');
  });

  it('keeps a value that stands twice', () => {
    const shared = { a: 1 };
    expect(keyOf({ x: shared, y: [shared] })).toBe('{x:{a:1},y:[{a:1}]}');
  });

  it('reads a shape again after thousands of others', () => {
    for (let index = 0; index < 5000; index++) expect(keyOf({ b: 1, [`k${index}`]: 2 })).toContain(`k${index}:2`);
    expect(keyOf({ b: 1, a: 2 })).toBe('{a:2,b:1}');
    expect(keyOf({ a: 2, b: 1 })).toBe('{a:2,b:1}');
  });
});

describe('canonicalKey refuses, and names the place', () => {
  const symbolKeyed = { where: { [Symbol.for('gt')]: 5 } };
  const circle: Record<string, unknown> = { name: 'x' };
  circle['list'] = [circle];
  const failing = {
    get user(): never {
      throw new Error('not loaded');
    },
  };
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  let deep: unknown = 1;
  for (let level = 0; level < 300; level++) deep = [deep];

  it.each<[string, unknown, string, string]>([
    ['a function', { user: { save() {} } }, 'argument 0.user.save', 'is a function'],
    ['a symbol', [Symbol('x')], 'argument 0[0]', 'is a symbol'],
    ['a boxed symbol', Object(Symbol('x')), 'argument 0', 'an instance of Symbol'],
    ['a symbol key', symbolKeyed, 'argument 0.where', 'has the symbol key Symbol(gt)'],
    ['a promise', { 'a b': Promise.resolve() }, 'argument 0["a b"]', 'an instance of Promise'],
    ['a stream', Readable.from([]), 'argument 0', 'an instance of Readable'],
    ['an emitter', new EventEmitter(), 'argument 0', 'an instance of EventEmitter'],
    ['a WeakMap', new WeakMap(), 'argument 0', 'an instance of WeakMap'],
    ['an error', new Error('x'), 'argument 0', 'is an error'],
    ['a class instance', new (class Repository {})(), 'argument 0', 'an instance of Repository, which has no toJSON'],
    [
      'a nameless class',
      new (class {
        toJSON() {}
      })(),
      'argument 0',
      'a class without a name',
    ],
    ['what toJSON gives', new Money({ f() {} }), 'argument 0.amount.f', 'is a function'],
    ['a circle', circle, 'argument 0.list[0]', 'is circular'],
    [
      'a Map entry',
      new Map([
        [1, 1],
        [2, () => 1],
      ] as [unknown, unknown][]),
      'argument 0[1]',
      'is a function',
    ],
    ['a Set entry', new Set([1, () => 1]), 'argument 0[1]', 'is a function'],
    ['a getter that throws', { a: failing }, 'argument 0.a.user', 'cannot be read (not loaded)'],
    ['a revoked proxy', { a: revoked }, 'argument 0.a', 'cannot be read'],
    ['a Date with more', Object.assign(new Date(0), { zone: 'x' }), 'argument 0', 'properties of its own'],
    ['a depth of 300', deep, `argument 0${'[0]'.repeat(256)}`, 'more than 256 levels'],
  ])('%s', (_, value, path, reason) => {
    const error = refusal(value);
    expect(error.path).toBe(path);
    expect(error.message).toContain(reason);
  });

  it('a class whose toJSON returns itself', () => {
    class Loop {
      toJSON(): unknown {
        return this;
      }
    }
    expect(refusal(new Loop()).message).toContain('is circular');
  });
});
