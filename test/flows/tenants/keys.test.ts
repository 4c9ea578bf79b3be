import { createSecretKey, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { TenantCiphers } from '../../../lib/codecs/encryption/tenant-ciphers.js';
import { aesGcmCipher } from '../../../lib/codecs/encryption/aes-gcm.cipher.js';
import type { EncryptionKey, EncryptionOptions } from '../../../lib/contracts/encoding-options.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { bytesAt, byteStores } from '../../support/byte-stores.js';

const { stores } = byteStores();

const shared = randomBytes(32);
const [acme, globex, older] = [randomBytes(32), randomBytes(32), randomBytes(32)];
const keysOf =
  (byTenant: Readonly<Record<string, readonly EncryptionKey[]>>): NonNullable<EncryptionOptions['tenantKeys']> =>
  (tenant) =>
    Object.hasOwn(byTenant, tenant) ? byTenant[tenant] : undefined;
const encryption = { keys: [shared], tenantKeys: keysOf({ acme: [acme], globex: [globex] }) };
const at = (tenant: string): string => `cache@${tenant}:v:{k}`;

describe.each(stores)('keys of tenants, over $name', ({ name, make }) => {
  it('open what is the tenant’s, and nobody else’s key does', async () => {
    const rig = await make({ encryption });
    await rig.cache.forTenant('acme').set('k', 'mine');
    expect(await rig.cache.forTenant('acme').get('k')).toBe('mine');
    // The same store under other keys: what may be read is what the keys allow, and nothing else tells tenants apart.
    const readers: [string, EncryptionOptions, unknown][] = [
      ['with the tenant’s key', { keys: [older], tenantKeys: keysOf({ acme: [acme] }) }, 'mine'],
      ['among older keys', { keys: [older], tenantKeys: keysOf({ acme: [older, acme] }) }, 'mine'],
      ['with everybody’s key', { keys: [shared] }, undefined],
      ['with all keys, but as everybody’s', { keys: [shared, globex], tenantKeys: () => undefined }, undefined],
      ['with another tenant’s key', { keys: [shared], tenantKeys: keysOf({ acme: [globex] }) }, undefined],
      ['with the tenant’s key as everybody’s', { keys: [acme], tenantKeys: keysOf({ acme: [globex] }) }, undefined],
    ];
    for (const [how, options, expected] of readers) {
      const reader = (await rig.beside({ encryption: options })).forTenant('acme');
      expect([how, await reader.get('k')]).toEqual([how, expected]);
      expect((await reader.explain('k')).state).toBe(expected === undefined ? 'unreadable' : 'fresh');
    }
  });

  it('are of no use on bytes that were moved from another tenant', async () => {
    const rig = await make({ encryption });
    for (const tenant of ['acme', 'globex', 'none of its own']) await rig.cache.forTenant(tenant).set('k', tenant);
    await rig.cache.set('k', 'nobody');
    const theirs = await bytesAt(rig, at('globex'));
    for (const key of [at('acme'), 'cache:v:{k}']) await rig.raw.set(key, theirs);
    expect(await rig.cache.forTenant('acme').get('k')).toBeUndefined();
    expect(await rig.cache.get('k')).toBeUndefined();
    expect(rig.errors.map(({ operation, tenant }) => [operation, tenant])).toEqual([
      ['decode', 'acme'],
      ['decode', undefined],
    ]);
    expect(await rig.cache.forTenant('acme').getOrSet('k', () => 'anew')).toBe('anew');
    expect(await rig.cache.forTenant('globex').get('k')).toBe('globex');
  });

  it('are everybody’s for a tenant that has none', async () => {
    const rig = await make({ encryption });
    await rig.cache.forTenant('initech').set('k', 'theirs');
    const plain = await rig.beside({ encryption: { keys: [shared] } });
    expect(await plain.forTenant('initech').get('k')).toBe('theirs');
    await plain.forTenant('acme').set('k', 'of before acme had a key');
    expect(await rig.cache.forTenant('acme').get('k')).toBeUndefined();
    const moving = await rig.beside({ encryption: { keys: [shared], tenantKeys: keysOf({ acme: [acme, shared] }) } });
    await plain.forTenant('acme').set('k', 'of before acme had a key');
    expect(await moving.forTenant('acme').get('k')).toBe('of before acme had a key');
  });

  it('are for nested namespaces, batches and stale values too', async () => {
    const { cache, clock, beside } = await make({ encryption });
    const mine = cache.forNamespace('orders').forTenant('acme');
    await mine.setMany(
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
      { ttl: '1m', staleWhileRevalidate: '1h' },
    );
    const stranger = (await beside({ encryption: { keys: [shared] } })).forNamespace('orders').forTenant('acme');
    expect((await stranger.getMany(['a', 'b'])).size).toBe(0);
    expect([...(await mine.getMany(['a', 'b'])).values()]).toEqual([1, 2]);
    expect(await mine.expire('a')).toBe(true);
    // An entry that could not be read would have been removed, as it is where nothing can be patched.
    expect((await mine.explain('a')).state).toBe(name === 'three methods over bytes' ? 'absent' : 'stale');
    await clock.advance(61_000);
    expect(await mine.getOrSet('b', () => new Promise(() => {}), { staleWhileRevalidate: '1h' })).toBe(2);
  });

  it('rotate without a restart: the first one writes, all of them read', async () => {
    let keys: readonly EncryptionKey[] = [older];
    let asked = 0;
    const rig = await make({
      encryption: {
        keys: [shared],
        tenantKeys: () => {
          asked++;
          return keys;
        },
      },
    });
    const cache = rig.cache.forTenant('acme');
    await cache.set('k', 'old');
    keys = [acme, older];
    await rig.clock.advance(59_999);
    for (let call = 0; call < 10; call++) expect(await cache.get('k')).toBe('old');
    expect(asked).toBe(1);
    await rig.clock.advance(1);
    expect(await cache.get('k')).toBe('old');
    expect(asked).toBe(2);
    await cache.set('k', 'new');
    keys = [acme];
    await rig.clock.advance(60_000);
    expect(await cache.get('k')).toBe('new');
    keys = [globex];
    await rig.clock.advance(60_000);
    expect(await cache.get('k')).toBeUndefined();
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'throws',
      () => {
        throw new TypeError('the vault is sealed');
      },
      // Of what an application throws into a read, its kind alone is told.
      /the vault is sealed|cannot be decoded \(TypeError\)/,
    ],
    ['gives no key', () => [], /encryption\.tenantKeys: must hold a key/],
    ['gives null', () => null, /encryption\.tenantKeys: must be an array of keys; got null/],
    ['gives a promise', async () => [acme], /must be an array of keys; got a Promise/],
    ['gives a password', () => ['correct horse battery staple'], /\[0\] must be 32 bytes/],
  ])('that cannot be told store and read nothing: a function that %s', async (_, tenantKeys, text) => {
    const rig = await make({ encryption: { keys: [shared] } });
    await rig.cache.forTenant('acme').set('k', 'by everybody’s key');
    const faulty = await rig.beside({
      encryption: { keys: [shared], tenantKeys: tenantKeys as () => readonly EncryptionKey[] },
    });
    const told: string[] = [];
    faulty.on('error', ({ operation, error, tenant }) => told.push(`${operation} of ${tenant}: ${String(error)}`));
    const cache = faulty.forTenant('acme');
    expect(await cache.get('k')).toBeUndefined();
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded');
    expect(await cache.set('other', 'value')).toBe(false);
    expect(await rig.raw.get('cache@acme:v:{other}')).toBeUndefined();
    expect(told.filter((line) => !text.test(line))).toEqual([]);
    expect(new Set(told.map((line) => line.split(':')[0]))).toEqual(new Set(['decode of acme', 'set of acme']));
    expect(inspect(told)).not.toContain('correct horse');
    // Others are none the worse.
    await faulty.set('k', 'nobody’s');
    expect(await faulty.get('k')).toBe('nobody’s');
  });
});

