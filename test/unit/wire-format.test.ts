import { describe, expect, it } from '@jest/globals';
import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';

import { CacheFormatError, CacheValueError } from '../../lib/support/errors.js';
import {
  decodeEntry,
  encodeEntry,
  encodeInstant,
  entryPrefix,
  readHeader,
  STALE_AT_OFFSET,
  type EntryParts,
} from '../../lib/wrappers/encoded/wire-format.js';
import {
  decodeScopeRecord,
  decodeTagRecord,
  encodeScopeRecord,
  encodeTagRecord,
} from '../../lib/wrappers/encoded/version-record.js';

const text = fc.string({ unit: 'binary' });
const named = fc.array(fc.tuple(text, text), { maxLength: 3 });
const instant = fc.double({ noNaN: true, noDefaultInfinity: true });
const later = fc.oneof(fc.double({ min: 0, noNaN: true }), fc.constant(Infinity));

const parts: fc.Arbitrary<EntryParts> = fc.record({
  times: fc
    .tuple(instant, instant, later, fc.double({ min: 0, noNaN: true }))
    .map(([createdAt, staleAt, more, loadTime]) => ({ createdAt, staleAt, expiresAt: staleAt + more, loadTime })),
  codecId: fc.nat(255),
  compressionId: fc.nat(255),
  meta: fc.record({
    key: fc.option(text, { nil: undefined }),
    scopes: named,
    tags: named,
    patterns: fc.option(fc.integer({ min: 1 }), { nil: undefined }),
  }),
  payload: fc.uint8Array({ maxLength: 60 }),
});

const sample: EntryParts = {
  times: { createdAt: 1_000, staleAt: 2_000, expiresAt: 3_000, loadTime: 5 },
  codecId: 1,
  compressionId: 0,
  meta: { scopes: [['app', 'v']], tags: [['t', 'w']] },
  payload: Buffer.from('{"a":1}'),
};

/** Why the bytes are refused; any error but CacheFormatError fails the test. */
function refusal(key: string, bytes: Uint8Array): string | undefined {
  try {
    decodeEntry(key, bytes);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(CacheFormatError);
    return (error as CacheFormatError).reason;
  }
}

function changed(change: (bytes: Buffer) => void): Buffer {
  const bytes = encodeEntry('k', sample);
  change(bytes);
  return bytes;
}

/** With the checksum that belongs to the bytes: as a newer version of the library might have written them. */
function sealed(bytes: Buffer): Buffer {
  const covered = Buffer.concat([Buffer.from('k'), bytes.subarray(0, 8), bytes.subarray(16, 48), bytes.subarray(52)]);
  bytes.writeUInt32BE(crc32(covered), 48);
  return bytes;
}

