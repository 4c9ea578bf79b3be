import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { crc32, crc32OfText } from '../../lib/support/crc32.js';

const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe('CRC-32', () => {
  it('is zlib’s, of any stretch of any bytes, going on from any sum', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), fc.nat(), seed, (bytes, one, other, before) => {
        const [start, end] = [one % (bytes.length + 1), other % (bytes.length + 1)].sort((a, b) => a - b) as [
          number,
          number,
        ];
        fc.pre(start < end);
        expect(crc32(bytes, start, end, before)).toBe(zlibCrc32(bytes.slice(start, end), before));
      }),
    );
  });

  it('of nothing is what came before', () => {
    expect(crc32(new Uint8Array(9), 4, 4, 77)).toBe(77);
  });

  it('is zlib’s, of any text in UTF-8', () => {
    const texts = fc.oneof(fc.string({ maxLength: 200 }), fc.string({ unit: 'binary', maxLength: 200 }));
    fc.assert(fc.property(texts, (text) => expect(crc32OfText(text)).toBe(zlibCrc32(text))));
  });

  it('is what RFC 1952 gives for the usual example', () => {
    expect(crc32OfText('123456789')).toBe(0xcbf43926);
  });
});
