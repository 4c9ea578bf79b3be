import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { describeOptions } from '../../../lib/config/describe-options.js';
import { cacheOptionsFromEnv } from '../../../lib/config/from-env.js';
import { resolveOptions } from '../../../lib/config/resolved-options.js';
import { validateOptions } from '../../../lib/config/validate-options.js';
import type { CacheModuleOptions } from '../../../lib/contracts/options.js';
import { findZstd } from '../../../lib/support/zstd.js';
import { configErrorOf, faultsOf } from './faults-of.js';

const key = randomBytes(32);
const faults = (options: unknown): Record<string, string> => faultsOf(() => validateOptions(options));
const fromEnv = (env: Record<string, string>): CacheModuleOptions => cacheOptionsFromEnv(env);

describe('compression', () => {
  it.each<[unknown]>([
    [false],
    [{}],
    [{ algorithm: 'brotli', level: 11, threshold: '4kb', maxInflatedBytes: '1gb' }],
    [{ algorithm: 'deflate', level: 9, threshold: 0 }],
  ])('lets %j pass', (compression) => expect(faults({ compression })).toEqual({}));

  it.each<[unknown, string, RegExp]>([
    [true, 'compression', /must be false or an object of options; got a boolean/],
    [{ algorithm: 'deflat' }, 'compression.algorithm', /Did you mean 'deflate'\?/],
    [{ threshold: -1 }, 'compression.threshold', /must be a number of bytes; got -1\. Use a whole number/],
    [{ threshold: '1 k' }, 'compression.threshold', /must be a number of bytes/],
    [{ threshold: Infinity }, 'compression.threshold', /must be a number of bytes/],
    [{ maxInflatedBytes: 0 }, 'compression.maxInflatedBytes', /must be 1 or more/],
    [{ level: 1.5 }, 'compression.level', /must be a whole number from 0 to 22/],
    [{ level: 10 }, 'compression.level', /must be from 1 to 9 for deflate; got 10/],
    [{ algorithm: 'brotli', level: 12 }, 'compression.level', /must be from 0 to 11 for brotli/],
    [{ tresholt: 1 }, 'compression.tresholt', /Did you mean `compression.threshold`\?/],
  ])('%j is a fault', (compression, path, message) => {
    const found = faults({ compression });
    expect(Object.keys(found)).toEqual([path]);
    expect(found[path]).toMatch(message);
  });

  it('by zstd is refused by name where Node has none', () => {
    const message = `'zstd' needs Node 22.15 or later; this is ${process.versions.node}.`;
    expect(faults({ compression: { algorithm: 'zstd' } })).toEqual(
      findZstd() ? {} : { 'compression.algorithm': message },
    );
  });

  it('is deflate by default, and can be switched off', () => {
    const resolved = { algorithm: 'deflate', level: undefined, threshold: 1_024, maxInflatedBytes: 67_108_864 };
    expect(resolveOptions({}).compression).toEqual(resolved);
    expect(resolveOptions({ compression: false }).compression).toEqual({ ...resolved, algorithm: undefined });
    expect(resolveOptions({ compression: { threshold: '4kb', maxInflatedBytes: '1mb' } }).compression).toEqual({
      ...resolved,
      threshold: 4_096,
      maxInflatedBytes: 1_048_576,
    });
  });

  it('comes from the environment', () => {
    expect(fromEnv({ CACHE_COMPRESSION: 'brotli', CACHE_COMPRESSION_LEVEL: '5' }).compression).toEqual({
      algorithm: 'brotli',
      level: 5,
    });
    expect(fromEnv({ CACHE_COMPRESSION_THRESHOLD: '4kb' }).compression).toEqual({ threshold: 4_096 });
    for (const word of ['off', 'false', 'none', '0', 'OFF']) {
      expect(fromEnv({ CACHE_COMPRESSION: word, CACHE_COMPRESSION_LEVEL: '5' }).compression).toBe(false);
    }
    expect(resolveOptions(fromEnv({ CACHE_COMPRESSION: 'on' })).compression.algorithm).toBe('deflate');
    expect(Object.keys(faultsOf(() => fromEnv({ CACHE_COMPRESSION: 'zip' })))).toEqual(['CACHE_COMPRESSION']);
  });
});

