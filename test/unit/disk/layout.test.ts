import { Buffer } from 'node:buffer';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  decodeHeader,
  encodeHeader,
  HEADER_BYTES,
  isHashedSpelling,
  numberAt,
  numberKey,
  spellKey,
} from '../../../lib/backends/disk/layout.js';

describe('the spelling of keys on disk', () => {
  it('is the key itself where LMDB takes it', () => {
    expect(spellKey('app:v:{book:7}').bytes.toString()).toBe('app:v:{book:7}');
    expect(spellKey('k'.repeat(1_978)).whole).toBeUndefined();
  });

  it.each([
    ['', 'nothing'],
    ['k'.repeat(1_979), 'too long'],
    ['中'.repeat(700), 'too long in UTF-8'],
    ['\ud800', 'no UTF-8'],
  ])('is a hash, with the whole key beside it, of %#: %s', (key) => {
    const { bytes, whole } = spellKey(key);
    expect(isHashedSpelling(bytes)).toBe(true);
    expect(bytes).toHaveLength(33);
    expect(whole?.toString('utf16le')).toBe(key);
  });

  it('never makes one of two keys', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
        fc.pre(one !== other);
        expect(spellKey(one).bytes.equals(spellKey(other).bytes)).toBe(false);
      }),
    );
    expect(spellKey('\ud800').bytes.equals(spellKey('\ufffd').bytes)).toBe(false);
  });
});

describe('numbers on disk', () => {
  it('come back, and sort as their bytes do', () => {
    const numbers = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(numbers, numbers, (one, other) => {
        expect(numberAt(numberKey(one, other), 8)).toBe(other);
        expect(Math.sign(Buffer.compare(numberKey(one), numberKey(other)))).toBe(Math.sign(one - other));
      }),
    );
  });
});

describe('the header of an entry', () => {
  it('comes back', () => {
    for (const expiresAt of [Infinity, 1_763_000_000_000.25]) {
      const header = { id: 2 ** 40 + 1, expiresAt, size: 5, wholeKeySize: 2, isInParts: false };
      expect(decodeHeader(Buffer.concat([encodeHeader(header), Buffer.alloc(7)]))).toEqual(header);
    }
  });

  it('is none where the bytes do not fit to it', () => {
    const header = encodeHeader({ id: 1, expiresAt: Infinity, size: 5, wholeKeySize: 0, isInParts: false });
    expect(decodeHeader(Buffer.concat([header, Buffer.alloc(4)]))).toBeUndefined();
    expect(decodeHeader(header.subarray(0, HEADER_BYTES - 1))).toBeUndefined();
  });
});
