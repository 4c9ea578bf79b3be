import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import 'reflect-metadata';

import type { KeyInput } from '../../lib/contracts/key-generator.js';
import { CacheKeyGenerator } from '../../lib/nest/key-generator.js';
import { CacheKeyError, CacheUsageError } from '../../lib/support/errors.js';

const generator = new CacheKeyGenerator();
const find = (...args: unknown[]): string => generator.generate({ className: 'UserService', methodName: 'find', args });
const sha256 = (text: string): string => CacheKeyGenerator.computeHash(text);

describe('generate', () => {
  it('reads as the call', () => {
    expect(find()).toBe('UserService:find');
    expect(find(42, { lang: 'en' })).toBe('UserService:find:42:{lang:en}');
    expect(find('42', undefined)).toBe('UserService:find:"42":undefined');
  });

  it('has the prefix stand, as it is, for class and method', () => {
    const source = { className: 'UserService', methodName: 'find', prefix: 'document:parse' };
    expect(generator.generate({ ...source, args: ['abc123'] })).toBe('document:parse:abc123');
    expect(generator.generate({ ...source, args: [] })).toBe('document:parse');
    expect(() => generator.generate({ ...source, prefix: '', args: [] })).toThrow(CacheUsageError);
  });

  it('gives different numbers of arguments different keys', () => {
    expect(new Set([find(), find(undefined), find(undefined, undefined), find(''), find(null)]).size).toBe(5);
  });

  it('hashes the arguments of a key of more than 200 characters', () => {
    const fits = 'x y'.repeat(60); // 'UserService:find:' + 180 + 2 quotes = 199
    expect(find(fits)).toHaveLength(199);
    expect(find(`${fits}z`)).toHaveLength(200);
    expect(find(`${fits}zz`)).toBe(`UserService:find:#${sha256(`"${fits}zz"`)}.184`);
    expect(find({ a: fits, b: fits })).toBe(`UserService:find:#${sha256(`{a:"${fits}",b:"${fits}"}`)}.371`);
  });

  it('hashes a long text as it is, and tells it from arguments whose text it spells', () => {
    const long = 'lorem ipsum '.repeat(100);
    expect(find(long)).toBe(`UserService:find:#${sha256(long)}.1200s`);
    const list = Array.from({ length: 700 }, (_, index) => index);
    const spelled = `[${list.join()}]`;
    expect(find(list)).toBe(`UserService:find:#${sha256(spelled)}.${spelled.length}`);
    expect(find(spelled)).not.toBe(find(list));
    expect(find('\ud800'.repeat(2000))).not.toBe(find('\ufffd'.repeat(2000)));
  });

  it('keeps class, method and arguments apart when their names hold separators', () => {
    const of = (className: string, methodName: string, ...args: unknown[]): string =>
      generator.generate({ className, methodName, args });
    expect(of('A', 'find:1')).toBe('A:"find:1"');
    expect(of('A', 'find', 1)).toBe('A:find:1');
    expect(of('A:find', '1')).toBe('"A:find":1');
    expect(of('A', '#a')).toBe('A:"#a"');
    expect(of('A', '"#a"')).toBe('A:"\\"#a\\""');
  });

  it('is injective over class, method and arguments', () => {
    const name = fc.constantFrom(
      'A',
      'find',
      'A:find',
      'find:1',
      'A:',
      ':',
      '#',
      '#a',
      '"A"',
      '',
      'größe',
      '1',
      '\ud800',
      '\ufffd',
    );
    const argument = fc.constantFrom<unknown>(
      1,
      '1',
      'find',
      'A:find',
      [1],
      '[1]',
      undefined,
      '#',
      ':',
      '"',
      'x'.repeat(250),
      'x '.repeat(999),
    );
    const source: fc.Arbitrary<KeyInput> = fc.record({
      className: name,
      methodName: name,
      args: fc.array(argument, { maxLength: 3 }),
    });
    // Told apart by something that is injective for these values, and no key of ours.
    const identity = (call: KeyInput): string =>
      JSON.stringify([call.className, call.methodName, call.args.map((arg) => [typeof arg, arg])]);
    fc.assert(
      fc.property(fc.array(source, { minLength: 30, maxLength: 30 }), (calls) => {
        const identities = new Set(calls.map(identity));
        const keys = new Set(calls.map((call) => generator.generate(call)));
        expect(keys.size).toBe(identities.size);
      }),
      { numRuns: 200 },
    );
  });

  it('is at most 200 characters long whatever the arguments are, for ordinary names', () => {
    fc.assert(
      fc.property(fc.array(fc.anything({ withBigInt: true, withDate: true, withMap: true })), (args) => {
        expect(find(...args).length).toBeLessThanOrEqual(200);
      }),
    );
  });

  it('names the argument that has no identity, counted from 0', () => {
    const save = (): void => {};
    expect(() => find(1, { user: { save } })).toThrow(CacheKeyError);
    expect(() => find(1, { user: { save } })).toThrow('argument 1.user.save is a function');
    expect(() => find(0, 1, 2, 3, 4, 5, 6, 7, 8, save)).toThrow('argument 9 is a function');
  });

  it('keeps its memory of names bounded', () => {
    for (let index = 0; index < 2500; index++) {
      expect(generator.generate({ className: `C${index}`, methodName: 'm', args: [] })).toBe(`C${index}:m`);
      expect(generator.generate({ className: 'C', methodName: `m${index}`, args: [] })).toBe(`C:m${index}`);
    }
  });

  it('can be extended', () => {
    class Versioned extends CacheKeyGenerator {
      override generate(source: KeyInput): string {
        return `v2:${super.generate(source)}`;
      }
    }
    expect(new Versioned().generate({ className: 'A', methodName: 'b', args: [1] })).toBe('v2:A:b:1');
  });
});

