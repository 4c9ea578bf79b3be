import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { longNumbers } from '../../../lib/adapters/http-call/long-numbers.js';

describe('longNumbers', () => {
  it.each([
    ['{"n":1,"seed":9007199254740993,"t":[0.5]}', ['9007199254740993']],
    ['{"a":-12345678901234567,"b":[1e999, 2E-400]}', ['-12345678901234567', '1e999', '2E-400']],
    ['{"a":0.12345678901234567}', ['0.12345678901234567']],
    ['{"a":123456789012345,"b":1e99,"c":0.1}', []],
    ['{"a":"9007199254740993"}', []],
    [String.raw`{"a":"\\","b":9007199254740993,"c":"\"9007199254740993"}`, ['9007199254740993']],
    ['9007199254740993', ['9007199254740993']],
    ['"9007199254740993', []],
  ])('of %s are %j', (text, found) => {
    expect(longNumbers(text)).toEqual(found);
  });

  it('are never taken from strings, and never missed beside them', () => {
    const text = fc.string({ unit: fc.constantFrom('"', '\\', '1', '1234567890123456', 'e999', '{', ' ') });
    fc.assert(
      fc.property(fc.array(text), (texts) => {
        expect(longNumbers(JSON.stringify(texts))).toEqual([]);
        const json = `[${texts.map((one) => `${JSON.stringify(one)},9007199254740993`).join(',')}]`;
        expect(longNumbers(json)).toHaveLength(texts.length);
      }),
    );
  });
});
