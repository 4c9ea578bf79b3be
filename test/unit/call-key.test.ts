import { describe, expect, it } from '@jest/globals';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';

import { callKey, headOf } from '../../lib/core/call-key.js';
import { canonicalKey } from '../../lib/core/canonical-key.js';
import { CacheKeyError } from '../../lib/support/errors.js';
import { argument, hostileText, Money, rebuilt } from '../support/arguments.js';
import { referenceDigest, referenceText, Refused } from '../support/reference-key.js';

/** What a call comes to, told in one line: a key, or what is refused and where. */
function told(make: () => string): string {
  try {
    return make();
  } catch (error) {
    if (error instanceof CacheKeyError) return `${error.path}: ${error.message}`;
    if (error instanceof Refused) return `${error.path}: ${new CacheKeyError(error.path, error.reason).message}`;
    throw error;
  }
}

function referenceKey(head: string, args: readonly unknown[], text = referenceText): string {
  if (args.length === 0) return head;
  const joined = args.map((value, index) => text(value, `argument ${index}`)).join(':');
  const key = `${head}:${joined}`;
  return key.length <= 200 ? key : `${head}:#${referenceDigest(joined)}.${joined.length}`;
}

const MARK = Symbol('mark');
const NAMES = ['a', 'b', 'id', 'a b', '0', '', '__proto__', 'größe'];
const entry = (value: unknown, enumerable = true): PropertyDescriptor => ({ value, enumerable, configurable: true });

function nested(value: unknown, levels: number): unknown {
  let made = value;
  for (let level = 0; level < levels; level++) made = level % 2 === 0 ? [made] : { in: made };
  return made;
}

/** What plain arguments may be made of, and everything in them that is no longer plain or no argument at all. */
const { value: anything } = fc.letrec<{ value: unknown; record: object }>((tie) => ({
  record: fc
    .tuple(
      fc.uniqueArray(fc.tuple(fc.constantFrom(...NAMES), tie('value')), { selector: ([key]) => key, maxLength: 4 }),
    )
    .map(([entries]) => entries.reduce((made, [key, value]) => Object.defineProperty(made, key, entry(value)), {})),
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    { weight: 6, arbitrary: hostileText },
    { weight: 3, arbitrary: fc.string({ minLength: 14, maxLength: 40, unit: 'grapheme' }) },
    {
      weight: 6,
      arbitrary: fc.constantFrom<unknown>(0, -0, 1, 1.5, -7, NaN, 2 ** 40, Infinity, 1n, true, null, undefined),
    },
    { weight: 2, arbitrary: fc.double() },
    { weight: 6, arbitrary: tie('record') },
    { weight: 6, arbitrary: fc.array(tie('value'), { maxLength: 4 }) },
    tie('record').map((record) => Object.setPrototypeOf(record, null) as unknown),
    tie('record').map((record) => Object.defineProperty(record, MARK, entry(1))),
    tie('record').map((record) => Object.defineProperty(record, MARK, entry(1, false))),
    tie('record').map((record) => Object.defineProperty(record, 'hidden', entry(1, false))),
    tie('record').map((record) => new Proxy(record, {})),
    tie('record').map((record) => Object.assign(record, { self: record })),
    tie('value').map((value) => ({ get read() { return value; } })), // prettier-ignore
    fc.array(tie('value'), { maxLength: 3 }).map((items) => new Proxy(items, {})),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => Object.assign(items, { more: 1 })),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => Object.assign(items, { [MARK]: 1 })),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => Object.assign([], { 1: items, length: 3 })),
    fc.array(tie('value'), { minLength: 1 }).map((items) => Object.defineProperty(items, 0, { enumerable: false })),
    fc
      .tuple(tie('value'), fc.constantFrom(1, 31, 32, 33, 255, 256, 257))
      .map(([value, levels]) => nested(value, levels)),
    tie('value').map((value) => new Money(value)),
    fc.constantFrom(() => runInNewContext('({ a: [1, { b: new Date(0) }] })') as unknown).map((make) => make()),
    fc.constantFrom(0, 86_400_000, NaN).map((time) => new Date(time)),
    fc
      .constantFrom<() => unknown>(
        () => Symbol('x'),
        () => () => {},
        () => new Error('x'),
        () => Object.assign(new Date(0), { zone: 'x' }),
        () => new (class Stamp extends Date {})(0),
        () => new (class List extends Array {})(),
        () => new (class Repository {})(),
        () => ({ get user(): never { throw new Error('not loaded'); } }), // prettier-ignore
      )
      .map((make) => make()),
  ),
}));
const calls = fc.array(
  fc.tuple(fc.constantFrom('A:find', 'B:find', 'a prefix'), fc.array(anything, { maxLength: 3 })),
  {
    minLength: 1,
    maxLength: 6,
  },
);

