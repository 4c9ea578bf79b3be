import { describe, expect, it } from '@jest/globals';

import { jsonCodec } from '../../lib/codecs/json.codec.js';
import { decodeEntry, encodeEntry, type EntryParts } from '../../lib/wrappers/encoded/wire-format.js';
import {
  decodeScopeRecord,
  decodeTagRecord,
  encodeScopeRecord,
  encodeTagRecord,
} from '../../lib/wrappers/encoded/version-record.js';

// Bytes like these stand in servers. When one of these tests fails, the change needs a new version byte, and these
// fixtures stay.

interface Fixture {
  readonly key: string;
  readonly parts: EntryParts;
  readonly hex: string;
}

const small: Fixture = {
  key: 'app:v:user:1',
  parts: {
    times: { createdAt: 1714521600000, staleAt: 1714521660000, expiresAt: 1714521720000, loadTime: 12.5 },
    codecId: 1,
    compressionId: 0,
    meta: { scopes: [['app', 'v1']], tags: [] },
    payload: Buffer.from('{"id":1,"name":"Ada"}'),
  },
  hex:
    '4e4301010000000042' +
    '78f31745a600004278f317370000004278f317544c000040290000000000000000001b000000152f38ce86' +
    '7b2273223a5b5b22617070222c227631225d5d2c2274223a5b5d7d' +
    '7b226964223a312c226e616d65223a22416461227d',
};

const full: Fixture = {
  key: 'app:v:#3f',
  parts: {
    times: { createdAt: 1714521600000, staleAt: Infinity, expiresAt: Infinity, loadTime: 0 },
    codecId: 1,
    compressionId: 0,
    meta: {
      key: 'käse/🧀',
      scopes: [
        ['app', 'v1'],
        ['app@acme', 'v2'],
      ],
      tags: [
        ['users', 't1'],
        ['eu', 't2'],
      ],
      patterns: 7,
    },
    payload: Buffer.from('[{"$nc:undefined":0},{"$nc:Date":"1970-01-01T00:00:00.000Z"},{"$nc:bigint":"9"}]'),
  },
  hex:
    '4e430101000000007ff00000000000004278f317370000007ff000000000000000000000000000000000005e000000508c806455' +
    '7b226b223a226bc3a473652ff09fa780222c2273223a5b5b22617070222c227631225d2c5b226170704061636d65222c227632225d' +
    '5d2c2274223a5b5b227573657273222c227431225d2c5b226575222c227432225d5d2c2270223a377d' +
    '5b7b22246e633a756e646566696e6564223a307d2c7b22246e633a44617465223a22313937302d30312d30315430303a30303a30302e' +
    '3030305a227d2c7b22246e633a626967696e74223a2239227d5d',
};

const foreignCodec: Fixture = {
  key: 'kéy',
  parts: {
    times: { createdAt: 0, staleAt: 0, expiresAt: 0, loadTime: 0 },
    codecId: 255,
    compressionId: 4,
    meta: { scopes: [], tags: [] },
    payload: Buffer.from([0, 255]),
  },
  hex:
    '4e4301ff0400000000000000000000000000000000000000000000000000000000000000000000000000000f0000000225c7dc5f' +
    '7b2273223a5b5d2c2274223a5b5d7d00ff',
};

describe('an entry of version 1', () => {
  it.each([
    ['small', small],
    ['full', full],
    ['of a codec and a compression of others', foreignCodec],
  ])('%s: the same bytes as ever', (_, { key, parts, hex }) => {
    expect(encodeEntry(key, parts).toString('hex')).toBe(hex);
    const decoded = decodeEntry(key, Buffer.from(hex, 'hex'));
    expect(decoded.times).toEqual(parts.times);
    expect([decoded.codecId, decoded.compressionId]).toEqual([parts.codecId, parts.compressionId]);
    expect(decoded.meta).toEqual(parts.meta);
    expect(decoded.payload.toString('hex')).toBe(Buffer.from(parts.payload).toString('hex'));
  });

  it('with a payload of the json codec', () => {
    expect(jsonCodec.decode(decodeEntry(full.key, Buffer.from(full.hex, 'hex')).payload)).toEqual([
      undefined,
      new Date(0),
      9n,
    ]);
    expect(Buffer.from(jsonCodec.encode([undefined, new Date(0), 9n]))).toEqual(full.parts.payload);
    expect(jsonCodec.id).toBe(1);
  });
});

describe('a version record of version 1', () => {
  const scope =
    '4e5601' +
    '7b2276223a22616263222c2270223a7b22736571223a322c226974656d73223a5b5b312c22757365723a2a225d2c5b322c22613f5b625d225d5d7d7d';
  const tag = '4e56017b2276223a22616263227d';

  it('of a scope', () => {
    const record = {
      version: 'abc',
      patterns: {
        sequence: 2,
        items: [
          [1, 'user:*'],
          [2, 'a?[b]'],
        ] as const,
      },
    };
    expect(encodeScopeRecord(record).toString('hex')).toBe(scope);
    expect(decodeScopeRecord(Buffer.from(scope, 'hex'))).toEqual(record);
  });

  it('of a tag', () => {
    expect(encodeTagRecord({ version: 'abc' }).toString('hex')).toBe(tag);
    expect(decodeTagRecord(Buffer.from(tag, 'hex'))).toEqual({ version: 'abc' });
  });
});