describe('ready-made keys', () => {
  it('are these', () => {
    expect(CacheKeyGenerator.documentParse('abc')).toBe('document:parse:abc');
    expect(CacheKeyGenerator.ocrExtract('abc')).toBe('ocr:extract:abc');
    expect(CacheKeyGenerator.imageAnalysis('abc', 'faces')).toBe('image:faces:abc');
    expect(CacheKeyGenerator.validation('abc', 'iban')).toBe('validation:iban:abc');
    expect(CacheKeyGenerator.riskScore('credit', 'urn:user:1')).toBe('risk:credit:urn:user:1');
  });

  it('refuse empty parts, what is no string, and a colon where it would shift the parts', () => {
    expect(() => CacheKeyGenerator.documentParse('')).toThrow(CacheUsageError);
    expect(() => CacheKeyGenerator.ocrExtract(undefined as never)).toThrow('The image hash is of type undefined');
    expect(() => CacheKeyGenerator.imageAnalysis('abc', 'a:b')).toThrow('cannot hold a colon');
    expect(() => CacheKeyGenerator.imageAnalysis('abc', '')).toThrow('The kind of analysis is empty');
    expect(() => CacheKeyGenerator.validation('', 'iban')).toThrow(CacheUsageError);
    expect(() => CacheKeyGenerator.riskScore('a:b', '1')).toThrow(CacheUsageError);
  });

  it('never collide', () => {
    const part = fc.string({ unit: fc.constantFrom('a', ':', 'parse', '#'), minLength: 1, maxLength: 3 });
    const make = (type: string, id: string): string | undefined => {
      try {
        return CacheKeyGenerator.riskScore(type, id);
      } catch {
        return undefined;
      }
    };
    fc.assert(
      fc.property(part, part, part, part, (type, id, otherType, otherId) => {
        const [key, other] = [make(type, id), make(otherType, otherId)];
        fc.pre(key !== undefined && other !== undefined);
        expect(key === other).toBe(type === otherType && id === otherId);
      }),
    );
  });
});