describe('entry bytes', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(text, parts, (key, entry) => {
        const decoded = decodeEntry(key, encodeEntry(key, entry));
        expect({ ...decoded, payload: new Uint8Array(decoded.payload) }).toEqual(entry);
      }),
    );
  });

  it('are read wherever they lie in memory', () => {
    const bytes = encodeEntry('k', sample);
    const window = new Uint8Array(new ArrayBuffer(bytes.length + 7), 7);
    window.set(bytes);
    expect(decodeEntry('k', window).meta).toEqual(sample.meta);
  });

  it('are refused under any other key', () => {
    fc.assert(
      fc.property(text, text, parts, (key, other, entry) => {
        fc.pre(Buffer.from(key).compare(Buffer.from(other)) !== 0);
        expect(refusal(other, encodeEntry(key, entry))).toBe('corrupt');
      }),
    );
  });

  it('are refused with any bit flipped, but for those of staleAt', () => {
    const bytes = encodeEntry('k', sample);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const at = bit >> 3;
      if (at >= STALE_AT_OFFSET && at < STALE_AT_OFFSET + 8) continue;
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1 << (bit & 7);
      expect(refusal('k', flipped)).toMatch(/^(corrupt|format)$/);
    }
  });

  it('are never served past their end, whatever becomes of staleAt', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (noise) => {
        const bytes = changed((buffer) => buffer.set(noise, STALE_AT_OFFSET));
        if (refusal('k', bytes) !== undefined) return;
        const { times, payload } = decodeEntry('k', bytes);
        expect(times.staleAt).toBeLessThanOrEqual(times.expiresAt);
        expect(payload.toString()).toBe('{"a":1}');
      }),
    );
    const noNumber = changed((buffer) => buffer.writeDoubleBE(Number.NaN, STALE_AT_OFFSET));
    expect(refusal('k', noNumber)).toBe('corrupt');
  });

  it('are refused when cut, lengthened, or never ours', () => {
    const bytes = encodeEntry('k', sample);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(refusal('k', bytes.subarray(0, length))).toBe(length < 3 ? 'format' : 'corrupt');
    }
    expect(refusal('k', Buffer.concat([bytes, Buffer.alloc(1)]))).toBe('corrupt');
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => expect(refusal('k', noise)).toBeDefined()));
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 49, maxLength: 200 }), (noise) => {
        expect(refusal('k', Buffer.concat([entryPrefix(), noise]))).toBeDefined();
      }),
    );
  });

  it('tell damage from what is foreign or newer', () => {
    const with1 = (at: number, value: number): Buffer => changed((bytes) => bytes.writeUInt8(value, at));
    expect(refusal('k', Buffer.from('{"some":"json"}'))).toBe('format');
    expect(refusal('k', with1(2, 2))).toBe('format');
    expect(refusal('k', with1(7, 1))).toBe('format');
    expect(refusal('k', with1(3, 9))).toBe('corrupt');
    expect(refusal('k', with1(5, 1))).toBe('corrupt');
    expect(refusal('k', sealed(with1(5, 1)))).toBe('format');
  });

  it('claim no length that is not theirs, even under a checksum that fits', () => {
    for (const at of [40, 44]) {
      for (const length of [0, 1, 0xffffffff]) {
        expect(refusal('k', sealed(changed((bytes) => bytes.writeUInt32BE(length, at))))).toBe('corrupt');
      }
    }
    const longer = Buffer.concat([encodeEntry('k', { ...sample, payload: Buffer.alloc(0) }), Buffer.alloc(3)]);
    expect(refusal('k', sealed(longer))).toBe('corrupt');
  });

  it('are refused when their instants make no sense, checksum or not', () => {
    const nonsense: readonly Partial<EntryParts['times']>[] = [
      { createdAt: Number.NaN },
      { createdAt: Infinity },
      { expiresAt: Number.NaN },
      { staleAt: 4_000 },
      { loadTime: -1 },
      { loadTime: Number.NaN },
    ];
    for (const times of nonsense) {
      const bytes = encodeEntry('k', { ...sample, times: { ...sample.times, ...times } });
      expect(refusal('k', bytes)).toBe('corrupt');
    }
  });

  it('are refused with a malformed meta section', () => {
    const malformed: readonly unknown[] = [
      { scopes: 1, tags: [] },
      { scopes: [], tags: [['a']] },
      { scopes: [['a', 1]], tags: [] },
      { scopes: [], tags: [], key: 1 },
      { scopes: [], tags: [], patterns: 'a' },
    ];
    for (const meta of malformed) {
      const bytes = encodeEntry('k', { ...sample, meta: meta as EntryParts['meta'] });
      expect(refusal('k', bytes)).toBe('corrupt');
    }
  });

  it('take a new staleAt in place', () => {
    fc.assert(
      fc.property(fc.double({ max: 3_000, noNaN: true }), (ms) => {
        const bytes = encodeEntry('k', sample);
        expect(bytes.subarray(0, entryPrefix().length)).toEqual(entryPrefix());
        bytes.set(encodeInstant(ms), STALE_AT_OFFSET);
        const decoded = decodeEntry('k', bytes);
        expect(decoded.times).toEqual({ ...sample.times, staleAt: ms });
        expect(decoded.meta).toEqual(sample.meta);
      }),
    );
  });

  it('show their header without the key', () => {
    const { times, codecId, payloadLength } = readHeader(encodeEntry('k', sample));
    expect([times, codecId, payloadLength]).toEqual([sample.times, 1, 7]);
  });

  it('are never larger than 512 MiB', () => {
    // Claims its length without filling it: the check must come before the bytes are taken.
    const payload = { length: 512 * 1024 * 1024 } as Uint8Array;
    expect(() => encodeEntry('k', { ...sample, payload })).toThrow(CacheValueError);
  });
});

describe('version records', () => {
  const items = fc.array(fc.tuple(fc.nat(), text), { maxLength: 4 });

  it('come back as they were', () => {
    fc.assert(
      fc.property(text, fc.nat(), items, (version, sequence, list) => {
        const record = { version, patterns: { sequence, items: list } };
        expect(decodeScopeRecord(encodeScopeRecord(record))).toEqual(record);
        expect(decodeTagRecord(encodeTagRecord({ version }))).toEqual({ version });
      }),
    );
  });

  it('count as absent when they cannot be read', () => {
    const whole = encodeScopeRecord({ version: 'v', patterns: { sequence: 1, items: [[1, 'a*']] } });
    for (let length = 0; length < whole.length; length += 1) {
      expect(decodeScopeRecord(whole.subarray(0, length))).toBeUndefined();
    }
    const of = (json: string): Buffer => Buffer.concat([Buffer.from('NV\u0001'), Buffer.from(json)]);
    const bad = ['1', 'null', '[]', '{}', '{"v":1}', '{"v":"a","p":{}}', '{"v":"a","p":{"seq":-1,"items":[]}}'];
    bad.push('{"v":"a","p":{"seq":1,"items":[["1","a"]]}}', '{"v":"a","p":{"seq":1,"items":[[1]]}}');
    for (const json of bad) expect(decodeScopeRecord(of(json))).toBeUndefined();
    for (const json of bad.slice(0, 5)) expect(decodeTagRecord(of(json))).toBeUndefined();
    expect(decodeTagRecord(Buffer.from('NV\u0002{"v":"a"}'))).toBeUndefined();
    expect(decodeTagRecord(Buffer.from('NC\u0001{"v":"a"}'))).toBeUndefined();
    expect(decodeTagRecord(undefined)).toBeUndefined();
    fc.assert(fc.property(fc.uint8Array(), (noise) => expect(decodeScopeRecord(noise)).toBeUndefined()));
  });
});
