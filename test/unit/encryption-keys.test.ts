import { createSecretKey, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';

import { createFormat } from '../../lib/assembly/create-format.js';
import { aesGcmCipher } from '../../lib/codecs/encryption/aes-gcm.cipher.js';
import { resolveOptions } from '../../lib/config/resolved-options.js';
import { validateOptions } from '../../lib/config/validate-options.js';
import type { CacheModuleOptions } from '../../lib/contracts/options.js';
import { CacheFormatError } from '../../lib/support/errors.js';
import type { EntryFormat } from '../../lib/wrappers/encoded/entry-format.js';

const [first, second, third] = [randomBytes(32), randomBytes(32), randomBytes(32)];
const times = { createdAt: 1_000, staleAt: 2_000, expiresAt: 3_000, loadTime: 5 };
const meta = { scopes: [['app', 'v1']] as const, tags: [['users', 't1']] as const };

const formatOf = (options: CacheModuleOptions): Promise<EntryFormat> =>
  createFormat(resolveOptions(validateOptions(options)));

/** Why the bytes are refused; any error but CacheFormatError fails the test. */
function refusal(format: EntryFormat, key: string, bytes: Uint8Array): string | undefined {
  try {
    format.open(key, bytes);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(CacheFormatError);
    return (error as CacheFormatError).reason;
  }
}

describe('keys', () => {
  const read = async (keys: readonly Buffer[], bytes: Uint8Array): Promise<string | undefined> =>
    refusal(await formatOf({ encryption: { keys } }), 'k', bytes);

  it('rotate: the first one writes, all of them read', async () => {
    const old = (await formatOf({ encryption: { keys: [first] } })).encode('k', times, meta, 1);
    const rotated = (await formatOf({ encryption: { keys: [second, first] } })).encode('k', times, meta, 1);
    expect(await read([second, first], old)).toBeUndefined();
    expect(await read([first, second], rotated)).toBeUndefined();
    expect(await read([second], rotated)).toBeUndefined();
    expect(await read([second], old)).toBe('format');
    expect(await read([third], rotated)).toBe('format');
  });

  it('are the same however they are spelled', async () => {
    const bytes = (await formatOf({ encryption: { keys: [first] } })).encode('k', times, meta, 1);
    const spellings = [
      first.toString('hex'),
      first.toString('base64'),
      first.toString('base64url'),
      new Uint8Array(first),
    ];
    for (const key of spellings) {
      expect(refusal(await formatOf({ encryption: { keys: [key] } }), 'k', bytes)).toBeUndefined();
    }
  });

  it('may have names, which are compared before they are tried', async () => {
    const named = await formatOf({ encryption: { keys: [{ id: '2026', key: first }] } });
    const bytes = named.encode('k', times, meta, 1);
    expect(refusal(named, 'k', bytes)).toBeUndefined();
    expect(await read([first], bytes)).toBe('format');
    const impostor = await formatOf({ encryption: { keys: [{ id: '2026', key: second }] } });
    expect(refusal(impostor, 'k', bytes)).toBe('corrupt');
  });

  it('are nowhere in what they sealed, and in no print of the options', async () => {
    const options = resolveOptions({ encryption: { keys: [first] } });
    const printed = inspect(options, { depth: 9, showHidden: true }) + JSON.stringify(options);
    for (const spelled of [first.toString('hex'), first.toString('base64'), [...first].join(',')]) {
      expect(printed).not.toContain(spelled);
    }
    expect((await createFormat(options)).encode('k', times, meta, 1).includes(first)).toBe(false);
  });
});

describe('the cipher', () => {
  const key = { id: Buffer.from('0001'), secret: createSecretKey(first) };

  it('takes a new nonce each time', () => {
    const cipher = aesGcmCipher([key]);
    const nonces = Array.from({ length: 1_000 }, () => cipher.seal(Buffer.of(1), Buffer.alloc(0)));
    expect(new Set(nonces.map((bytes) => Buffer.from(bytes).toString('hex', 4, 16))).size).toBe(1_000);
  });

  it('is longer by what it says, and refuses what is shorter than that', () => {
    const cipher = aesGcmCipher([key]);
    expect(cipher.seal(Buffer.alloc(10), Buffer.alloc(0)).length).toBe(10 + cipher.overhead);
    expect(() => cipher.open(Buffer.alloc(cipher.overhead - 1), Buffer.alloc(0))).toThrow(CacheFormatError);
    expect(() => aesGcmCipher([])).toThrow(TypeError);
  });
});
