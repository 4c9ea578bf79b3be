import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { deflateRawSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';

import { createCompressor, everyCompressor } from '../../lib/codecs/compression/compressors.js';
import type { Compressor } from '../../lib/contracts/compressor.js';
import { CacheFormatError } from '../../lib/support/errors.js';
import { findZstd } from '../../lib/support/zstd.js';
import { PayloadCompression } from '../../lib/wrappers/encoded/payload-compression.js';

const MIB = 1_048_576;
const compressors = everyCompressor();

function outcome(compressor: Compressor, bytes: Uint8Array, maxBytes = MIB): 'value' | 'refused' {
  try {
    expect(compressor.decompress(bytes, maxBytes).length).toBeLessThanOrEqual(maxBytes);
    return 'value';
  } catch (error) {
    expect(error).toBeInstanceOf(CacheFormatError);
    return 'refused';
  }
}

describe.each(compressors.map((compressor) => [compressor.name, compressor] as const))('%s', (_, compressor) => {
  it('gives back what it was given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), (bytes) => {
        expect(Buffer.from(compressor.decompress(compressor.compress(bytes), MIB))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('inflates up to the limit and no byte more', () => {
    const bytes = compressor.compress(Buffer.alloc(100_000, 'a'));
    expect(bytes.length).toBeLessThan(1_000);
    expect(outcome(compressor, bytes, 100_000)).toBe('value');
    expect(outcome(compressor, bytes, 99_999)).toBe('refused');
    const bomb = compressor.compress(Buffer.alloc(64 * MIB));
    expect(outcome(compressor, bomb)).toBe('refused');
  });

  it('throws CacheFormatError on bytes of others, and on cut ones', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void outcome(compressor, bytes)));
    const whole = compressor.compress(Buffer.from(JSON.stringify(Array.from({ length: 200 }, (__, id) => ({ id })))));
    for (let length = 0; length < whole.length; length += 1) {
      expect(outcome(compressor, whole.subarray(0, length))).toBe('refused');
    }
  });
});

describe('the compressors', () => {
  it('have the ids of the wire format', () => {
    const ids = Object.fromEntries(compressors.map(({ name, id }) => [name, id]));
    expect(ids).toEqual({ deflate: 1, gzip: 2, brotli: 3, ...(findZstd() ? { zstd: 4 } : {}) });
    expect(createCompressor('zstd', undefined)?.id).toBe(findZstd() ? 4 : undefined);
  });

  it('take a level', () => {
    const text = Buffer.from(Array.from({ length: 2_000 }, (_, id) => `row ${id % 97} of ${id}`).join());
    for (const { name } of compressors) {
      const [low, high] = [1, 9].map((level) => createCompressor(name as 'gzip', level)!.compress(text).length);
      expect(high).not.toBe(low);
    }
  });
});

describe('a payload', () => {
  const [deflate] = compressors;
  const parts = { writer: deflate, readers: compressors, threshold: 100, maxInflatedBytes: MIB };
  const compression = new PayloadCompression(parts);

  it('is compressed above the threshold only', () => {
    expect(compression.pack(Buffer.alloc(100)).compressionId).toBe(0);
    expect(compression.pack(Buffer.alloc(101)).compressionId).toBe(1);
    const off = new PayloadCompression({ ...parts, writer: undefined });
    expect(off.pack(Buffer.alloc(5_000)).compressionId).toBe(0);
  });

  it('is never stored larger than it is', () => {
    const noise = randomBytes(5_000);
    expect(compression.pack(noise)).toEqual({ compressionId: 0, payload: noise });
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 90, maxLength: 400 }), (payload) => {
        for (const writer of compressors) {
          const packed = new PayloadCompression({ ...parts, writer }).pack(payload);
          expect(packed.payload.length).toBeLessThanOrEqual(payload.length);
          expect(Buffer.from(compression.unpack(packed))).toEqual(Buffer.from(payload));
        }
      }),
    );
  });

  it('is stored plain when nobody would inflate it again', () => {
    const payload = Buffer.alloc(MIB + 1);
    expect(compression.pack(payload).compressionId).toBe(0);
    expect(compression.unpack({ compressionId: 0, payload })).toBe(payload);
  });

  it('is read whatever it was compressed with, also by a process that compresses nothing', () => {
    const off = new PayloadCompression({ ...parts, writer: undefined });
    const text = Buffer.alloc(500, 'text ');
    expect(off.unpack({ compressionId: 1, payload: deflateRawSync(text) })).toEqual(text);
    expect(off.unpack({ compressionId: 2, payload: gzipSync(text) })).toEqual(text);
    const unknown = (): unknown => off.unpack({ compressionId: 9, payload: text });
    expect(unknown).toThrow(expect.objectContaining({ name: 'CacheFormatError', reason: 'format' }));
  });
});

describe('what compression has done', () => {
  it('is counted: values that were tried, what they weighed before and after, and the time', () => {
    const compression = new PayloadCompression({
      writer: createCompressor('deflate', undefined),
      readers: everyCompressor(),
      threshold: 100,
      maxInflatedBytes: MIB,
    });
    const text = Buffer.alloc(10_000, 'a');
    const noise = randomBytes(10_000);
    const { length } = compression.pack(text).payload;
    compression.pack(noise);
    compression.pack(Buffer.alloc(100, 'a'));
    expect(compression.usage).toMatchObject({ values: 2, bytesIn: 20_000, bytesOut: length + 10_000 });
    expect(compression.usage.time).toBeGreaterThan(0);
  });
});
