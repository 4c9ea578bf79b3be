import { describe, expect, it, jest } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { createContext, runInContext } from 'node:vm';
import { Readable } from 'node:stream';
import * as fc from 'fast-check';

import { CacheValueError } from '../../lib/support/errors.js';
import { takeSnapshot } from '../../lib/support/snapshot.js';
import { jsonData, richValue, seen, spoil } from '../support/rich-values.js';

const copy = (value: unknown): unknown => takeSnapshot(value, { classInstances: 'plain' }).value;

function refusal(value: unknown, classInstances: 'plain' | 'refuse' = 'plain'): string {
  try {
    takeSnapshot(value, { classInstances });
  } catch (error) {
    if (error instanceof CacheValueError) return `${error.path} is ${error.what}`;
    throw error;
  }
  return 'kept';
}

class User {
  constructor(readonly name: string) {}
  greet(): string {
    return `Hello, ${this.name}`;
  }
}

class Money {
  readonly #cents: number;
  constructor(cents: number) {
    this.#cents = cents;
  }
  get cents(): number {
    return this.#cents;
  }
}

describe('takeSnapshot keeps', () => {
  it('every kind of value alike, and no part of the original', () => {
    fc.assert(
      fc.property(richValue, (value) => {
        const before = seen(value);
        const kept = copy(value);
        expect(seen(kept)).toEqual(before);
        spoil(value);
        expect(seen(kept)).toEqual(before);
      }),
    );
  });

  it('undefined in arrays and objects, and makes it of holes', () => {
    const list: unknown[] = [undefined];
    list[2] = 1;
    const kept = copy({ a: undefined, list }) as { list: unknown[] };
    expect(Object.keys(kept)).toEqual(['a', 'list']);
    expect(Object.keys(kept.list)).toEqual(['0', '1', '2']);
  });

  it('an own key __proto__ as data', () => {
    const kept = copy(JSON.parse('{"__proto__":{"admin":true}}')) as { admin?: boolean };
    expect(kept.admin).toBeUndefined();
    expect(Object.keys(kept)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(kept)).toBe(Object.prototype);
  });

  it('the own data of class instances', () => {
    const account = Object.assign(new User('Ada'), { [Symbol('meta')]: 1, at: new Date(5) });
    expect(seen(copy({ account }))).toEqual(seen({ account: { name: 'Ada', at: new Date(5) } }));
    expect(seen(copy(new (class Empty {})()))).toEqual(seen({}));
  });

  it('instances that carry their class as a field, as decimal.js makes them', () => {
    class Decimal {
      readonly digits: number[];
      constructor(digits: number[]) {
        this.digits = digits;
        Object.assign(this, { constructor: Decimal });
      }
    }
    expect(seen(copy({ price: new Decimal([4, 2]) }))).toEqual(seen({ price: { digits: [4, 2] } }));
  });

  it('objects without a prototype, and of another realm, as ordinary ones', () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1 });
    expect(seen(copy(bare))).toEqual(seen({ a: 1 }));
    const foreign: unknown = runInContext(
      '({ list: [1, [2]], at: new Date(3), map: new Map([[1, new Set([2])]]), error: new TypeError("no"), pattern: /x/g })',
      createContext(),
    );
    const kept = copy(foreign) as { list: unknown; at: unknown; map: unknown; error: unknown; pattern: unknown };
    expect(kept.list).toEqual([1, [2]]);
    expect(kept.list).toBeInstanceOf(Array);
    expect(kept.at).toEqual(new Date(3));
    expect(kept.map).toEqual(new Map([[1, new Set([2])]]));
    expect(kept.error).toBeInstanceOf(TypeError);
    expect(kept.pattern).toBeInstanceOf(RegExp);
  });

  it('subclasses of built-ins as the built-in, whatever they override', () => {
    class Tags extends Set<string> {
      override values(): never {
        throw new Error('not called');
      }
      override [Symbol.iterator](): never {
        throw new Error('not called');
      }
    }
    class Rows extends Array<number> {
      total = 3;
    }
    class Day extends Date {
      override getTime(): number {
        return 0;
      }
    }
    const tags = new Tags();
    tags.add('a');
    expect(seen(copy(tags))).toEqual(seen(new Set(['a'])));
    expect(seen(copy(Rows.from([1, 2])))).toEqual(seen([1, 2]));
    expect(seen(copy(new Day(9)))).toEqual(seen(new Date(9)));
    expect(seen(copy(new (class extends Uint8Array {})([1, 2])))).toEqual(seen(new Uint8Array([1, 2])));
  });

  it('boxed primitives as what they hold', () => {
    expect(copy([Object(1), Object('a'), Object(true), Object(2n)])).toEqual([1, 'a', true, 2n]);
    expect(refusal([Object(Symbol('s'))])).toBe('$[0] is a symbol');
  });

  it('only the window of a view, in memory of its own', () => {
    const pooled = Buffer.from('secret');
    const kept = copy(pooled.subarray(0, 2)) as Buffer;
    expect(Buffer.isBuffer(kept)).toBe(true);
    expect(kept.toString()).toBe('se');
    expect(kept.buffer.byteLength).toBe(2);
    expect((copy(new Uint16Array(new ArrayBuffer(8), 2, 1)) as Uint16Array).buffer.byteLength).toBe(2);
  });

  it('errors of a class of the user as Error with their name, code and data', () => {
    class QuotaError extends TypeError {
      override name = 'QuotaError';
      code = 'E_QUOTA';
      constructor() {
        super('used up', { cause: new Error('why') });
      }
    }
    const original = new QuotaError();
    const kept = copy(original) as QuotaError;
    expect(Object.getPrototypeOf(kept)).toBe(Error.prototype);
    expect([kept.name, kept.message, kept.code, kept.stack]).toEqual([
      'QuotaError',
      'used up',
      'E_QUOTA',
      original.stack,
    ]);
    expect((kept.cause as Error).message).toBe('why');
    expect(Object.keys(kept)).toEqual(['code']);
    const namesake = copy(new { TypeError: class TypeError extends Error {} }.TypeError('own')) as Error;
    expect(Object.getPrototypeOf(namesake)).toBe(Error.prototype);
    const abort = copy(new DOMException('gone', 'AbortError')) as QuotaError;
    expect([abort.name, abort.message, abort.code]).toEqual(['AbortError', 'gone', 20]);
  });

  it('regular expressions from their beginning', () => {
    const pattern = /a/g;
    pattern.test('aa');
    expect((copy(pattern) as RegExp).lastIndex).toBe(0);
  });

  it('values 1,000 levels deep', () => {
    for (const wrap of [
      (inner: unknown): unknown => [inner],
      (inner: unknown): unknown => ({ a: inner }),
      (inner: unknown): unknown => new Map([['a', inner]]),
      (inner: unknown): unknown => new Error('e', { cause: inner }),
    ]) {
      let value: unknown = 1;
      for (let level = 0; level < 1_000; level += 1) value = wrap(value);
      expect(refusal(value)).toBe('kept');
      expect(refusal(wrap(value))).toMatch(/nested too deeply$/);
    }
  });
});

