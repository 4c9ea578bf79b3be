import { describe, expect, it } from '@jest/globals';
import { CacheBackend } from '../../../lib/contracts/backend.js';
import { resolveOptions } from '../../../lib/config/resolved-options.js';
import { operationName } from '../../../lib/support/operation-name.js';
import { systemClock, systemRandom } from '../../../lib/support/clock.js';

class Store extends CacheBackend {
  get = async () => undefined;
  set = async () => {};
  delete = async () => false;
}

describe('resolveOptions', () => {
  it('applies every default', () => {
    expect(resolveOptions({})).toEqual({
      name: 'default',
      isGlobal: true,
      enabled: true,
      namespace: 'cache',
      ttl: 3_600_000,
      freshness: {
        staleWhileRevalidate: 0,
        staleIfError: 0,
        refreshAhead: 0,
        softTimeout: undefined,
        hardTimeout: undefined,
        jitter: 0,
        nullTtl: undefined,
      },
      backend: 'memory',
      memory: { maxEntries: 10_000, maxBytes: 104_857_600, eviction: 'lru', isolation: 'clone', admit: undefined },
      redis: undefined,
      commandTimeout: 100,
      lease: { ttl: 2_000, waitTimeout: 30_000 },
      streams: { maxBytes: 16_777_216, stallTimeout: 120_000, waitTimeout: 120_000 },
      codec: 'json',
      compression: { algorithm: 'deflate', level: undefined, threshold: 1_024, maxInflatedBytes: 67_108_864 },
      encryption: undefined,
      operations: new Map(),
      classInstances: 'plain',
      http: {},
      keyGenerator: undefined,
      logCalls: false,
      logKeys: 'plain',
      clock: systemClock,
      random: systemRandom,
    });
  });

  it('uses Redis behind memory when there are options for it, with defaults of its own', () => {
    const resolved = resolveOptions({ redis: {} });
    expect(resolved.backend).toBe('tiered');
    expect(resolved.redis).toEqual({
      url: undefined,
      host: '127.0.0.1',
      port: 6379,
      username: undefined,
      password: undefined,
      db: 0,
      client: undefined,
      commandTimeout: 100,
      connectTimeout: 2_000,
      connections: 1,
      tls: undefined,
      coherence: 'auto',
      onServerChange: 'clear',
    });
    expect(resolved.resilience).toEqual({
      fallback: 'memory',
      fallbackTtl: 30_000,
      breaker: { failures: 5, errorRate: 0.5 },
      journal: { maxEntries: 10_000, directory: undefined },
    });
  });

  it.each(['redis', 'tiered', 'memory', 'null'] as const)('takes the backend %s as it is named', (backend) => {
    expect(resolveOptions({ backend, redis: {} }).backend).toBe(backend);
  });

  it('adds no host to a url or a client', () => {
    const client = { status: 'ready', call: async () => null, callBuffer: async () => null };
    expect(resolveOptions({ redis: { url: 'redis://a' } }).redis).toMatchObject({
      url: 'redis://a',
      host: undefined,
      port: undefined,
    });
    expect(resolveOptions({ redis: { client } }).redis).toMatchObject({ host: undefined, db: undefined });
  });

  it("takes the time limit of the backend in use: Redis's, or the module's", () => {
    const redis = { commandTimeout: '250ms' } as const;
    expect(resolveOptions({ redis }).commandTimeout).toBe(250);
    expect(resolveOptions({ redis: {} }).commandTimeout).toBe(100);
    expect(resolveOptions({ redis, backend: 'redis' }).commandTimeout).toBe(250);
    expect(resolveOptions({ redis, backend: 'tiered' }).commandTimeout).toBe(250);
    expect(resolveOptions({ redis, backend: 'memory', commandTimeout: 30 }).commandTimeout).toBe(30);
    expect(resolveOptions({ backend: new Store(), commandTimeout: '1s' }).commandTimeout).toBe(1_000);
  });

  it('turns every duration into milliseconds', () => {
    const resolved = resolveOptions({
      ttl: '2h',
      staleWhileRevalidate: '1.5s',
      staleIfError: '1d',
      softTimeout: '200ms',
      hardTimeout: 5_000,
      nullTtl: '1m',
      redis: { commandTimeout: 50, connectTimeout: '3s' },
      lease: { ttl: '5s', waitTimeout: '1m' },
      operations: { OCR: '2d', 'image-analysis': Infinity },
    });
    expect(resolved.ttl).toBe(7_200_000);
    expect(resolved.freshness).toEqual({
      staleWhileRevalidate: 1_500,
      staleIfError: 86_400_000,
      refreshAhead: 0,
      softTimeout: 200,
      hardTimeout: 5_000,
      jitter: 0,
      nullTtl: 60_000,
    });
    expect(resolved.redis).toMatchObject({ commandTimeout: 50, connectTimeout: 3_000 });
    expect(resolved.lease).toEqual({ ttl: 5_000, waitTimeout: 60_000 });
    expect([...resolved.operations]).toEqual([
      ['ocr', 172_800_000],
      [operationName('imageAnalysis'), Infinity],
    ]);
  });

  it('keeps what is set to 0 or false', () => {
    const resolved = resolveOptions({
      ttl: 0,
      nullTtl: 0,
      softTimeout: 0,
      isGlobal: false,
      enabled: false,
      redis: { db: 0, coherence: 'none' },
      lease: { waitTimeout: 0 },
    });
    expect(resolved).toMatchObject({
      ttl: 0,
      isGlobal: false,
      enabled: false,
      freshness: { nullTtl: 0, softTimeout: 0 },
      redis: { db: 0, coherence: 'none' },
      lease: { ttl: 2_000, waitTimeout: 0 },
    });
  });

  it.each([
    [true, 1],
    [false, 0],
    [2.5, 2.5],
    [undefined, 0],
  ])('takes refreshAhead %p for a beta of %p', (refreshAhead, beta) => {
    expect(resolveOptions({ refreshAhead }).freshness.refreshAhead).toBe(beta);
  });

  it.each([
    [true, {}],
    [false, undefined],
    [undefined, undefined],
  ])('takes tls %p for %p', (tls, expected) => {
    expect(resolveOptions({ redis: { tls } }).redis?.tls).toEqual(expected);
  });

  it('takes an empty user or password for none', () => {
    expect(resolveOptions({ redis: { username: '', password: '' } }).redis).toMatchObject({
      username: undefined,
      password: undefined,
    });
  });

  it('is frozen, and hands live objects on as they are', () => {
    const client = { status: 'ready', call: async () => null, callBuffer: async () => null };
    const backend = new Store();
    const codec = { name: 'mine', id: 16, encode: () => new Uint8Array(), decode: () => 1 };
    const clock = { ...systemClock };
    const random = { ...systemRandom };
    const keyGenerator = { generate: () => 'k' };
    const tls = { ca: Buffer.from('x') };
    const key = (): string => 'k';
    const resolved = resolveOptions({ backend, codec, clock, random, keyGenerator, redis: { client }, http: { key } });
    expect(resolved.backend).toBe(backend);
    expect(resolved.codec).toBe(codec);
    expect(resolved.clock).toBe(clock);
    expect(resolved.random).toBe(random);
    expect(resolved.keyGenerator).toBe(keyGenerator);
    expect(resolved.redis?.client).toBe(client);
    expect(resolved.http.key).toBe(key);
    expect(resolveOptions({ redis: { tls } }).redis?.tls).toBe(tls);
    for (const live of [client, backend, codec, clock, tls]) expect(Object.isFrozen(live)).toBe(false);
    for (const group of [
      resolved,
      resolved.freshness,
      resolved.memory,
      resolved.redis,
      resolved.lease,
      resolved.http,
    ]) {
      expect(Object.isFrozen(group)).toBe(true);
    }
  });
});