describe('encryption', () => {
  it.each<[string, unknown]>([
    ['bytes', key],
    ['other bytes', new Uint8Array(key)],
    ['base64', key.toString('base64')],
    ['base64 for urls', key.toString('base64url')],
    ['hex', key.toString('hex')],
    ['a name', { id: '2026', key }],
  ])('takes a key as %s', (_, each) => expect(faults({ encryption: { keys: [each] } })).toEqual({}));

  it.each<[string, unknown, RegExp]>([
    ['no array', key.toString('hex'), /must be an array of keys; got a string/],
    ['no key', [], /must hold a key/],
    [
      'a password',
      ['correct horse battery staple'],
      /\[0\] must be 32 bytes: .* got a string of 28 characters that is/,
    ],
    ['a short one', [key, key.subarray(1)], /\[1\] must be 32 bytes: .* got 31 bytes/],
    ['a number', [12], /got a number\. Put it in quotes/],
    ['null', [null], /got null/],
    ['zeros', [Buffer.alloc(32)], /is one byte over and over/],
    ['no name', [{ key }], /\[0\] id must be a string/],
    ['an empty name', [{ id: '', key }], /\[0\] id must not be empty/],
    ['a name without a key', [{ id: 'a' }], /\[0\] must be 32 bytes: .* got undefined/],
    ['more than name and key', [{ id: 'a', key, kid: 1 }], /is \{ id, key \}/],
    ['a key twice', [key, key.toString('hex')], /\[1\] has the id of \[0\]/],
    [
      'a name twice',
      [
        { id: 'a', key },
        { id: 'a', key: randomBytes(32) },
      ],
      /\[1\] has the id of \[0\]/,
    ],
  ])('%s is a fault', (_, keys, message) => {
    const found = faults({ encryption: { keys } });
    expect(Object.keys(found)).toEqual(['encryption.keys']);
    expect(found['encryption.keys']).toMatch(message);
  });

  it('takes a function for keys of tenants, and nothing else', () => {
    expect(faults({ encryption: { keys: [key], tenantKeys: () => undefined } })).toEqual({});
    expect(faults({ encryption: { keys: [key], tenantKeys: { acme: [key] } } })).toEqual({
      'encryption.tenantKeys': 'must be a function; got an object.',
    });
    expect(Object.keys(faults({ encryption: { tenantKeys: () => [key] } }))).toEqual(['encryption.keys']);
  });

  it('comes from the environment', () => {
    const text = `${key.toString('base64')}, ${randomBytes(32).toString('hex')}`;
    expect(resolveOptions(fromEnv({ CACHE_ENCRYPTION_KEYS: text })).encryption?.keys).toHaveLength(2);
    for (const bad of [`${key.toString('hex')},`, 'short', `a,${key.toString('hex')}`]) {
      const error = configErrorOf(() => fromEnv({ CACHE_ENCRYPTION_KEYS: bad }));
      expect(error.faults.map(({ path }) => path)).toEqual(['CACHE_ENCRYPTION_KEYS']);
      expect(inspect(error)).not.toContain(key.toString('hex'));
    }
  });
});

describe('a secret key', () => {
  const spellings = [key.toString('hex'), key.toString('base64'), key.toString('base64url'), [...key].join(',')];
  const clean = (text: string): void => spellings.forEach((spelling) => expect(text).not.toContain(spelling));

  it('is in no message about options', () => {
    const [hex] = spellings;
    const wrong: unknown[] = [
      { encryption: hex },
      { encryption: { keys: hex } },
      { encryption: { keys: [`${hex}0`] } },
      { encryption: { keys: [{ id: 1, key: hex }] } },
      { encryption: { keys: [{ id: 'a', key: hex, [hex!]: hex }] } },
      { encryption: { key: hex, [hex!]: hex } },
      { encryption: { keys: [hex, hex] } },
      { codec: hex, compression: hex },
    ];
    for (const options of wrong) {
      const error = configErrorOf(() => validateOptions(options));
      clean(`${error.message}${inspect(error, { depth: 9, showHidden: true })}${JSON.stringify(error)}`);
    }
  });

  it('is not in the line at start, nor in the resolved options', () => {
    const options = resolveOptions({ redis: {}, encryption: { keys: [key, randomBytes(32)] } });
    expect(describeOptions(options)).toContain(', encrypted (2 keys), ');
    const ofTenants = resolveOptions({ redis: {}, encryption: { keys: [key], tenantKeys: () => [key] } });
    expect(describeOptions(ofTenants)).toContain(', encrypted (1 key, and keys of tenants), ');
    clean(inspect(ofTenants, { depth: 9, showHidden: true }));
    clean(`${describeOptions(options)}${inspect(options, { depth: 9, showHidden: true })}${JSON.stringify(options)}`);
  });
});

describe('the line at start', () => {
  it.each<[CacheModuleOptions, string]>([
    [{ redis: {} }, 'command timeout 100ms), ttl 1h'],
    [{ redis: {}, codec: 'msgpack' }, ', codec "msgpack", ttl'],
    [{ redis: {}, compression: false }, ', not compressed, ttl'],
    [
      { redis: {}, compression: { algorithm: 'brotli', level: 5, threshold: 0 } },
      ', brotli level 5 above 0 bytes, ttl',
    ],
    [{ redis: {}, compression: { threshold: '2kb' } }, ', deflate above 2 KiB, ttl'],
    [{ compression: false, codec: 'msgpack' }, 'isolation clone), ttl'],
  ])('of %j says %s', (options, text) => expect(describeOptions(resolveOptions(options))).toContain(text));
});