describe('takeSnapshot refuses, by path', () => {
  const shared = new SharedArrayBuffer(8);
  const cases: readonly (readonly [string, unknown, RegExp])[] = [
    ['a function', { user: { items: [0, 1, 2, { save: () => 1 }] } }, /^\$\.user\.items\[3\]\.save is a function$/],
    ['a class', { Model: User }, /^\$\.Model is a function$/],
    ['a symbol', [Symbol('s')], /^\$\[0\] is a symbol$/],
    ['a symbol as a key', { a: { [Symbol('s')]: 1 } }, /^\$\.a is an object with a symbol as a key$/],
    ['a function in a map', { map: new Map([['key', () => 1]]) }, /^\$\.map<"key"> is a function$/],
    ['a symbol as the key of a map', new Map([[Symbol('s'), 1]]), /^\$<key 0> is a symbol$/],
    ['a function in a set', new Set([1, () => 1]), /^\$<1> is a function$/],
    ['an odd name', { 'a b': { c: () => 1 } }, /^\$\["a b"\]\.c is a function$/],
    ['a function in an error', Object.assign(new Error('e'), { retry: () => 1 }), /^\$\.retry is a function$/],
    ['a promise', { a: Promise.resolve(1) }, /^\$\.a is a promise$/],
    [
      'a thenable',
      {
        a: thenable(),
      },
      /^\$\.a is a promise$/,
    ],
    ['a WeakMap', [new WeakMap()], /^\$\[0\] is a WeakMap/],
    ['a WeakSet', [new WeakSet()], /^\$\[0\] is a WeakSet/],
    ['a WeakRef', [new WeakRef({})], /^\$\[0\] is a WeakRef$/],
    ['a stream', { body: Readable.from(['a']) }, /^\$\.body is a stream \(Readable\)$/],
    ['a web stream', { body: new ReadableStream() }, /^\$\.body is a stream \(ReadableStream\)$/],
    ['an iterator', { rows: [1].values() }, /^\$\.rows is an iterator/],
    [
      'a generator',
      (function* () {
        yield 1;
      })(),
      /^\$ is an iterator/,
    ],
    [
      'an async generator',
      (async function* () {
        yield 1;
      })(),
      /^\$ is an async iterable/,
    ],
    ['an event emitter', { a: new EventEmitter() }, /^\$\.a is an event emitter \(EventEmitter\)$/],
    ['an event target', { a: new EventTarget() }, /^\$\.a is an event target \(EventTarget\)$/],
    ['an AbortSignal', { signal: new AbortController().signal }, /^\$\.signal is an event target \(AbortSignal\)$/],
    ['a Blob', { file: new Blob(['a']) }, /^\$\.file is a Blob$/],
    ['Headers', { headers: new Headers() }, /^\$\.headers is a Headers$/],
    ['Intl', { format: new Intl.NumberFormat('en') }, /^\$\.format is an Intl\.NumberFormat$/],
    ['shared memory', { a: shared }, /^\$\.a is shared memory/],
    ['a view of shared memory', { a: new Uint8Array(shared) }, /^\$\.a is a view of shared memory/],
    [
      'a getter that throws',
      {
        a: {
          get b(): number {
            throw new Error('no');
          },
        },
      },
      /^\$\.a\.b is a getter that throws$/,
    ],
    [
      'a trap that throws',
      {
        a: new Proxy(
          {},
          {
            ownKeys() {
              throw new Error('no');
            },
          },
        ),
      },
      /^\$\.a is unreadable \(no\)$/,
    ],
    ['a revoked proxy', { a: revoked() }, /^\$\.a is unreadable/],
    ['a proxy of a map', { a: new Proxy(new Map(), {}) }, /^\$\.a is unreadable/],
    ['a proxy of an ArrayBuffer', { a: new Proxy(new ArrayBuffer(1), {}) }, /^\$\.a is unreadable/],
    ['an impostor', { a: Object.create(Date.prototype) as object }, /^\$\.a is unreadable/],
    ['an impostor of a number', { a: Object.create(Number.prototype) as object }, /^\$\.a is unreadable/],
    ['private data', { price: new Money(5) }, /^\$\.price is an instance of Money, which keeps its data private$/],
    [
      'a named property of an array',
      { rows: Object.assign([1], { total: 1 }) },
      /^\$\.rows is an array with .* "total"$/,
    ],
    ['too much', { a: { length: 0, list: sparse() } }, /^\$\.a\.list is larger than 512 MiB in all$/],
  ];
  it.each(cases)('%s', (_, value, expected) => expect(refusal(value)).toMatch(expected));

  it('circular references, and keeps what is only mentioned twice', () => {
    const a: Record<string, unknown> = { name: 'a' };
    a['list'] = [{ back: a }];
    expect(refusal({ a })).toBe('$.a.list[0].back is a reference back to $.a');
    const twice = { x: 1 };
    expect(copy([twice, twice])).toEqual([{ x: 1 }, { x: 1 }]);
  });

  it('a small value that mentions itself into the millions', () => {
    for (const twice of [
      (part: unknown): unknown => [part, part],
      (part: unknown): unknown => ({ a: part, b: part }),
    ]) {
      let value: unknown = 'x'.repeat(1_000_000);
      for (let level = 0; level < 60; level += 1) value = twice(value);
      expect(refusal(value)).toMatch(/larger than 512 MiB/);
    }
  });

  it('class instances, when told to', () => {
    expect(refusal({ user: new User('Ada') }, 'refuse')).toBe('$.user is an instance of User');
    expect(refusal({ at: new Date(), list: [{}], tags: new Set() }, 'refuse')).toBe('kept');
    expect(refusal(runInContext('({ a: [{}], b: Object.create(null) })', realm), 'refuse')).toBe('kept');
  });

  it.each([
    ['a proxy of an ArrayBuffer', (): object => new Proxy(new ArrayBuffer(1), {}), (): object => new ArrayBuffer(1)],
    ['an impostor of an ArrayBuffer', (): object => inheriting(ArrayBuffer), (): object => new ArrayBuffer(1)],
    ['an impostor of a number', (): object => inheriting(Number), (): object => Object(3) as object],
    ['a proxy of an error of another realm', (): object => new Proxy(foreignError(), {}), foreignError],
  ])('no real built-in because %s came first', async (_, fake, real) => {
    // Kinds are remembered by prototype: only a fresh module sees the fake first.
    jest.resetModules();
    const fresh = await import('../../lib/support/snapshot.js');
    const take = (value: object): unknown => fresh.takeSnapshot(value, { classInstances: 'refuse' }).value;
    expect(() => take(fake())).toThrow();
    expect(take(real())).toBeDefined();
  });
});

