import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Redis } from 'ioredis';
import type { CacheBackend } from '../../../lib/contracts/backend.js';
import type { Codec } from '../../../lib/contracts/codec.js';
import type { CacheEvent } from '../../../lib/contracts/events.js';
import type { CacheModuleOptions } from '../../../lib/contracts/options.js';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { RedisBackend } from '../../../lib/backends/redis/redis.backend.js';
import { CacheFormatError } from '../../../lib/support/errors.js';
import { CapableMapBackend } from '../../../lib/testing/capable-map.backend.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { MapBackend } from '../../../lib/testing/map.backend.js';
import { deferred, settle } from '../../support/deferred.js';
import { everyStore } from '../../support/every-store.js';

// Closed before the server is stopped.
let client: Redis;
afterAll(() => client.disconnect());

const { makeCache, redis } = everyStore();

type ErrorEvent = Extract<CacheEvent, { type: 'error' }>;
interface Rig {
  readonly cache: CacheManager;
  readonly raw: CacheBackend;
  readonly errors: ErrorEvent[];
}

beforeAll(() => {
  client = new Redis(redis().url);
});

async function rigOver(raw: CacheBackend, clock: FakeClock, options: CacheModuleOptions): Promise<Rig> {
  const cache = await makeCache({ clock, backend: raw, commandTimeout: '10s', ...options });
  const errors: ErrorEvent[] = [];
  cache.on('error', (event) => errors.push(event));
  return { cache, raw, errors };
}

const STORES: readonly { name: string; make(options?: CacheModuleOptions): Promise<Rig> }[] = [
  {
    name: 'three methods over bytes',
    make: (options = {}) => {
      const clock = new FakeClock();
      return rigOver(new MapBackend(clock), clock, options);
    },
  },
  {
    name: 'bytes with every capability',
    make: (options = {}) => {
      const clock = new FakeClock();
      return rigOver(new CapableMapBackend(clock), clock, options);
    },
  },
  {
    name: 'redis',
    make: async (options = {}) => {
      await client.flushall();
      return rigOver(new RedisBackend([client], false), new FakeClock(Date.now()), options);
    },
  },
];

const KEY = 'cache:v:{k}';
/** `staleAt` stands outside the checksum, so that it can be patched: what damages it changes the age, not the value. */
const STALE_AT = [8, 16] as const;

/** Bytes that are no entry for `KEY`, made from one that is. */
const DAMAGES: readonly [name: string, damage: (bytes: Buffer) => Buffer][] = [
  ['nothing at all', () => Buffer.alloc(0)],
  ['one byte', (bytes) => bytes.subarray(0, 1)],
  ['the header alone', (bytes) => bytes.subarray(0, 52)],
  ['all but the last byte', (bytes) => bytes.subarray(0, -1)],
  ['one byte more', (bytes) => Buffer.concat([bytes, Buffer.from([0])])],
  ['twice', (bytes) => Buffer.concat([bytes, bytes])],
  ['plain JSON', () => Buffer.from('{"value":"old"}')],
  ['a text', () => Buffer.from('old')],
  ['zeros', (bytes) => Buffer.alloc(bytes.length)],
  ['a newer version', (bytes) => with_(bytes, 2, 2)],
  ['an older version', (bytes) => with_(bytes, 2, 0)],
  ['another codec', (bytes) => with_(bytes, 3, 7)],
  ['compressed', (bytes) => with_(bytes, 4, 1)],
  ['encrypted', (bytes) => with_(bytes, 5, 1)],
  ['a flag of the future', (bytes) => with_(bytes, 7, 1)],
  [
    'a stale instant that is no number',
    (bytes) => Buffer.concat([bytes.subarray(0, 8), Buffer.alloc(8, 0xff), bytes.subarray(16)]),
  ],
];

function with_(bytes: Buffer, offset: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[offset] = value;
  return copy;
}

