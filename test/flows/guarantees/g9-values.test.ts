import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { CacheValueError } from '../../../lib/support/errors.js';
import { everyStore } from '../../support/every-store.js';
import { richValue, seen } from '../../support/rich-values.js';

const { stores } = everyStore();

class Money {
  constructor(
    readonly amount: number,
    readonly currency: string,
  ) {}
  get text(): string {
    return `${this.amount} ${this.currency}`;
  }
}

/** One of every kind. Functions, so that each test has its own. */
const KINDS: Readonly<Record<string, () => unknown>> = {
  null: () => null,
  undefined: () => undefined,
  false: () => false,
  true: () => true,
  zero: () => 0,
  'minus zero': () => -0,
  NaN: () => Number.NaN,
  Infinity: () => -Infinity,
  'the largest number': () => Number.MAX_VALUE,
  bigint: () => 123_456_789_012_345_678_901_234_567_890n,
  'a negative bigint': () => -1n,
  'the empty text': () => '',
  text: () => 'täglich 日本語 \u{1f600} \0 \ud800',
  Date: () => new Date(1_700_000_000_123),
  'an invalid date': () => new Date(Number.NaN),
  RegExp: () => /^a(?<b>.)\/$/giu,
  URL: () => new URL('https://user:pw@example.com:8080/a?b=c#d'),
  URLSearchParams: () => new URLSearchParams('a=1&a=2&b='),
  Map: () =>
    new Map<unknown, unknown>([
      ['a', 1],
      [{ k: 1 }, new Map([[Number.NaN, undefined]])],
      [undefined, null],
    ]),
  Set: () => new Set<unknown>([1, '1', Number.NaN, { a: 1 }, new Set([[]])]),
  Error: () => new Error('message', { cause: new TypeError('inner') }),
  'an error with data': () => Object.assign(new RangeError('message'), { code: 'E_X', details: { at: new Date(1) } }),
  AggregateError: () => new AggregateError([new Error('a'), 'b'], 'all'),
  Buffer: () => Buffer.from([0, 255, 128]),
  ArrayBuffer: () => new Uint8Array([1, 2, 3]).buffer,
  DataView: () => new DataView(new Uint8Array([9, 1, 2]).buffer, 1),
  Uint8Array: () => new Uint8Array([1, 2, 255]),
  Uint8ClampedArray: () => new Uint8ClampedArray([1, 255]),
  Int16Array: () => new Int16Array([-1, 32_767]),
  Uint32Array: () => new Uint32Array([4_294_967_295]),
  Float32Array: () => new Float32Array([1.5, Number.NaN]),
  Float64Array: () => new Float64Array([-0, Math.PI]),
  BigInt64Array: () => new BigInt64Array([-1n]),
  BigUint64Array: () => new BigUint64Array([18_446_744_073_709_551_615n]),
  'a plain object': () => ({ a: 1, b: { c: [undefined, null, -0] }, '': 2, 'with space': 3 }),
  'an object that looks like a tag': () => ({ '$nc:Date': 'no date', nested: { '$nc:Object': { '$nc:x': 1 } } }),
  'an object with an own __proto__': () => JSON.parse('{"__proto__": {"admin": true}, "constructor": 1}') as unknown,
  'an object without a prototype': () => Object.assign(Object.create(null) as object, { a: 1 }),
  'the empty object': () => ({}),
  'the empty array': () => [],
  'a nested array': () => [[[1], []], [undefined], Object.assign([] as number[], { 2: 3 })],
  'a long array': () => Array.from({ length: 2_000 }, (_, index) => index / 7),
  'a long text': () => 'x'.repeat(200_000),
  'something deep': () => Array.from({ length: 300 }).reduce<unknown>((inner) => ({ inner }), 'end'),
};

describe.each(stores)('G9, you get back what you put in, over $name', ({ name, make }) => {
  it.each(Object.entries(KINDS))('%s', async (_, kind) => {
    const { cache } = await make();
    // Holes and lost prototypes are the same everywhere: what one store gives back, all do.
    const { cache: memory } = await stores[0]!.make();
    const value = kind();
    await memory.set('k', value);
    const expected = seen(await memory.get('k'));
    expect(await cache.set('set', value)).toBe(true);
    expect(seen(await cache.get('set'))).toEqual(expected);
    expect(seen((await cache.getMany(['set'])).get('set'))).toEqual(expected);
    expect(await cache.has('set')).toBe(true);
    await cache.getOrSet('loaded', async () => value);
    expect(seen(await cache.getOrSet('loaded', () => 'never'))).toEqual(expected);
    await cache.getOrSetMany(['many'], async () => [value]);
    expect(seen(await cache.get('many'))).toEqual(expected);
    await cache.setMany([['warm', value]]);
    expect(seen(await cache.get('warm'))).toEqual(expected);
    if (!['a nested array', 'an object without a prototype'].includes(_)) expect(expected).toEqual(seen(value));
  });

  it('anything made of these', async () => {
    const { cache } = await make();
    const { cache: memory } = await stores[0]!.make();
    await fc.assert(
      fc.asyncProperty(richValue, async (value) => {
        expect(await cache.set('k', value)).toBe(await memory.set('k', value));
        expect(seen(await cache.get('k'))).toEqual(seen(await memory.get('k')));
        expect(seen(await cache.get('k'))).toEqual(seen(value));
      }),
      { numRuns: name === 'redis' || name === 'disk' ? 60 : 150 },
    );
  });

  it('instances of classes: their own data, or a refusal', async () => {
    const { cache } = await make();
    await cache.set('k', { price: new Money(5, 'EUR') });
    expect(await cache.get('k')).toStrictEqual({ price: { amount: 5, currency: 'EUR' } });
    const { cache: strict } = await make({ classInstances: 'refuse' });
    await expect(strict.set('k', { price: new Money(5, 'EUR') })).rejects.toThrow('$.price is an instance of Money');
    expect(await strict.getOrSet('k', () => new Money(5, 'EUR'))).toBeInstanceOf(Money);
    expect(await strict.has('k')).toBe(false);
  });

  it.each<[string, unknown, string]>([
    ['a function', { a: [() => 1] }, '$.a[0] is a function'],
    ['a symbol', { a: Symbol('s') }, '$.a is a symbol'],
    ['a promise', { a: Promise.resolve(1) }, '$.a is a promise'],
    ['a circle', circle(), '$.a.back is a reference back to $'],
    ['a weak map', new Map([['k', new WeakMap()]]), '$<"k"> is a WeakMap'],
  ])('%s is named by its path, and stored nowhere', async (_, value, message) => {
    const { cache } = await make();
    const errors: unknown[] = [];
    cache.on('error', ({ error }) => errors.push(error));
    await expect(cache.set('k', value)).rejects.toThrow(CacheValueError);
    await expect(
      cache.setMany([
        ['fine', 1],
        ['k', value],
      ]),
    ).rejects.toThrow(message);
    expect(errors).toEqual([]);
    expect(await cache.getOrSet('k', () => value)).toBe(value);
    expect((await cache.getOrSetMany(['k'], async () => [value])).get('k')).toBe(value);
    expect(errors).toHaveLength(2);
    for (const error of errors) expect(error).toHaveProperty('message', expect.stringContaining(message));
    expect(await cache.getMany(['k', 'fine'])).toEqual(new Map());
  });
});

function circle(): unknown {
  const outer: { a: { back?: unknown } } = { a: {} };
  outer.a.back = outer;
  return outer;
}
