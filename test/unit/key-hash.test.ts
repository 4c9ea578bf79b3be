import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import * as fc from 'fast-check';

import { computeHash, shorten } from '../../lib/core/key-hash.js';
import { CacheUsageError } from '../../lib/support/errors.js';

// FIPS 180-4's example.
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const illFormed = fc.string({ unit: fc.constantFrom('\ud800', '\udc00', '\ufffd', '\0', '\u0080', 'a'), maxLength: 6 });

describe('computeHash', () => {
  it('is SHA-256 in hex, the same for text, its bytes and its stream', async () => {
    expect(computeHash('abc')).toBe(ABC);
    expect(computeHash(Buffer.from('abc'))).toBe(ABC);
    expect(await computeHash(Readable.from([Buffer.from('a'), new Uint8Array([98, 99])]))).toBe(ABC);
  });

  it('agrees with node:crypto for all text that UTF-8 can spell', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(computeHash(text)).toBe(createHash('sha256').update(text, 'utf8').digest('hex'));
      }),
    );
  });

  it('tells ill-formed strings from each other and from their replacement', () => {
    expect(computeHash('\ud800')).not.toBe(computeHash('\ufffd'));
    // The UTF-16 of the first is the UTF-8 of the second.
    expect(computeHash('\ud800\u0080')).not.toBe(computeHash('\0\u0600\0'));
    fc.assert(
      fc.property(illFormed, illFormed, (a, b) => expect(computeHash(a) === computeHash(b)).toBe(a === b)),
      { numRuns: 500 },
    );
  });

  it('passes on the failure of a stream', async () => {
    const failing = new Readable({
      read() {
        this.destroy(new Error('disk gone'));
      },
    });
    await expect(computeHash(failing)).rejects.toThrow('disk gone');
  });

  const chunks = (): Readable => Readable.from([Buffer.from('a'), Buffer.from('bc')]);
  async function* generator(): AsyncGenerator<Uint8Array> {
    yield* [Buffer.from('a'), Buffer.from('bc')];
  }

  it('refuses a stream that was read before or is being read: its rest would pass for its content', async () => {
    const ended = chunks();
    await ended.toArray();
    const begun = chunks();
    for await (const _ of begun.iterator({ destroyOnReturn: false })) break;
    const web = new Blob(['abc']).stream() as AsyncIterable<Uint8Array>;
    for (const stream of [ended, begun, chunks().destroy()]) {
      await expect(computeHash(stream)).rejects.toThrow('The stream was read or closed before');
    }
    for (const stream of [chunks(), generator(), web]) {
      const first = computeHash(stream);
      await expect(computeHash(stream)).rejects.toThrow(CacheUsageError);
      expect(await first).toBe(ABC);
      await expect(computeHash(stream)).rejects.toThrow(CacheUsageError);
    }
  });

  it('takes an empty stream, and an iterable that begins anew each time as often as it is given', async () => {
    expect(await computeHash(Readable.from([]))).toBe(computeHash(''));
    const file = { [Symbol.asyncIterator]: generator };
    expect([await computeHash(file), await computeHash(file)]).toEqual([ABC, ABC]);
  });

  it('leaves it to a stream that has failed to say so', async () => {
    const failed = chunks();
    failed.on('error', () => {}).destroy(new Error('disk gone'));
    await expect(computeHash(failed)).rejects.toThrow('disk gone');
  });

  it('refuses what is neither text, bytes nor a stream of bytes', async () => {
    expect(() => computeHash(null as never)).toThrow(CacheUsageError);
    expect(() => computeHash(42 as never)).toThrow('of type number');
    await expect(computeHash(Readable.from(['text']))).rejects.toThrow(CacheUsageError);
  });
});

describe('shorten', () => {
  it('keeps a key that fits, and hashes a longer one', () => {
    expect(shorten('abc', 3)).toBe('abc');
    expect(shorten('abc', 2)).toBe(`#${ABC}.3`);
  });

  it('never gives two keys one result, not even when one spells the result of the other', () => {
    const long = 'x'.repeat(101);
    expect(shorten(shorten(long, 100), 100)).not.toBe(shorten(long, 100));
    fc.assert(fc.property(illFormed, illFormed, (a, b) => expect(shorten(a, 2) === shorten(b, 2)).toBe(a === b)));
  });
});