async function rawOf({ raw }: Rig, key = KEY): Promise<Buffer> {
  const bytes = await raw.get(key);
  if (!bytes) throw new Error(`There is nothing under ${key}.`);
  return Buffer.from(bytes);
}

/** A miss for everybody, told and counted, loaded anew, overwritten; never an error of a caller's. */
async function expectDropped({ cache, errors }: Rig, key = 'k'): Promise<void> {
  const before = { told: errors.length, counted: cache.getStats().errors };
  expect(await cache.get(key)).toBeUndefined();
  expect(await cache.has(key)).toBe(false);
  expect(await cache.getMany([key])).toEqual(new Map());
  expect(errors.length).toBe(before.told + 3);
  expect(cache.getStats().errors).toBe(before.counted + 3);
  expect(errors.at(-1)).toMatchObject({ operation: 'decode', key, error: expect.any(CacheFormatError) });
  expect(await cache.getOrSet(key, () => 'new', { tags: ['t'] })).toBe('new');
  expect(await cache.get(key)).toBe('new');
  expect(errors.length).toBe(before.told + 4);
}

describe.each(STORES)('G7, bad bytes are a miss, over $name', ({ name, make }) => {
  it.each(DAMAGES)('%s', async (_, damage) => {
    const rig = await make();
    await rig.cache.set('k', 'old', { tags: ['t'] });
    await rig.raw.set(KEY, damage(await rawOf(rig)));
    expect((await rig.cache.explain('k')).state).toBe('unreadable');
    await expectDropped(rig);
    await rig.raw.set(KEY, damage(await rawOf(rig)));
    expect((await rig.cache.getOrSetMany(['k'], async () => ['newer'])).get('k')).toBe('newer');
    expect(await rig.cache.get('k')).toBe('newer');
  });

  it('every byte, flipped', async () => {
    const rig = await make();
    await rig.cache.set('k', { value: 'old' }, { tags: ['t'] });
    const bytes = await rawOf(rig);
    for (let offset = 0; offset < bytes.length; offset++) {
      await rig.raw.set(KEY, with_(bytes, offset, bytes[offset]! ^ (1 << (offset % 8))));
      const value = await rig.cache.get('k');
      const isAge = offset >= STALE_AT[0] && offset < STALE_AT[1];
      if (!isAge || value !== undefined)
        expect([offset, value]).toEqual([offset, isAge ? { value: 'old' } : undefined]);
    }
  });

  it('any bytes whatever', async () => {
    const rig = await make();
    await rig.cache.set('k', 'old');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await rig.raw.set(KEY, bytes);
        expect(await rig.cache.getOrSet('k', () => 'loaded')).toBe('loaded');
      }),
      { numRuns: name === 'redis' ? 50 : 200 },
    );
  });

  it('bytes of another key, tenant or namespace', async () => {
    const rig = await make();
    await rig.cache.set('k', 'mine', { tags: ['t'] });
    await rig.cache.set('other', 'other');
    await rig.cache.forTenant('acme').set('k', 'theirs');
    await rig.cache.forNamespace('ns').set('k', 'elsewhere');
    for (const source of ['cache:v:{other}', 'cache@acme:v:{k}', 'cache/ns:v:{k}']) {
      await rig.raw.set(KEY, await rawOf(rig, source));
      await expectDropped(rig);
    }
    await rig.raw.set('cache@acme:v:{k}', await rawOf(rig, KEY));
    expect(await rig.cache.forTenant('acme').get('k')).toBeUndefined();
  });

  it.each(['cache:s:{%}', 'cache:t:{t}'])('the record of a version: %s', async (record) => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('NV'), Buffer.from('text'), Buffer.from('NV\u0001{"v":7}')]) {
      const rig = await make();
      await rig.cache.set('k', 'old', { tags: ['t'] });
      await rig.raw.set(record, bytes);
      await expectDropped(rig);
    }
    const rig = await make();
    await rig.cache.set('k', 'old', { tags: ['t'] });
    await rig.raw.set(record, bytesFlipped(await rawOf(rig, record)));
    expect(await rig.cache.getOrSet('k', () => 'new', { tags: ['t'] })).toBe('new');
    expect(await rig.cache.getOrSet('k', () => 'newer', { tags: ['t'] })).toBe('new');
  });

  it.each([
    ['an error', new Error('no')],
    ['nothing', undefined],
    ['a text', 'no'],
    ['null', null],
    ['a format error of its own', new CacheFormatError('other', 'format')],
  ])('a codec whose decode throws %s', async (_, thrown) => {
    const codec: Codec = {
      name: 'throwing',
      id: 200,
      encode: (value) => Buffer.from(JSON.stringify(value)),
      decode: () => {
        throw thrown as Error;
      },
    };
    const rig = await make({ codec });
    await rig.cache.set('k', 'old');
    for (let call = 0; call < 3; call++) expect(await rig.cache.getOrSet('k', () => 'loaded')).toBe('loaded');
    expect(await rig.cache.get('k')).toBeUndefined();
    expect(rig.errors.length).toBe(4);
    for (const { error } of rig.errors) expect(error).toBeInstanceOf(CacheFormatError);
  });

  it('a codec that cannot do again what it did once', async () => {
    let decodes = 0;
    const codec: Codec = {
      name: 'moody',
      id: 201,
      encode: (value) => Buffer.from(JSON.stringify(value)),
      decode: (bytes) => {
        if (++decodes % 2 === 0) throw new Error('not now');
        return JSON.parse(Buffer.from(bytes).toString()) as unknown;
      },
    };
    const rig = await make({ codec });
    await rig.cache.set('k', 'value');
    const calls = Array.from({ length: 10 }, () => rig.cache.getOrSet('k', () => 'loaded'));
    for (const value of await Promise.all(calls)) expect(['value', 'loaded']).toContain(value);
  });

  it('bytes that turn bad while a stale value of theirs is refreshed', async () => {
    const rig = await make();
    const gate = deferred<string>();
    await rig.cache.set('k', 'old', { ttl: '1m', staleWhileRevalidate: '1h' });
    await (rig.cache.cache.parts.clock as FakeClock).advance(61_000);
    expect(await rig.cache.getOrSet('k', () => gate.promise, { staleWhileRevalidate: '1h' })).toBe('old');
    await rig.raw.set(KEY, Buffer.from('bad'));
    gate.resolve('new');
    await settle();
    expect(['new', undefined]).toContain(await rig.cache.get('k'));
  });
});

function bytesFlipped(bytes: Buffer): Buffer {
  return with_(bytes, bytes.length - 4, bytes[bytes.length - 4]! ^ 1);
}

describe('G7, keys of another type in redis', () => {
  const make = STORES[2]!.make;

  it.each([KEY, 'cache:s:{%}', 'cache:t:{t}'])('%s is a list, a hash, a set', async (key) => {
    for (const put of [() => client.rpush(key, 'x'), () => client.hset(key, 'x', '1'), () => client.sadd(key, 'x')]) {
      const { cache } = await make();
      await cache.set('k', 'old', { tags: ['t'] });
      await client.del(key);
      await put();
      expect(await cache.get('k')).toBeUndefined();
      expect(await cache.getOrSet('k', () => 'new', { tags: ['t'] })).toBe('new');
      expect(await cache.getOrSet('k', () => 'newer', { tags: ['t'] })).toBe('new');
      await client.del(key);
      await put();
      expect(await cache.expire('k')).toBe(true);
      expect(await cache.invalidateTags('t')).toBe(true);
      expect(await cache.clear()).toBe(true);
      expect(await cache.delete('k')).toBe(true);
      expect(await cache.getOrSet('k', () => 'again', { tags: ['t'] })).toBe('again');
    }
  });
});
