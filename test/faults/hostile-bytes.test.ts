import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { createCompressor } from '../../lib/codecs/compression/compressors.js';
import type { CompressionAlgorithm } from '../../lib/contracts/encoding-options.js';
import type { CacheModuleOptions } from '../../lib/contracts/options.js';
import { findZstd } from '../../lib/support/zstd.js';
import { decodeEntry, encodeEntry } from '../../lib/wrappers/encoded/wire-format.js';
import { bytesAt, byteStores, type ByteRig } from '../support/byte-stores.js';
import { everyStore } from '../support/every-store.js';

const { stores } = byteStores();
const { stores: allStores } = everyStore();

const MIB = 1_048_576;
const KEY = 'cache:v:{k}';
const [key, other] = [randomBytes(32), randomBytes(32)];
const text = 'text '.repeat(40);

const ENCODINGS: readonly [name: string, options: CacheModuleOptions][] = [
  ['json', { compression: false }],
  ['json, deflated', { compression: { threshold: 0 } }],
  [
    'msgpack, brotli, encrypted',
    { codec: 'msgpack', compression: { algorithm: 'brotli', threshold: 0 }, encryption: { keys: [key] } },
  ],
];

/** The checksum that belongs to the bytes under this key: no secret, so whoever can write to the store can make it. */
function sealed(wireKey: string, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const covered = [Buffer.from(wireKey), copy.subarray(0, 8), copy.subarray(16, 48), copy.subarray(52)];
  copy.writeUInt32BE(crc32(Buffer.concat(covered)), 48);
  return copy;
}

/** The plain entry that stands at `k`, with another payload, as somebody would forge it who knows the format. */
async function forge(rig: ByteRig, payload: Buffer, compressionId = 0, codecId?: number): Promise<void> {
  const entry = decodeEntry(KEY, await bytesAt(rig, KEY));
  await rig.raw.set(KEY, encodeEntry(KEY, { ...entry, payload, compressionId, codecId: codecId ?? entry.codecId }));
}

