import { beforeAll, describe, expect, it } from '@jest/globals';

import { everyCompressor } from '../../lib/codecs/compression/compressors.js';
import { aesGcmCipher } from '../../lib/codecs/encryption/aes-gcm.cipher.js';
import { jsonCodec } from '../../lib/codecs/json.codec.js';
import { loadMsgpackCodec } from '../../lib/codecs/msgpack.codec.js';
import { resolveEncryption } from '../../lib/config/resolved-encoding.js';
import type { Codec } from '../../lib/contracts/codec.js';
import { EntryFormat } from '../../lib/wrappers/encoded/entry-format.js';
import { readHeader } from '../../lib/wrappers/encoded/wire-format.js';
import { seen } from '../support/rich-values.js';

// Bytes like these stand in servers. When one of these tests fails, the change needs a new version byte, and these
// fixtures stay.

const key = 'app:v:{user:1}';
const secret = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
const [derived] = resolveEncryption({ keys: [secret] }).keys;
const [named] = resolveEncryption({ keys: [{ id: '2026', key: secret }] }).keys;
const nonce = Buffer.from('000102030405060708090a0b', 'hex');
const times = { createdAt: 1714521600000, staleAt: 1714521660000, expiresAt: 1714521720000, loadTime: 12.5 };
const meta = { scopes: [['app', 'v1']] as const, tags: [['users', 't1']] as const };
const value = { id: 1, name: 'Ada', text: 'a'.repeat(80) };

const DEFLATE =
  '4e430101010000004278f31745a600004278f317370000004278f317544c00004029000000000000000000290000002415de1ffa7b22' +
  '73223a5b5b22617070222c227631225d5d2c2274223a5b5b227573657273222c227431225d5d7dab56ca4c51b232d451ca4bcc4d55b2' +
  '52724c4954d2512a49ad2851b2524aa43250aa0500';

const GZIP =
  '4e430101020000004278f31745a600004278f317370000004278f317544c00004029000000000000000000290000003639789b5e7b22' +
  '73223a5b5b22617070222c227631225d5d2c2274223a5b5b227573657273222c227431225d5d7d1f8b0800000000000403ab56ca4c51' +
  'b232d451ca4bcc4d55b252724c4954d2512a49ad2851b2524aa43250aa0500709aa19b6f000000';

const BROTLI =
  '4e430101030000004278f31745a600004278f317370000004278f317544c000040290000000000000000002900000028a330b8387b22' +
  '73223a5b5b22617070222c227631225d5d2c2274223a5b5b227573657273222c227431225d5d7d1b6e000004ca6da95f5eb17e33c587' +
  '2d18342d086249826120991e2bd1088e7721669aa0eb36c2f8';

const FINGERPRINT =
  '4e430101000100004278f31745a600004278f317370000004278f317544c00004029000000000000000000290000008f2a7223c77b22' +
  '73223a5b5b22617070222c227631225d5d2c2274223a5b5b227573657273222c227431225d5d7d75e0383b000102030405060708090a' +
  '0b3c20bf7fe7dff337af2ff6e6d4cb424fc2b2e616dc592b194013c7bf3f0861d36071cf9dcea073f915c51e8ce9e649598f3801ec3b' +
  'b7c2bb5ef64b787982948f915da71bb2b047007d35cb0f8eee6f8959eba803170232099c9cffad1991d8ecaa993887c520a97bff7d5f' +
  'd329575cdbbc15c0a1c1258ab56ed012d1cba5c6';

const NAMED =
  '4e430101000100004278f31745a600004278f317370000004278f317544c00004029000000000000000000290000008f835366387b22' +
  '73223a5b5b22617070222c227631225d5d2c2274223a5b5b227573657273222c227431225d5d7db5b0080c000102030405060708090a' +
  '0b3c20bf7fe7dff337af2ff6e6d4cb424fc2b2e616dc592b194013c7bf3f0861d36071cf9dcea073f915c51e8ce9e649598f3801ec3b' +
  'b7c2bb5ef64b787982948f915da71bb2b047007d35cb0f8eee6f8959eba803170232099c9cffad1991d8ecaa993887c520a97bff7d5f' +
  'd329575cdbbc15c0a1c1258ab56ed012d1cba5c6';

