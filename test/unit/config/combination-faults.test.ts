import { describe, expect, it } from '@jest/globals';
import { validateOptions } from '../../../lib/config/validate-options.js';
import { MapBackend } from '../../../lib/testing/map.backend.js';
import { faultsOf } from './faults-of.js';

const faults = (options: unknown): Record<string, string> => faultsOf(() => validateOptions(options));
const client = { status: 'ready', call: async () => null, callBuffer: async () => null };

describe('options that cannot stand together', () => {
  it.each(['host', 'port', 'db'])('redis.url and redis.%s', (name) => {
    const value = { host: 'b', port: 6379, db: 1 }[name];
    expect(faults({ redis: { url: 'redis://a', [name]: value } })).toEqual({
      [`redis.${name}`]: 'cannot stand beside `redis.url`: the url says it.',
    });
  });

  it('a password in the url and beside it', () => {
    const redis = { url: 'redis://u:secret@a', username: 'u', password: 'other' };
    expect(Object.keys(faults({ redis }))).toEqual(['redis.username', 'redis.password']);
  });

  it('but a password beside a url without one is fine', () => {
    expect(faults({ redis: { url: 'redis://a', username: 'u', password: 'p' } })).toEqual({});
    expect(faults({ redis: { url: 'rediss://a', tls: { ca: 'x' } } })).toEqual({});
  });

  it.each([
    { host: 'a', username: 'u' },
    { url: 'redis://a', username: 'u' },
    { username: 'u', password: '' },
  ])('a user without a password: %j', (redis) => {
    expect(faults({ redis })).toEqual({ 'redis.username': 'is never sent without `redis.password`.' });
  });

  it('rediss: and tls: false', () => {
    expect(Object.keys(faults({ redis: { url: 'rediss://a', tls: false } }))).toEqual(['redis.tls']);
  });

  it.each([
    ['url', 'redis://a'],
    ['host', 'a'],
    ['port', 1],
    ['username', 'u'],
    ['password', 'p'],
    ['db', 1],
    ['tls', true],
    ['connectTimeout', '1s'],
    ['connections', 2],
  ])('redis.client and redis.%s', (name, value) => {
    expect(Object.keys(faults({ redis: { client, [name]: value } }))).toEqual([`redis.${name}`]);
  });

  it('but a client may have a commandTimeout', () => {
    expect(faults({ redis: { client, commandTimeout: 50 } })).toEqual({});
  });

  it.each([
    ['redis', 'needs the options `redis`, such as { url }; in the environment REDIS_URL or REDIS_HOST.'],
    ['tiered', expect.stringMatching(/^'tiered' needs a second tier: .*`redis`.*`disk`.*CACHE_DISK_DIRECTORY/)],
  ])("backend '%s' and no redis", (backend, message) => {
    expect(faults({ backend })).toEqual({
      backend: typeof message === 'string' ? `'${backend}' ${message}` : message,
    });
    expect(faults({ backend, redis: {} })).toEqual({});
  });

  it("memory and backend 'null'", () => {
    expect(Object.keys(faults({ backend: 'null', memory: {} }))).toEqual(['memory']);
    expect(faults({ backend: 'null' })).toEqual({});
  });

  it.each([
    ['maxEntries', 5],
    ['maxBytes', 1_000],
    ['eviction', 'lfu'],
  ])("memory.%s and backend 'redis'", (name, value) => {
    const memory = { [name]: value, isolation: 'freeze' };
    expect(faults({ backend: 'redis', redis: {}, memory, fallback: 'none' })).toEqual({
      [`memory.${name}`]: "has no meaning with the backend 'redis' and without a fallback; use 'tiered'.",
    });
    expect(faults({ backend: 'redis', redis: {}, memory })).toEqual({});
    expect(faults({ backend: 'tiered', redis: {}, memory })).toEqual({});
    expect(faults({ redis: {}, memory })).toEqual({});
  });

  it.each(['memory', 'redis', {}])('memory.admit and the backend %p', (backend) => {
    const options = { backend, memory: { admit: () => true }, ...(backend === 'redis' && { redis: {} }) };
    expect(Object.keys(faults(options))).toContain('memory.admit');
    expect(faults({ ...options, backend: 'tiered', redis: {} })).toEqual({});
    expect(faults({ ...options, backend: undefined, redis: {} })).toEqual({});
  });

  it('what is for outages, and a backend that cannot be lost', () => {
    const outages = { fallback: 'memory', fallbackTtl: '5s', breaker: {}, journal: {} };
    for (const backend of ['memory', 'null']) {
      const message = `has no meaning with the backend '${backend}', which cannot be lost.`;
      expect(faults({ backend, ...outages })).toEqual({
        fallback: message,
        fallbackTtl: message,
        breaker: message,
        journal: message,
      });
    }
    expect(faults({ redis: {}, ...outages })).toEqual({});
  });

  it('what is for outages, and a custom backend without a fallback', () => {
    const backend = new MapBackend();
    const message = 'needs `fallback` with a custom backend.';
    expect(faults({ backend, breaker: {}, journal: {} })).toEqual({ breaker: message, journal: message });
    expect(faults({ backend, breaker: {}, journal: {}, fallback: 'none' })).toEqual({});
  });

  it('a life in the fallback, and none', () => {
    expect(faults({ redis: {}, fallback: 'none', fallbackTtl: '5s' })).toEqual({
      fallbackTtl: "has no meaning with fallback 'none'.",
    });
  });

  it("but memory.isolation is of the backend 'redis' too", () => {
    expect(faults({ backend: 'redis', redis: {}, memory: { isolation: 'freeze' } })).toEqual({});
    expect(faults({ backend: 'redis', redis: {}, memory: { maxEntries: undefined } })).toEqual({});
  });

  it.each([
    ['memory', "the backend 'memory'"],
    ['null', "the backend 'null'"],
    [{ get: () => 1, set: () => 1, delete: () => 1 }, 'a custom backend'],
  ])('lease and the backend %p', (backend, name) => {
    expect(faults({ backend, lease: {} })).toEqual({
      lease: `has no meaning with ${name}: leases are of what processes share, Redis or a directory.`,
    });
    expect(faults({ backend, lease: {}, redis: {} })).toEqual({});
    expect(faults({ backend, lease: undefined })).toEqual({});
  });

  it('but a lease may wait for the address of Redis', () => {
    expect(faults({ lease: { ttl: '5s' } })).toEqual({});
    expect(faults({ lease: { ttl: '5s' }, redis: {} })).toEqual({});
    expect(faults({ backend: 'redis', lease: {}, redis: {} })).toEqual({});
    expect(faults({ backend: 'tiered', lease: {}, redis: {} })).toEqual({});
  });

  it.each([{ redis: {} }, { backend: 'redis', redis: {} }, { backend: 'tiered', redis: {} }])(
    'commandTimeout of a custom backend and Redis: %j',
    (options) => {
      expect(Object.keys(faults({ ...options, commandTimeout: 50 }))).toEqual(['commandTimeout']);
      expect(faults({ backend: 'memory', commandTimeout: 50 })).toEqual({});
    },
  );

  it('a soft timeout after the hard one', () => {
    expect(faults({ softTimeout: '5s', hardTimeout: 1_000 })).toEqual({
      softTimeout: 'the soft timeout (5s) comes after the hard one (1s), which ends the call.',
    });
    expect(faults({ softTimeout: '1s', hardTimeout: 1_000 })).toEqual({});
    expect(faults({ softTimeout: '5s', hardTimeout: Infinity })).toEqual({});
  });

  it("a soft timeout of http after the module's hard one", () => {
    expect(Object.keys(faults({ hardTimeout: '1s', http: { softTimeout: '2s' } }))).toEqual(['http.softTimeout']);
    expect(Object.keys(faults({ softTimeout: '1s', http: { hardTimeout: 500 } }))).toEqual(['http.hardTimeout']);
    expect(faults({ softTimeout: '1s', http: { hardTimeout: '2s' } })).toEqual({});
  });

  it('two spellings of one operation', () => {
    expect(faults({ operations: { 'image-analysis': 1, IMAGE_ANALYSIS: 2 } })).toEqual({
      'operations.IMAGE_ANALYSIS': 'is the same operation as `image-analysis`: case, - _ and . do not tell them apart.',
    });
  });

  it('are not compared while one of them is wrong by itself', () => {
    expect(Object.keys(faults({ softTimeout: 'x', hardTimeout: 1 }))).toEqual(['softTimeout']);
    expect(Object.keys(faults({ redis: { url: 'redis://a', port: 'x' } }))).toEqual(['redis.port']);
  });
});

describe('a client that cannot be used', () => {
  it('is one that pipelines by itself: ioredis drops the names of the commands it is given', () => {
    const pipelining = (enableAutoPipelining: boolean) => ({
      redis: { client: { ...client, options: { enableAutoPipelining } } },
    });
    expect(faults(pipelining(true))['redis.client']).toMatch(/^has enableAutoPipelining, .+client\.duplicate/);
    expect(faults(pipelining(false))).toEqual({});
  });
});

describe('what is not built yet', () => {
  it.each([
    [
      'redis.replicas',
      { redis: { replicas: true } },
      'redis.replicas is not available in this version. A replica may not have heard yet of what was deleted; ' +
        'values in the process (`tiered`) take reads off the master.',
    ],
  ])('%s is refused by name: %j', (path, options, message) => {
    expect(faults(options)).toEqual({ [path]: message });
  });
});
