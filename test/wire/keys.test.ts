import { describe, expect, it } from '@jest/globals';

import { type WireKind, escapeSegment, isHashed, nameOf, valuePrefix, wireKey } from '../../lib/support/wire-key.js';

/**
 * Frozen. What is stored today has these keys, and other versions of the library, of this day or of next year, look for them
 * there. A change here is a new wire format: it needs a new version of it, and a way to read the old one.
 */
const EXAMPLES: readonly (readonly [path: string, kind: WireKind, name: string, key: string])[] = [
  ['cache', 'v', 'UserService:find:42:{lang:en}', 'cache:v:{UserService:find:42:%7Blang:en%7D}'],
  ['cache', 'l', 'UserService:find:42:{lang:en}', 'cache:l:{UserService:find:42:%7Blang:en%7D}'],
  ['cache', 'v', 'document:parse:abc123', 'cache:v:{document:parse:abc123}'],
  ['app/orders@acme', 't', 'order:7', 'app/orders@acme:t:{order:7}'],
  ['app@a%2Fb', 's', '', 'app@a%2Fb:s:{%}'],
  ['app', 'v', '100% ~ done\n', 'app:v:{100%25%20%7E%20done%0A}'],
  ['app', 'v', 'größe 漢字 \u{1f600}', 'app:v:{größe%20漢字%20\u{1f600}}'],
  ['app', 'v', '\ud800\x7f\u00a0\u0085', 'app:v:{%uD800%7F%C2%A0%C2%85}'],
];

const HASHED: typeof EXAMPLES = [
  [
    'app',
    'v',
    'x'.repeat(300),
    `app:v:{${'x'.repeat(40)}~0d4e2ca9e9cbced7a7a5380eb29e1a3783b9b6d0db72de36a1051038e1c1fbc7.300}`,
  ],
  [
    'app',
    'v',
    `${'a b'.repeat(20)}${'y'.repeat(200)}`,
    `app:v:{${'a%20b'.repeat(8)}~d294d776122cc663359e812becb6bbd21dc6dd45c11a8ae74da3fd1a2fc8bd0d.260}`,
  ],
  [
    'app',
    'v',
    '\u{1f600}'.repeat(100),
    `app:v:{${'\u{1f600}'.repeat(40)}~a7e0f4a3cea486e31d501a7054ed6a3c9ab8f08e74e5bfa6b1d3014c0b884b81.200}`,
  ],
  [
    'app',
    'v',
    `\ud800${'x'.repeat(300)}`,
    `app:v:{%uD800${'x'.repeat(34)}~8ce8db9fa7db9682e2ee8960d28e5282708d1bf8fe1de945befafa2d4a5cc2a2.301}`,
  ],
  [
    `app@${'t'.repeat(200)}`,
    'v',
    'k',
    `app@${'t'.repeat(36)}~1f2894dcb651f0b0ae3d0fe0bd6eb1f3fd9d41eecae64edf170e4e3aa0191466.204:v:{k}`,
  ],
];

describe('wire keys', () => {
  it.each([...EXAMPLES, ...HASHED])('%s %s %j', (path, kind, name, key) => {
    expect(wireKey(path, kind, name)).toBe(key);
  });

  it.each(EXAMPLES)('%s %s %j is read back', (_path, _kind, name, key) => {
    expect(nameOf(key)).toBe(name);
    expect(isHashed(key)).toBe(false);
  });

  it('of hashed names are known as such', () => {
    expect(HASHED.map(([, , , key]) => isHashed(key))).toEqual([true, true, true, true, false]);
  });

  it('of tenants and namespaces', () => {
    expect(escapeSegment('acme')).toBe('acme');
    expect(escapeSegment('a/b@c:{d}')).toBe('a%2Fb%40c%3A%7Bd%7D');
    expect(escapeSegment('../*')).toBe('..%2F%2A');
    expect(escapeSegment('日本')).toBe('%E6%97%A5%E6%9C%AC');
    expect(escapeSegment('\udc00')).toBe('%uDC00');
    expect(escapeSegment('')).toBe('%');
  });

  it('of values begin with', () => {
    expect(valuePrefix('app/orders@acme')).toBe('app/orders@acme:v:{');
  });
});
