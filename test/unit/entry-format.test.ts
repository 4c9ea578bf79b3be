import { beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';

import { createFormat } from '../../lib/assembly/create-format.js';
import { resolveOptions } from '../../lib/config/resolved-options.js';
import { validateOptions } from '../../lib/config/validate-options.js';
import type { CacheModuleOptions } from '../../lib/contracts/options.js';
import { CacheFormatError } from '../../lib/support/errors.js';
import { takeSnapshot } from '../../lib/support/snapshot.js';
import type { EntryFormat } from '../../lib/wrappers/encoded/entry-format.js';
import { encodeInstant, readEntryMeta, readHeader, STALE_AT_OFFSET } from '../../lib/wrappers/encoded/wire-format.js';
import { richValue, seen } from '../support/rich-values.js';

const first = randomBytes(32);
const times = { createdAt: 1_000, staleAt: 2_000, expiresAt: 3_000, loadTime: 5 };
const meta = { scopes: [['app', 'v1']] as const, tags: [['users', 't1']] as const };
const HEADER = 52;

const formatOf = (options: CacheModuleOptions): Promise<EntryFormat> =>
  createFormat(resolveOptions(validateOptions(options)));

function valueIn(format: EntryFormat, key: string, bytes: Uint8Array): unknown {
  return format.codec.decode(format.open(key, bytes).payload);
}

/** Why the bytes are refused; any error but CacheFormatError fails the test. */
function refusal(format: EntryFormat, key: string, bytes: Uint8Array): string | undefined {
  try {
    valueIn(format, key, bytes);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(CacheFormatError);
    return (error as CacheFormatError).reason;
  }
}

/** With the checksum that belongs to the bytes: no secret, so whoever can write to the store can make it. */
function sealed(key: string, bytes: Buffer): Buffer {
  const covered = [Buffer.from(key), bytes.subarray(0, 8), bytes.subarray(16, 48), bytes.subarray(52)];
  bytes.writeUInt32BE(crc32(Buffer.concat(covered)), 48);
  return bytes;
}

const combinations = (['json', 'msgpack'] as const).flatMap((codec) =>
  ([false, 'deflate', 'gzip', 'brotli'] as const).flatMap((algorithm) =>
    [undefined, { keys: [first] }].map((encryption) => ({
      codec,
      encryption,
      compression: algorithm && { algorithm, threshold: 0 },
    })),
  ),
);

describe.each(combinations.map((options) => [label(options), options] as const))('%s', (_, options) => {
  let format: EntryFormat;
  beforeAll(async () => {
    format = await formatOf(options);
  });

  it('gives back every kind of value', () => {
    fc.assert(
      fc.property(richValue, fc.string({ unit: 'binary' }), (value, key) => {
        const { value: kept } = takeSnapshot([value, 'text '.repeat(40)], { classInstances: 'plain' });
        const bytes = format.encode(key, times, meta, kept);
        expect(readHeader(bytes).encryptionId).toBe(options.encryption ? 1 : 0);
        expect(seen(valueIn(format, key, bytes))).toEqual(seen(kept));
      }),
      { numRuns: 25 },
    );
  });

  it('yields no value with a bit flipped, cut anywhere, or moved to another key', () => {
    const bytes = format.encode('k', times, meta, { text: 'text '.repeat(40), at: new Date(0) });
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const at = bit >> 3;
      if (at >= STALE_AT_OFFSET && at < STALE_AT_OFFSET + 8) continue;
      bytes[at]! ^= 1 << (bit & 7);
      expect(refusal(format, 'k', bytes)).toMatch(/^(corrupt|format)$/);
      bytes[at]! ^= 1 << (bit & 7);
    }
    for (let length = 0; length < bytes.length; length += 1) {
      expect(refusal(format, 'k', bytes.subarray(0, length))).toMatch(/^(corrupt|format)$/);
    }
    expect(refusal(format, 'other', bytes)).toBe('corrupt');
    expect(refusal(format, 'k', bytes)).toBeUndefined();
  });
});

function label({ codec, compression, encryption }: (typeof combinations)[number]): string {
  return `${codec}, ${compression ? compression.algorithm : 'not compressed'}, ${encryption ? 'encrypted' : 'plain'}`;
}

describe('an encrypted entry, changed by someone who can make checksums,', () => {
  const value = { secret: 'text '.repeat(40) };
  let format: EntryFormat;
  beforeAll(async () => {
    format = await formatOf({ encryption: { keys: [first] } });
  });

  it('is refused with any bit flipped but those of staleAt', () => {
    const bytes = format.encode('k', times, meta, value);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const at = bit >> 3;
      if ((at >= STALE_AT_OFFSET && at < STALE_AT_OFFSET + 8) || (at >= 48 && at < HEADER)) continue;
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1 << (bit & 7);
      expect(refusal(format, 'k', sealed('k', flipped))).toMatch(/^(corrupt|format)$/);
    }
  });

  it('is refused under another key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (key, other) => {
        fc.pre(Buffer.from(key).compare(Buffer.from(other)) !== 0);
        expect(refusal(format, other, sealed(other, format.encode(key, times, meta, value)))).toBe('corrupt');
      }),
    );
  });

  it('is refused with the versions or the instants of another', () => {
    const bytes = format.encode('k', times, meta, value);
    const newer = format.encode('k', times, { ...meta, tags: [['users', 't2']] }, value);
    const longer = format.encode('k', { ...times, expiresAt: 9_000 }, meta, value);
    const end = HEADER + readHeader(bytes).metaLength;
    const versions = Buffer.concat([bytes.subarray(0, HEADER), newer.subarray(HEADER, end), bytes.subarray(end)]);
    const instants = Buffer.concat([longer.subarray(0, end), bytes.subarray(end)]);
    expect(versions.equals(bytes)).toBe(false);
    expect(refusal(format, 'k', sealed('k', versions))).toBe('corrupt');
    expect(refusal(format, 'k', sealed('k', instants))).toBe('corrupt');
  });

  it('cannot be replaced by a plain one', async () => {
    const plain = await formatOf({});
    expect(refusal(format, 'k', plain.encode('k', times, meta, value))).toBe('format');
    const stripped = format.encode('k', times, meta, value);
    stripped[5] = 0;
    expect(refusal(format, 'k', sealed('k', stripped))).toBe('format');
    expect(refusal(plain, 'k', format.encode('k', times, meta, value))).toBe('format');
  });

  it('can be made stale in place', () => {
    const bytes = format.encode('k', times, meta, value);
    bytes.set(encodeInstant(1_500), STALE_AT_OFFSET);
    expect(format.open('k', bytes).times).toEqual({ ...times, staleAt: 1_500 });
  });

  it('shows its versions, and nothing of its value', () => {
    const bytes = format.encode('k', times, meta, value);
    expect(readEntryMeta('k', bytes)).toEqual({ ...meta, key: undefined, patterns: undefined });
    expect(bytes.includes('text')).toBe(false);
    expect(format.encode('k', times, meta, value).equals(bytes)).toBe(false);
  });
});

it('a value that inflates beyond the limit is no value', async () => {
  const large = await formatOf({});
  const small = await formatOf({ compression: { maxInflatedBytes: '10kb' } });
  const bytes = large.encode('k', times, meta, 'a'.repeat(100_000));
  expect(bytes.length).toBeLessThan(2_000);
  expect(refusal(small, 'k', bytes)).toBe('corrupt');
  expect(refusal(small, 'k', small.encode('k', times, meta, 'a'.repeat(100_000)))).toBeUndefined();
});
