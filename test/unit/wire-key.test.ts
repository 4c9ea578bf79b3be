import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { type WireKind, escapeSegment, isHashed, nameOf, valuePrefix, wireKey } from '../../lib/support/wire-key.js';

const UNITS = [
  'a',
  'D8',
  '00',
  '%',
  '%25',
  '%7B',
  '%uD800',
  '{',
  '}',
  '~',
  ':',
  '/',
  '@',
  ' ',
  '\n',
  '\0',
  '\x7f',
  '\u0085',
];
const MORE = ['*', '?', '[', ']', '\\', 'é', '漢', '\u{1f600}', '\ud83d', '\ude00', '\ufffd', '\u2028', 'v', '.', '..'];
const hostile = fc.oneof(
  fc.string({ unit: fc.constantFrom(...UNITS, ...MORE), maxLength: 8 }),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...UNITS, ...MORE), minLength: 60, maxLength: 120 }),
  fc
    .tuple(fc.constantFrom('x', 'é', '\u{1f600}', ' ', '\ud800'), fc.integer({ min: 20, max: 300 }))
    .map(([unit, times]) => unit.repeat(times)),
);
const kind = fc.constantFrom<WireKind>('v', 'l', 't', 's');
const path = fc
  .tuple(fc.array(hostile, { minLength: 1, maxLength: 2 }), fc.option(hostile))
  .map(([names, tenant]) => names.map(escapeSegment).join('/') + (tenant === null ? '' : `@${escapeSegment(tenant)}`));

describe('escapeSegment', () => {
  it('keeps ordinary names, and spells all else in their alphabet', () => {
    expect(escapeSegment('acme_1.eu-west')).toBe('acme_1.eu-west');
    expect(escapeSegment('a/b@c:d')).toBe('a%2Fb%40c%3Ad');
    expect(escapeSegment('é ~*')).toBe('%C3%A9%20%7E%2A');
    expect(escapeSegment('\ud800')).toBe('%uD800');
    expect(escapeSegment('')).toBe('%');
    fc.assert(fc.property(hostile, (name) => expect(escapeSegment(name)).toMatch(/^[\w.%-]+$/)));
  });

  it('never spells two names alike', () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => expect(escapeSegment(a) === escapeSegment(b)).toBe(a === b)),
      { numRuns: 2000 },
    );
  });
});

describe('wireKey', () => {
  it('never spells two names, kinds or paths alike', () => {
    const part = fc.tuple(path, kind, hostile);
    fc.assert(
      fc.property(fc.array(part, { minLength: 20, maxLength: 30 }), (parts) => {
        const wanted = new Set(parts.map((one) => JSON.stringify(one)));
        expect(new Set(parts.map((one) => wireKey(...one))).size).toBe(wanted.size);
      }),
      { numRuns: 300 },
    );
  });

  it('is at most 250 bytes, without blanks, control characters or lone surrogates, and with one hash tag', () => {
    fc.assert(
      fc.property(path, kind, hostile, (where, what, name) => {
        const key = wireKey(where, what, name);
        expect(Buffer.byteLength(key)).toBeLessThanOrEqual(250);
        expect(key).not.toMatch(/[\s\p{Cc}\p{Cs}]/u);
        expect(key).toMatch(/^[^{}:]+:[vlts]:\{[^{}]+\}$/);
        // Only escapes and the empty name hold a percent sign: a cut never leaves half an escape.
        expect(key.replace(/%u[0-9A-F]{4}|%[0-9A-F]{2}/g, '').replace(/(^|[{@/])%(?=[}@/~:])/g, '$1')).not.toContain(
          '%',
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('gives the name back, unless it is hashed', () => {
    let hashed = 0;
    fc.assert(
      fc.property(path, kind, hostile, (where, what, name) => {
        const key = wireKey(where, what, name);
        if (isHashed(key)) hashed += 1;
        expect(nameOf(key)).toBe(isHashed(key) ? undefined : name);
      }),
      { numRuns: 2000 },
    );
    expect(hashed).toBeGreaterThan(100);
  });

  it('puts the value and its sidecars into one slot', () => {
    fc.assert(
      fc.property(path, hostile, (where, name) => {
        const tags = (['v', 'l', 't', 's'] as const).map((what) => /\{(.+)\}/.exec(wireKey(where, what, name))?.[1]);
        expect(new Set(tags).size).toBe(1);
      }),
    );
  });

  it('is hashed from the first byte that does not fit', () => {
    const room = 250 - 'app:v:{}'.length;
    expect(wireKey('app', 'v', 'x'.repeat(room))).toBe(`app:v:{${'x'.repeat(room)}}`);
    expect(isHashed(wireKey('app', 'v', 'x'.repeat(room + 1)))).toBe(true);
    expect(nameOf(wireKey('app', 'v', 'é'.repeat(room / 2)))).toBe('é'.repeat(room / 2));
    expect(isHashed(wireKey('app', 'v', 'é'.repeat(room / 2 + 1)))).toBe(true);
    expect(isHashed(wireKey('app', 'v', ' '.repeat(room / 2)))).toBe(true);
  });

  it('tells a name from the spelling of a hashed one', () => {
    const inner = /\{(.+)\}/.exec(wireKey('app', 'v', 'x'.repeat(300)))![1]!;
    expect(wireKey('app', 'v', inner)).not.toBe(wireKey('app', 'v', 'x'.repeat(300)));
  });

  it('does not spend its time on what will not be kept', () => {
    const huge = ' '.repeat(4_000_000);
    const start = performance.now();
    expect(isHashed(wireKey('app', 'v', huge))).toBe(true);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('nameOf', () => {
  it.each([
    '',
    'app',
    'app:v:name',
    'app:x:{name}',
    'app:v:{}',
    'app:v:{a b}',
    'app:v:{a%}',
    'app:v:{%61}',
    'app:v:{%7b}',
    'app:v:{%FF}',
    'app:v:{%u0041}',
    'app:v:{%uD83D%uDE00}',
    'app:v:{a}b',
    'app:v:{a\n}',
    'a pp:v:{a}',
    'app:v:{\ud800}',
  ])('is undefined for a key that is not ours: %j', (key) => {
    expect(nameOf(key)).toBeUndefined();
  });
});

describe('valuePrefix', () => {
  it('begins the values of its own path and nothing else, without glob characters', () => {
    fc.assert(
      fc.property(path, path, kind, hostile, (where, other, what, name) => {
        expect(valuePrefix(where)).not.toMatch(/[*?[\]\\^]/);
        expect(wireKey(other, what, name).startsWith(valuePrefix(where))).toBe(other === where && what === 'v');
      }),
      { numRuns: 1000 },
    );
  });
});