describe('takeSnapshot tells', () => {
  const told = (value: unknown): [string, number] => {
    const { sharing, bytes } = takeSnapshot(value, { classInstances: 'plain' });
    return [sharing, bytes];
  };

  it('how a value can be shared', () => {
    expect([1, null, 'a', undefined, Object(1)].map((value) => told(value)[0])).toEqual(Array(5).fill('primitive'));
    expect([{}, [], { a: 1 }, ['a', null]].map((value) => told(value)[0])).toEqual(Array(4).fill('flat'));
    expect([{ a: [] }, [{}]].map((value) => told(value)[0])).toEqual(Array(2).fill('plain'));
    expect([new Date(), { a: /x/ }, [Buffer.alloc(1)]].map((value) => told(value)[0])).toEqual(Array(3).fill('exotic'));
  });

  it('what it weighs: more for more, and whole bytes', () => {
    expect(told(1)[1]).toBe(8);
    expect(told('abc')[1]).toBe(22);
    expect(told(Buffer.alloc(1_000))[1]).toBeGreaterThanOrEqual(1_000);
    expect(told(Array.from({ length: 100 }, () => 0))[1]).toBeGreaterThanOrEqual(800);
    fc.assert(
      fc.property(richValue, richValue, (a, b) => {
        expect(Number.isSafeInteger(told(a)[1])).toBe(true);
        expect(told([a, b])[1]).toBeGreaterThan(told(a)[1] + told(b)[1]);
      }),
    );
  });

  it('the same of a reference, which it leaves alone', () => {
    fc.assert(
      fc.property(fc.oneof(richValue, jsonData), (value) => {
        const before = seen(value);
        const taken = takeSnapshot(value, { classInstances: 'plain', reference: true });
        expect(Object.is(taken.value, value)).toBe(true);
        expect(seen(value)).toEqual(before);
        expect([taken.sharing, taken.bytes]).toEqual(told(value));
      }),
    );
    expect(() => takeSnapshot({ a: () => 1 }, { classInstances: 'plain', reference: true })).toThrow(CacheValueError);
  });
});

