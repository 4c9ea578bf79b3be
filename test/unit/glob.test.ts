import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { compileGlob, escapeGlob, literalPrefix } from '../../lib/support/glob.js';

/** Written for the eye: tries everything. */
function naive(pattern: readonly string[], key: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return key.length === 0;
  if (first === '*') return key.some((_, index) => naive(rest, key.slice(index))) || naive(rest, []);
  const [head, ...tail] = key;
  if (first === '\\' && rest.length > 0) return head === rest[0] && naive(rest.slice(1), tail);
  if (first === '[') {
    const set = classOf(rest);
    if (set) return head !== undefined && set.has(head) && naive(rest.slice(set.length), tail);
  }
  return head !== undefined && (first === '?' || first === head) && naive(rest, tail);
}

function classOf(after: readonly string[]): { has(character: string): boolean; length: number } | undefined {
  const members: string[] = [];
  const literal: boolean[] = [];
  for (let at = 0; at < after.length; at++) {
    if (after[at] === ']') {
      const negated = !literal[0] && (members[0] === '^' || members[0] === '!');
      if (negated) members.splice(0, 1);
      if (negated) literal.splice(0, 1);
      return { length: at + 1, has: (character) => negated !== isMember(members, literal, character) };
    }
    const escaped = after[at] === '\\' && at + 1 < after.length;
    if (escaped) at += 1;
    members.push(after[at]!);
    literal.push(escaped);
  }
  return undefined;
}

function isMember(members: readonly string[], literal: readonly boolean[], character: string): boolean {
  const code = character.codePointAt(0)!;
  for (let at = 0; at < members.length; at++) {
    const from = members[at]!.codePointAt(0)!;
    if (members[at + 1] === '-' && !literal[at + 1] && at + 2 < members.length) {
      const to = members[at + 2]!.codePointAt(0)!;
      if (code >= Math.min(from, to) && code <= Math.max(from, to)) return true;
      at += 2;
    } else if (code === from) return true;
  }
  return false;
}

const CHARACTERS = ['a', 'b', 'c', ':', '\n', '\u{1f600}', '-', '^', '!', ']'];
const key = fc.string({ unit: fc.constantFrom(...CHARACTERS, '*', '[', '\\', '\ud83d'), maxLength: 8 });
const pattern = fc.string({
  unit: fc.constantFrom(...CHARACTERS, '*', '*', '?', '[', '[a-', '[^', '[!', '\\', 'a', ']'),
  maxLength: 8,
});

describe('compileGlob', () => {
  it.each<[string, string, boolean]>([
    ['user:*', 'user:1:name', true],
    ['user:*', 'user:', true],
    ['user:*', 'user', false],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['a*c', 'a:\n:c', true],
    ['?', '\u{1f600}', true],
    ['??', '\u{1f600}', false],
    ['?', '\n', true],
    ['[abc]x', 'bx', true],
    ['[a-c]', 'c', true],
    ['[c-a]', 'b', true],
    ['[^a]', 'a', false],
    ['[!a]', 'b', true],
    ['[!a]', '!', true],
    ['[a!]', '!', true],
    ['[^]', 'x', true],
    ['[]', 'x', false],
    ['[]', '[]', false],
    ['[\\]]', ']', true],
    ['[a\\-c]', 'b', false],
    ['[a-]', '-', true],
    ['[-a]', '-', true],
    ['[\u{1f600}-\u{1f64f}]', '\u{1f610}', true],
    ['[abc', '[abc', true],
    ['[abc', 'a', false],
    ['a]', 'a]', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['a\\', 'a\\', true],
    ['A', 'a', false],
    ['{a,b}', 'a', false],
    ['a.c', 'abc', false],
    ['\ud83d*', '\u{1f600}', false],
    ['*\ude00', '\u{1f600}', false],
    ['**a**', 'bab', true],
  ])('%j for %j is %j', (glob, name, expected) => {
    expect(compileGlob(glob)(name)).toBe(expected);
  });

  it('agrees with the naive matcher', () => {
    let matched = 0;
    fc.assert(
      fc.property(pattern, key, (glob, name) => {
        const expected = naive(Array.from(glob), Array.from(name));
        if (expected) matched += 1;
        expect(compileGlob(glob)(name)).toBe(expected);
      }),
      { numRuns: 20_000 },
    );
    expect(matched).toBeGreaterThan(500);
  });

  it('does not backtrack without end', () => {
    const start = performance.now();
    expect(compileGlob('*a*a*a*a*a*a*a*b')('a'.repeat(100_000))).toBe(false);
    expect(compileGlob('*?*?*?*?[b]')('a'.repeat(100_000))).toBe(false);
    expect(compileGlob('['.repeat(100_000))('a')).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('escapeGlob', () => {
  it('makes a pattern that matches the text and nothing else', () => {
    expect(escapeGlob('a*[b]?\\')).toBe('a\\*\\[b\\]\\?\\\\');
    fc.assert(
      fc.property(key, key, (text, other) => {
        expect(compileGlob(escapeGlob(text))(text)).toBe(true);
        expect(compileGlob(escapeGlob(text))(other)).toBe(text === other);
        expect(compileGlob(`${escapeGlob(text)}*`)(`${text}z`)).toBe(true);
      }),
    );
  });
});

describe('literalPrefix', () => {
  it('is what stands before the first special character', () => {
    expect(literalPrefix('user:\\*:[ab]')).toBe('user:*:');
    expect(literalPrefix('plain')).toBe('plain');
    expect(literalPrefix('[open')).toBe('[open');
    expect(literalPrefix('*')).toBe('');
  });

  it('begins every key that matches', () => {
    fc.assert(
      fc.property(pattern, key, (glob, name) => {
        fc.pre(compileGlob(glob)(name));
        expect(name.startsWith(literalPrefix(glob))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
