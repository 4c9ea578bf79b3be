import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { CacheValueError } from '../../lib/support/errors.js';
import { createIsolation } from '../../lib/support/isolation.js';
import { jsonData, richValue, seen, spoil } from '../support/rich-values.js';

const anyValue = fc.oneof(richValue, jsonData);
const modes = ['clone', 'freeze'] as const;

describe.each(modes)('isolation %s', (mode) => {
  const isolation = createIsolation(mode, 'plain');

  it('gives back what it was given, and never what somebody spoiled', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const before = seen(value);
        const kept = isolation.keep(value);
        spoil(value);
        const first = isolation.give(kept);
        expect(seen(first)).toEqual(before);
        spoil(first);
        const second = isolation.give(kept);
        expect(seen(second)).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses what cannot be kept', () => {
    expect(() => isolation.keep({ save: () => 1 })).toThrow(CacheValueError);
    expect(() => createIsolation(mode, 'refuse').keep(new (class User {})())).toThrow('$ is an instance of User');
  });

  it('keeps an own key __proto__ data', () => {
    const value: unknown = JSON.parse('{"__proto__":{"a":[1]},"b":{"__proto__":2}}');
    const given = isolation.give(isolation.keep(value));
    expect(seen(given)).toEqual(seen(value));
    expect(Object.getPrototypeOf(given)).toBe(Object.prototype);
  });
});

describe('isolation clone', () => {
  const isolation = createIsolation('clone', 'plain');

  it('gives every caller containers of its own, at every level', () => {
    const kept = isolation.keep({ a: { b: [[1]] }, long: Array.from({ length: 100 }, (_, at) => at), at: new Date(1) });
    const [one, two] = [isolation.give(kept), isolation.give(kept)] as {
      a: { b: unknown[][] };
      long: number[];
      at: Date;
    }[];
    expect(one).toEqual(two);
    expect(one!.a).not.toBe(two!.a);
    expect(one!.a.b).not.toBe(two!.a.b);
    expect(one!.a.b[0]).not.toBe(two!.a.b[0]);
    expect(one!.long).not.toBe(two!.long);
    expect(one!.at).not.toBe(two!.at);
  });

  it('copies what is nested in long arrays', () => {
    const kept = isolation.keep(Array.from({ length: 100 }, (_, at) => ({ at })));
    (isolation.give(kept) as { at: number }[])[50]!.at = -1;
    expect((isolation.give(kept) as { at: number }[])[50]).toEqual({ at: 50 });
  });

  it('gives values that are not frozen', () => {
    const given = isolation.give(isolation.keep(Object.freeze({ a: Object.freeze([1]) }))) as { a: number[] };
    given.a.push(2);
    expect(given).toEqual({ a: [1, 2] });
  });
});

describe('isolation freeze', () => {
  const isolation = createIsolation('freeze', 'plain');

  it('shares plain data, frozen to the ground', () => {
    fc.assert(
      fc.property(jsonData, (value) => {
        const kept = isolation.keep(value);
        const given = isolation.give(kept);
        expect(Object.is(isolation.give(kept), given)).toBe(true);
        everyPart(given, (part) => expect(Object.isFrozen(part)).toBe(true));
      }),
    );
  });

  it('leaves the original unfrozen', () => {
    const value = { a: [1] };
    isolation.keep(value);
    expect(Object.isFrozen(value) || Object.isFrozen(value.a)).toBe(false);
  });

  it('copies the way to what freezing cannot protect, and shares the rest', () => {
    const kept = isolation.keep({
      rest: { a: [1] },
      way: [{ at: new Date(1), beside: { b: 1 } }],
      map: new Map([['k', { c: 1 }]]),
    });
    type Given = { rest: object; way: { at: Date; beside: object }[]; map: Map<string, object> };
    const [one, two] = [isolation.give(kept), isolation.give(kept)] as [Given, Given];
    expect(one.rest).toBe(two.rest);
    expect(one.way[0]!.beside).toBe(two.way[0]!.beside);
    expect(one.map.get('k')).toBe(two.map.get('k'));
    expect(one.way[0]!.at).not.toBe(two.way[0]!.at);
    expect(one.map).not.toBe(two.map);
    for (const part of [one, one.rest, one.way, one.way[0], one.way[0]!.beside, one.map.get('k')]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });
});

describe('isolation freeze, with names that every object knows', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'keeps an own %s data, and freezes it',
    (name) => {
      const value: unknown = JSON.parse(`{"a":{"${name}":{"b":[1]}},"c":[{"${name}":2}]}`);
      const isolation = createIsolation('freeze', 'plain');
      const given = isolation.give(isolation.keep(value));
      expect(seen(given)).toEqual(seen(value));
      everyPart(given, (part) => expect(Object.isFrozen(part)).toBe(true));
    },
  );
});

describe('isolation share', () => {
  const isolation = createIsolation('share', 'plain');

  it('changes nothing in what it looks through', () => {
    const inner = Object.freeze({ list: [1], text: 'x' });
    const value = {
      boxed: Object(1) as unknown,
      sealed: Object.seal({ inner }),
      get now() {
        return this.sealed;
      },
    };
    const before = Object.getOwnPropertyDescriptors(value);
    const kept = isolation.keep(value);
    expect(Object.getOwnPropertyDescriptors(value)).toEqual(before);
    expect(isolation.give(kept)).toBe(value);
    expect(kept.bytes).toBe(createIsolation('clone', 'plain').keep(value).bytes);
  });

  it.each<[string, object, string]>([
    [
      'a getter that throws',
      {
        a: {
          get b(): never {
            throw new Error('no');
          },
        },
      },
      '$.a.b is a getter that throws',
    ],
    ['a symbol as a key', { a: [{ [Symbol('s')]: 1 }] }, '$.a[0] is an object with a symbol as a key'],
    ['a function', { a: { b: () => 1 } }, '$.a.b is a function'],
  ])('names %s by its path', (_, value, message) => {
    expect(() => isolation.keep(value)).toThrow(message);
  });

  it('lets be a symbol that nobody lists, and what a prototype has', () => {
    const hidden = Object.defineProperty({ a: 1 }, Symbol('s'), { value: 1 });
    expect(isolation.give(isolation.keep(hidden))).toBe(hidden);
    const heir = Object.assign(Object.create({ inherited: () => 1 }) as object, { a: 1 });
    expect(isolation.give(isolation.keep(heir))).toBe(heir);
  });

  it('gives the reference, class and all', () => {
    class User {
      name = 'Ada';
    }
    const user = new User();
    expect(isolation.give(isolation.keep(user))).toBe(user);
    expect(isolation.keep(user).bytes).toBeGreaterThan(0);
  });

  it('still refuses what no other backend could keep', () => {
    expect(() => isolation.keep([() => 1])).toThrow('$[0] is a function');
  });
});

function everyPart(value: unknown, check: (part: object) => void): void {
  if (typeof value !== 'object' || value === null) return;
  check(value);
  for (const part of Object.values(value) as unknown[]) everyPart(part, check);
}