// One walk serves value after value: each must find it as if it were new.
describe('takeSnapshot, one after the other', () => {
  const plain = { classInstances: 'plain' } as const;
  const nested = { a: [1, { b: 'two' }], c: new Map([['k', [3]]]) };

  it.each([plain, { ...plain, reference: true }])('says the same each time: %j', (policy) => {
    const first = takeSnapshot(nested, policy);
    takeSnapshot(
      Array.from({ length: 1_000 }, (_, nth) => nth),
      policy,
    );
    expect(takeSnapshot(nested, policy)).toEqual(first);
    expect(takeSnapshot('text', policy)).toMatchObject({ sharing: 'primitive', leaves: undefined });
  });

  it('also within a getter of the value that is being taken, and after one that throws', () => {
    const inner = takeSnapshot(nested, plain);
    const within: unknown[] = [];
    const value = {
      first: [1],
      get second() {
        within.push(takeSnapshot(nested, plain));
        return [2];
      },
    };
    expect(takeSnapshot(value, plain).value).toEqual({ first: [1], second: [2] });
    expect(within).toEqual([inner]);
    expect(() => takeSnapshot({ deep: { deeper: [() => 1] } }, plain)).toThrow('$.deep.deeper[0]');
    expect(takeSnapshot(nested, plain)).toEqual(inner);
    expect(() => takeSnapshot({ x: () => 1 }, plain)).toThrow('$.x');
  });

  it('holds on to nothing of what it has seen', () => {
    const passed = { deep: [{ deeper: {} }] };
    takeSnapshot(passed, plain);
    // Its own ancestor only in a walk that has not forgotten the one before.
    expect(takeSnapshot({ a: passed.deep[0], b: { c: passed } }, plain).value).toEqual({
      a: { deeper: {} },
      b: { c: passed },
    });
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function sparse(): number[] {
  const list: number[] = [];
  list[4_000_000_000] = 1;
  return list;
}

/** As query builders are. */
function thenable(): object {
  class Query {}
  // oxlint-disable-next-line unicorn/no-thenable -- it is the thenable that is tested
  Object.defineProperty(Query.prototype, 'then', { value: () => undefined });
  return new Query();
}

function inheriting(Class: { readonly prototype: object }): object {
  return Object.create(Class.prototype) as object;
}

const realm = createContext();

function foreignError(): object {
  return runInContext('new RangeError("e")', realm) as object;
}
