import { expect, it } from '@jest/globals';
import { CacheKeyError, CacheKeyGenerator } from 'nestjs-cached';

const keys = new CacheKeyGenerator();
const keyOf = (...args: unknown[]): string => keys.generate({ className: 'Books', methodName: 'find', args });

it('tells arguments apart by type and value', () => {
  expect(keyOf()).toBe('Books:find');
  expect(keyOf(1)).toBe('Books:find:1');
  expect(keyOf('1')).toBe('Books:find:"1"');
  expect(keyOf(1n)).toBe('Books:find:1n');
  expect(keyOf('abc', undefined)).toBe('Books:find:abc:undefined');
  expect(keyOf({ page: 2, lang: 'en' })).toBe('Books:find:{lang:en,page:2}');
  expect(keyOf([1, [2]])).toBe('Books:find:[1,[2]]');
  expect(keyOf(new Date(0))).toBe('Books:find:Date(1970-01-01T00:00:00.000Z)');
  expect(keyOf(new Set(['b', 'a']))).toBe('Books:find:Set(a,b)');
  expect(keyOf(Buffer.from('ff00', 'hex'))).toBe('Books:find:Buffer(ff00)');
});

it('keeps long keys short', () => {
  expect(keyOf('x'.repeat(3_000))).toMatch(/^Books:find:#[0-9a-f]{64}\.3000s$/);
  expect(keyOf(Array.from({ length: 200 }, (_, index) => index))).toMatch(/^Books:find:#[0-9a-f]{64}\.\d+$/);
});

it('refuses what has no identity, by name', () => {
  expect(() => keyOf({ user: { save: () => {} } })).toThrow(CacheKeyError);
  expect(() => keyOf({ user: { save: () => {} } })).toThrow('argument 0.user.save is a function');
});
