import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { CacheFormatError, CacheValueError } from 'nestjs-cached';
import { vectorCodec } from 'nestjs-cached/ai';
import { testCache } from '../../../support/caches.js';

describe('vectorCodec', () => {
  it('gives back the very elements, wherever the bytes lie, in memory of their own', () => {
    fc.assert(
      fc.property(fc.float32Array(), fc.nat(7), (vector, offset) => {
        const bytes = vectorCodec.encode(vector);
        const around = Buffer.alloc(bytes.length + offset + 3, 0xff);
        around.set(bytes, offset);
        const read = vectorCodec.decode(around.subarray(offset, offset + bytes.length)) as Float32Array;
        expect(read).toEqual(vector);
        expect(read.buffer.byteLength).toBe(bytes.length);
        around.fill(0);
        expect(read).toEqual(vector);
      }),
    );
  });

  it('is frozen: little-endian, 32 bits an element', () => {
    expect([...vectorCodec.encode(Float32Array.of(1, -2))]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
    expect([vectorCodec.name, vectorCodec.id]).toEqual(['vectors', 3]);
  });

  it('writes a part of a larger piece of memory as that part alone', () => {
    expect(vectorCodec.encode(Float32Array.of(9, 1, 9).subarray(1, 2))).toHaveLength(4);
  });

  it('refuses all else', () => {
    for (const value of [[1], new Float64Array(1), 'a', undefined, null]) {
      expect(() => vectorCodec.encode(value)).toThrow(CacheValueError);
    }
    expect(() => vectorCodec.decode(Buffer.alloc(5))).toThrow(CacheFormatError);
  });

  it('is taken by the options of a cache, where an id below 16 of anybody else’s is not', async () => {
    await testCache({ codec: vectorCodec });
    await expect(testCache({ codec: { ...vectorCodec } })).rejects.toThrow('codec.id');
  });
});