describe('the ciphers of tenants', () => {
  const cipherKey = (id: string) => ({ id: Buffer.from(id), secret: createSecretKey(acme) });

  it('are bounded in number, and asked for again when they had to go', () => {
    const asked: string[] = [];
    const ciphers = new TenantCiphers(
      (tenant) => {
        asked.push(tenant);
        return [cipherKey('own.')];
      },
      aesGcmCipher([cipherKey('all.')]),
      new FakeClock(),
    );
    for (let tenant = 0; tenant < 5_000; tenant++) ciphers.of(`tenant ${tenant}`);
    const held = (ciphers as unknown as { held: { size: number } }).held;
    expect(held.size).toBe(1_000);
    ciphers.of('tenant 4999');
    expect(asked).toHaveLength(5_000);
    ciphers.of('tenant 0');
    expect(asked).toHaveLength(5_001);
  });

  it.each(['constructor', '__proto__', 'toString'])('are found by any name: %s', (tenant) => {
    const ciphers = new TenantCiphers(keysByName, aesGcmCipher([cipherKey('all.')]), new FakeClock());
    const sealed = ciphers.of(tenant).seal(Buffer.of(1), Buffer.alloc(0));
    expect(Buffer.from(sealed).toString('latin1', 0, 4)).toBe('own.');
  });

  function keysByName(tenant: string): ReturnType<typeof cipherKey>[] | undefined {
    return tenant === '' ? undefined : [cipherKey('own.')];
  }
});