describe.each(stores)('bytes of an attacker, over $name', ({ make }) => {
  it.each(ENCODINGS)('cut anywhere, or with a byte changed anywhere: a miss, and replaced (%s)', async (_, options) => {
    const rig = await make(options);
    await rig.cache.set('k', { text });
    const whole = await bytesAt(rig, KEY);
    const read = async (bytes: Buffer): Promise<unknown> => {
      await rig.raw.set(KEY, bytes);
      return rig.cache.get('k');
    };
    for (let length = 0; length < whole.length; length++)
      expect([length, await read(whole.subarray(0, length))]).toEqual([length, undefined]);
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 1 << (at % 8);
      const value = await read(changed);
      // The instant from which it is stale: it may age the value, and not change it.
      if (at >= 8 && at < 16) expect([undefined, text]).toContain((value as { text: string } | undefined)?.text);
      else expect([at, value]).toEqual([at, undefined]);
    }
    expect(rig.errors.length).toBeGreaterThan(whole.length);
    expect(await rig.cache.getOrSet('k', () => 'loaded')).toBe('loaded');
    expect(await rig.cache.get('k')).toBe('loaded');
  });

  it.each<[string, CacheModuleOptions]>([
    ['one key for all', { encryption: { keys: [key] } }],
    [
      'keys of tenants',
      { encryption: { keys: [key], tenantKeys: (tenant) => (tenant === 'acme' ? [other] : undefined) } },
    ],
  ])('ciphertext of another key, tenant or namespace, under a checksum that fits (%s)', async (_, options) => {
    const rig = await make(options);
    await rig.cache.set('k', 'mine');
    await rig.cache.set('other', 'other');
    await rig.cache.forTenant('acme').set('k', 'of acme');
    await rig.cache.forTenant('globex').set('k', 'of globex');
    await rig.cache.forNamespace('ns').set('k', 'of ns');
    const places = ['cache:v:{other}', 'cache@acme:v:{k}', 'cache@globex:v:{k}', 'cache/ns:v:{k}'];
    for (const from of places) {
      await rig.raw.set(KEY, sealed(KEY, await bytesAt(rig, from)));
      expect([from, await rig.cache.get('k')]).toEqual([from, undefined]);
      expect((await rig.cache.explain('k')).state).toBe('unreadable');
    }
    await rig.raw.set('cache@acme:v:{k}', sealed('cache@acme:v:{k}', await bytesAt(rig, 'cache@globex:v:{k}')));
    expect(await rig.cache.forTenant('acme').getOrSet('k', () => 'anew')).toBe('anew');
    expect(await rig.cache.forTenant('globex').get('k')).toBe('of globex');
  });

  it('a plain entry of another tenant or namespace, under a checksum that fits, has not the versions of this one', async () => {
    const rig = await make();
    await rig.cache.set('k', 'mine');
    await rig.cache.forTenant('acme').set('k', 'of acme');
    await rig.cache.forTenant('globex').set('k', 'of globex');
    await rig.cache.forNamespace('ns').set('k', 'of ns');
    for (const [from, to, read] of [
      ['cache@globex:v:{k}', 'cache@acme:v:{k}', () => rig.cache.forTenant('acme').get('k')],
      [KEY, 'cache@acme:v:{k}', () => rig.cache.forTenant('acme').get('k')],
      [KEY, 'cache/ns:v:{k}', () => rig.cache.forNamespace('ns').get('k')],
    ] as const) {
      await rig.raw.set(to, sealed(to, await bytesAt(rig, from)));
      expect([from, to, await read()]).toEqual([from, to, undefined]);
    }
  });

  const algorithms = (['deflate', 'gzip', 'brotli', 'zstd'] as const).filter((name) => name !== 'zstd' || findZstd());
  it.each<CompressionAlgorithm>(algorithms)(
    'a bomb of 256 MiB by %s inflates to no more than it may, and in no time',
    async (algorithm) => {
      const rig = await make({ compression: { maxInflatedBytes: '1mb' } });
      await rig.cache.set('k', 'old');
      const compressor = createCompressor(algorithm, undefined)!;
      const bomb = Buffer.from(compressor.compress(Buffer.alloc(256 * MIB)));
      expect(bomb.length).toBeLessThan(2 * MIB);
      await forge(rig, bomb, compressor.id);
      const before = process.resourceUsage().maxRSS;
      const start = performance.now();
      for (let call = 0; call < 5; call++) expect(await rig.cache.get('k')).toBeUndefined();
      // Kilobytes. All of it inflated comes to 262,144 at least.
      expect(process.resourceUsage().maxRSS - before).toBeLessThan(65_536);
      expect(performance.now() - start).toBeLessThan(1_500);
      expect(rig.errors).toHaveLength(5);
      expect(await rig.cache.getOrSet('k', () => 'loaded')).toBe('loaded');
      expect(await rig.cache.get('k')).toBe('loaded');
    },
  );

  it.each(['json', 'msgpack'] as const)('names of prototypes in %s are data like any other', async (codec) => {
    const rig = await make({ codec });
    await rig.cache.set('k', 'old');
    const evil = { plain: 1 };
    for (const name of ['__proto__', 'constructor', 'prototype', 'toString']) {
      Object.defineProperty(evil, name, {
        value: { polluted: name },
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    const { parts } = rig.cache.cache;
    // As another client would write it, and as we do.
    const spelled = codec === 'json' ? Buffer.from(JSON.stringify(evil)) : msgpackOf(evil);
    await forge(rig, spelled);
    const forged = await rig.cache.get<typeof evil>('k');
    expect(await rig.cache.set('own', evil)).toBe(true);
    const own = await rig.cache.get<typeof evil>('own');
    // msgpackr gives that one another name where somebody else wrote it; what we write never has it as a name.
    const named = codec === 'json' ? '__proto__' : '__proto_';
    for (const [found, name] of [
      [forged!, named],
      [own!, '__proto__'],
    ] as const) {
      expect(Object.keys(found).toSorted()).toEqual([name, 'constructor', 'plain', 'prototype', 'toString']);
      expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
      expect(Object.getOwnPropertyDescriptor(found, name)?.value).toEqual({ polluted: '__proto__' });
    }
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(Reflect.get(parts, 'polluted')).toBeUndefined();
    expect({}.constructor).toBe(Object);
  });
});

describe.each(allStores)('values of an attacker, over $name', ({ make }) => {
  it.each(['clone', 'freeze', 'share'] as const)(
    'names of prototypes come back as own data, and reach none (%s)',
    async (isolation) => {
      const { cache } = await make({ memory: { isolation } });
      const spelled =
        '{"a":[{"__proto__":{"polluted":1}}],"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
      for (const value of [JSON.parse(spelled) as object, new Map([['__proto__', JSON.parse(spelled) as object]])]) {
        await cache.set('k', value);
        const found = await cache.get<object>('k');
        const plain = found instanceof Map ? (found.get('__proto__') as object) : found!;
        expect(JSON.stringify(plain)).toBe(spelled);
        expect(Object.getPrototypeOf(plain)).toBe(Object.prototype);
        expect(await cache.getOrSetMany(['k'], async () => [])).toEqual(new Map([['k', value]]));
      }
      expect(Reflect.get({}, 'polluted')).toBeUndefined();
      expect(Reflect.get(Object, 'polluted')).toBeUndefined();
    },
  );
});

/** A map of texts, as MessagePack has it: names of fewer than 32 characters. */
function msgpackOf(value: object): Buffer {
  const textOf = (said: string): Buffer => Buffer.concat([Buffer.of(0xa0 | said.length), Buffer.from(said)]);
  const entries = Object.getOwnPropertyNames(value).map(
    (name) => [name, Object.getOwnPropertyDescriptor(value, name)!.value as unknown] as const,
  );
  return Buffer.concat([
    Buffer.of(0x80 | entries.length),
    ...entries.flatMap(([name, member]) => [
      textOf(name),
      typeof member === 'number'
        ? Buffer.of(member)
        : typeof member === 'string'
          ? textOf(member)
          : msgpackOf(member as object),
    ]),
  ]);
}
