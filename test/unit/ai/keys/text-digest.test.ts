import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';

import { digestOfText } from '../../../../lib/ai/keys/text-digest.js';
import { sha256 } from '../../../../lib/support/sha256.js';

const SLICE = 65_536;
const utf8 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

describe('digestOfText', () => {
  it('is SHA-256 of the UTF-8, wherever the slices end', () => {
    fc.assert(
      fc.property(fc.integer({ min: SLICE - 3, max: SLICE + 3 }), fc.integer({ min: 0, max: 4 }), (before, pairs) => {
        const text = 'a'.repeat(before) + '😀'.repeat(pairs) + 'é'.repeat(SLICE) + '😀';
        expect(digestOfText(text)).toBe(utf8(text));
      }),
      { numRuns: 40 },
    );
    const onlyPairs = `a${'😀'.repeat(SLICE)}`;
    expect(digestOfText(onlyPairs)).toBe(utf8(onlyPairs));
    expect(digestOfText('')).toBe(utf8(''));
  });

  it('tells ill-formed texts from each other and from their replacement', () => {
    const long = 'a'.repeat(2 * SLICE);
    const texts = [`${long}\ud800`, `${long}\udc00`, `${long}\ufffd`, `\ud800${long}`, `${long}\udc00\ud800`];
    expect(new Set(texts.map(digestOfText)).size).toBe(texts.length);
    for (const text of texts) expect(digestOfText(text)).toBe(sha256(text));
  });
});