describe('callKey', () => {
  it('is what the rules say, the first time and later, and refuses what they refuse in the same words', () => {
    fc.assert(
      fc.property(calls, (made) => {
        for (const [head, args] of [...made, ...made, ...made]) {
          expect(told(() => callKey(head, args))).toBe(told(() => referenceKey(head, args)));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is what the careful walk says, for everything that can be an argument', () => {
    fc.assert(
      fc.property(fc.array(argument, { minLength: 1, maxLength: 3 }), (args) => {
        const careful = told(() => referenceKey('A:find', args, canonicalKey));
        for (const again of [args, args.map(rebuilt), args]) expect(told(() => callKey('A:find', again))).toBe(careful);
      }),
      { numRuns: 500 },
    );
  });

  it('stays right among more calls than are kept, whatever they have in common', () => {
    const keys = new Set<string>();
    for (let round = 0; round < 2; round++) {
      for (let id = 0; id < 4000; id++) {
        const args = [id % 3 === 0 ? String(id) : id, { lang: id % 2 === 0 ? 'en' : 'de' }];
        const key = callKey('Books:find', args);
        expect(key).toBe(referenceKey('Books:find', args));
        keys.add(key);
      }
    }
    expect(keys.size).toBe(4000);
  });

  it('tells long lists apart that differ in one place', () => {
    const list = (at: number): unknown[] => Array.from({ length: 60 }, (_, id) => ({ id, on: id === at }));
    for (let round = 0; round < 2; round++) {
      for (let at = 0; at < 60; at++) expect(callKey('A:b', [list(at)])).toBe(referenceKey('A:b', [list(at)]));
    }
  });

  it('quotes each character alike in a short text and in a long one', () => {
    const unlike: number[] = [];
    for (let code = 0; code < 0x1_0000; code++) {
      const character = String.fromCharCode(code);
      for (const text of [`a${character}`, `a${character}${'b'.repeat(30)}`])
        if (callKey('A:b', [text]) !== referenceKey('A:b', [text])) unlike.push(code);
    }
    expect(unlike).toEqual([]);
  });

  it('reads a getter once, so that nobody is given the key of another answer', () => {
    let answer = 0;
    const changing = { get id() { return ++answer; } }; // prettier-ignore
    expect(callKey('Getter:find', [changing])).toBe('Getter:find:{id:1}');
    expect(callKey('Getter:find', [changing])).toBe('Getter:find:{id:2}');
    for (const id of [1, 2, 3]) expect(callKey('Getter:find', [{ id }])).toBe(`Getter:find:{id:${id}}`);
  });

  it('may be asked for by a getter, while another key is being made', () => {
    const inner = { get b() { return callKey('Inner:find', [{ x: 'y' }, 2]); } }; // prettier-ignore
    for (let round = 0; round < 3; round++)
      expect(callKey('Outer:find', [{ a: 1, inner, z: 3 }])).toBe(
        'Outer:find:{a:1,inner:{b:"Inner:find:{x:y}:2"},z:3}',
      );
  });

  it('takes nothing of one object for another of the same fields', () => {
    const makers: (() => unknown)[] = [
      () => ({ x: { x: { x: 1, y: 2 }, y: 3 }, y: 4 }),
      () => ({ x: [{ x: 1, y: 2 }], y: { x: 3, y: 4 } }),
      () => ({ get x() { return callKey('A:b', [{ x: 5, y: 6 }]); }, y: 7 }), // prettier-ignore
      () => ({ get x() { Object.defineProperty(this, 'y', { enumerable: false }); return 1; }, y: 'hidden' }), // prettier-ignore
      () => ({ get x() { Reflect.deleteProperty(this, 'y'); return 1; }, y: 'gone' }), // prettier-ignore
      () => ({ get x() { throw new Error('not loaded'); }, y: 'never read' }), // prettier-ignore
      () => { let reads = 0; return { x: { x: 0, y: 0 }, get y() { return ++reads; } }; }, // prettier-ignore
      () => { let reads = 0; return { get y() { return ++reads; }, get x() { return callKey('A:b', [{ y: 6, x: 5 }]); } }; }, // prettier-ignore
      () => ({ x: 1, y: 2, [MARK]: 3 }),
      () => ({ x: 1, y: () => {} }),
      () => ({ x: 8, y: 9 }),
    ];
    for (const make of [...makers, ...makers, ...makers.reverse()])
      expect(told(() => callKey('A:b', [make()]))).toBe(told(() => referenceKey('A:b', [make()])));
  });

  it('is of the arguments as they were, whatever becomes of them later', () => {
    const changing = { page: 1, tags: ['a'] };
    expect(callKey('Later:find', [changing])).toBe('Later:find:{page:1,tags:[a]}');
    changing.page = 2;
    changing.tags.push('b');
    expect(callKey('Later:find', [changing])).toBe('Later:find:{page:2,tags:[a,b]}');
    expect(callKey('Later:find', [{ page: 1, tags: ['a'] }])).toBe('Later:find:{page:1,tags:[a]}');
  });

  it('tells objects from what their prototype has', () => {
    // oxlint-disable-next-line no-extend-native
    Object.defineProperty(Object.prototype, 'polluted', { value: 1, enumerable: true, configurable: true });
    try {
      for (const value of [{ a: 1 }, { a: 1, polluted: 1 }, { polluted: 1 }, { a: 1 }])
        expect(callKey('A:b', [value])).toBe(referenceKey('A:b', [value]));
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted');
    }
  });
});

describe('headOf', () => {
  it('keeps class and method apart', () => {
    expect(headOf('Books', 'find')).toBe('Books:find');
    expect(headOf('Books:find', 'x')).toBe('"Books:find":x');
  });
});