const BOTH =
  '4e430101010100004278f31745a600004278f317370000004278f317544c000040290000000000000000002900000044b242c50d7b22' +
  '73223a5b5b22617070222c227631225d5d2c2274223a5b5b227573657273222c227431225d5d7d75e0383b000102030405060708090a' +
  '0bec541c579457f0cfdc8bdc47fcbcca3ff19ace60222a7535954fb4374f23a48051baabfc9e264ad1fcc4a603571ee15161be77ec';

const MSGPACK_PLAIN =
  '85a2696401a46e616d65a3416461a474657874d950616161616161616161616161616161616161616161616161616161616161616161' +
  '6161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161a57072696365cb' +
  '3ff8000000000000a46c69737495c0c3ffcd012cce00011170';

const MSGPACK_RICH =
  '9c81ad246e633a756e646566696e65640081aa246e633a6e756d626572a22d3081aa246e633a626967696e74a13981a8246e633a4461' +
  '74650081aa246e633a52656745787092a161a16781a7246e633a4d617092a16b81a7246e633a536574910181aa246e633a4275666665' +
  '72c402686981af246e633a55696e7431364172726179c4040100020181a7246e633a55524cac68747470733a2f2f612e622f81aa246e' +
  '633a737472696e67c40200d881aa246e633a4f626a65637492ab636f6e7374727563746f720181a9246e633a4572726f7296a9547970' +
  '654572726f72a9547970654572726f72a26e6fa26174a4636f6465a145';

let msgpack: Codec;
beforeAll(async () => {
  msgpack = await loadMsgpackCodec();
});

function formatOf(codec: Codec, cipherKey?: typeof derived): EntryFormat {
  return new EntryFormat({
    codec,
    compression: { writer: undefined, readers: everyCompressor(), threshold: 0, maxInflatedBytes: 1_000 },
    cipher: cipherKey && aesGcmCipher([cipherKey], () => nonce),
  });
}

describe('an entry of version 1, compressed,', () => {
  // Only read: what a compressor writes may differ from one version of zlib to the next.
  it.each([
    ['deflate', 1, DEFLATE],
    ['gzip', 2, GZIP],
    ['brotli', 3, BROTLI],
  ])('with %s is read', (_, id, hex) => {
    const bytes = Buffer.from(hex, 'hex');
    expect(readHeader(bytes).compressionId).toBe(id);
    const opened = formatOf(jsonCodec).open(key, bytes);
    expect(opened.times).toEqual(times);
    expect(jsonCodec.decode(opened.payload)).toEqual(value);
  });
});

describe('an entry of version 1, encrypted,', () => {
  it.each([
    ['under a fingerprint', () => derived!, FINGERPRINT],
    ['under a name', () => named!, NAMED],
  ])('%s: the same bytes as ever', (_, cipherKey, hex) => {
    const format = formatOf(jsonCodec, cipherKey());
    expect(format.encode(key, times, meta, value).toString('hex')).toBe(hex);
    expect(jsonCodec.decode(format.open(key, Buffer.from(hex, 'hex')).payload)).toEqual(value);
  });

  it('compressed and encrypted is read', () => {
    const bytes = Buffer.from(BOTH, 'hex');
    expect([readHeader(bytes).compressionId, readHeader(bytes).encryptionId]).toEqual([1, 1]);
    expect(jsonCodec.decode(formatOf(jsonCodec, derived).open(key, bytes).payload)).toEqual(value);
  });
});

describe('an entry of version 1, by msgpack,', () => {
  const rich: unknown = [
    undefined,
    -0,
    9n,
    new Date(0),
    /a/g,
    new Map([['k', new Set([1])]]),
    Buffer.from('hi'),
    new Uint16Array([1, 258]),
    new URL('https://a.b/'),
    '\ud800',
    { constructor: 1 },
    Object.assign(new TypeError('no'), { code: 'E', stack: 'at' }),
  ];

  it.each<[string, () => unknown, string]>([
    ['plain data', () => ({ ...value, price: 1.5, list: [null, true, -1, 300, 70_000] }), MSGPACK_PLAIN],
    ['with tags', () => rich, MSGPACK_RICH],
  ])('%s: the same bytes as ever', (_, make, hex) => {
    expect(Buffer.from(msgpack.encode(make())).toString('hex')).toBe(hex);
    expect(seen(msgpack.decode(Buffer.from(hex, 'hex')))).toEqual(seen(make()));
    expect(msgpack.id).toBe(2);
  });
});
