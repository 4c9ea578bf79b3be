import { describe, expect, it } from '@jest/globals';
import { cacheOptionsFromEnv } from '../../../lib/config/from-env.js';
import { resolveOptions } from '../../../lib/config/resolved-options.js';
import { operationName } from '../../../lib/support/operation-name.js';
import { configErrorOf, faultsOf } from './faults-of.js';

const faults = (env: Record<string, string | undefined>): Record<string, string> =>
  faultsOf(() => cacheOptionsFromEnv(env));
/** Options as plain data. */
const options = (env: Record<string, string | undefined>): unknown => ({ ...cacheOptionsFromEnv(env) });

describe('cacheOptionsFromEnv', () => {
  it('reads every variable', () => {
    expect(
      options({
        REDIS_HOST: 'db.local',
        REDIS_PORT: '6380',
        REDIS_USERNAME: 'app',
        REDIS_PASSWORD: 'pass',
        REDIS_DB: '2',
        REDIS_TLS: 'true',
        REDIS_MAX_CONNECTIONS: '4',
        REDIS_SOCKET_TIMEOUT: '0.25',
        REDIS_CONNECT_TIMEOUT: '3',
        REDIS_COHERENCE: 'pubsub',
        CACHE_NAME: 'main',
        CACHE_ENABLED: 'yes',
        CACHE_NAMESPACE: 'shop',
        CACHE_BACKEND: 'tiered',
        CACHE_DEFAULT_TTL: '3600',
        CACHE_NULL_TTL: '10',
        CACHE_STALE_WHILE_REVALIDATE: '60',
        CACHE_STALE_IF_ERROR: '1h',
        CACHE_REFRESH_AHEAD: 'on',
        CACHE_SOFT_TIMEOUT: '500ms',
        CACHE_HARD_TIMEOUT: '5',
        CACHE_JITTER: '0.1',
        CACHE_MAX_ENTRIES: '500',
        CACHE_MAX_BYTES: '64mb',
        CACHE_EVICTION: 'lfu',
        CACHE_ISOLATION: 'freeze',
        CACHE_LEASE_TTL: '0.5',
        CACHE_LEASE_WAIT_TIMEOUT: '1m',
        CACHE_CLASS_INSTANCES: 'refuse',
        CACHE_LOG_CALLS: '1',
        CACHE_TTL_OCR: '48h',
        CACHE_TTL_DOCUMENT_PARSE: '86400',
      }),
    ).toEqual({
      redis: {
        host: 'db.local',
        port: 6380,
        username: 'app',
        password: 'pass',
        db: 2,
        tls: true,
        connections: 4,
        commandTimeout: 250,
        connectTimeout: 3_000,
        coherence: 'pubsub',
      },
      name: 'main',
      enabled: true,
      namespace: 'shop',
      backend: 'tiered',
      ttl: 3_600_000,
      nullTtl: 10_000,
      staleWhileRevalidate: 60_000,
      staleIfError: 3_600_000,
      refreshAhead: true,
      softTimeout: 500,
      hardTimeout: 5_000,
      jitter: 0.1,
      memory: { maxEntries: 500, maxBytes: 67_108_864, eviction: 'lfu', isolation: 'freeze' },
      lease: { ttl: 500, waitTimeout: 60_000 },
      classInstances: 'refuse',
      logCalls: true,
      operations: { ocr: 172_800_000, document_parse: 86_400_000 },
    });
  });

  it('finds the ttl of an operation whatever the spelling in the decorator', () => {
    const { operations } = resolveOptions(cacheOptionsFromEnv({ CACHE_TTL_IMAGE_ANALYSIS: '5m' }));
    expect([...operations]).toEqual([[operationName('imageAnalysis'), 300_000]]);
  });

  it('takes an empty variable, or one of blanks, for one that is not set', () => {
    expect(options({ REDIS_URL: '', CACHE_BACKEND: ' ', CACHE_TTL_OCR: '', CACHE_JITTER: undefined })).toEqual({});
    expect(options({})).toEqual({});
  });

  it('reads the environment when it is called', () => {
    process.env['CACHE_NAMESPACE'] = 'late';
    try {
      expect(cacheOptionsFromEnv().namespace).toBe('late');
    } finally {
      delete process.env['CACHE_NAMESPACE'];
    }
    expect(cacheOptionsFromEnv().namespace).toBeUndefined();
  });

  it('names every bad variable in one error', () => {
    const error = configErrorOf(() =>
      cacheOptionsFromEnv({
        REDIS_URL: 'http://a',
        REDIS_MAX_CONNECTIONS: '0',
        REDIS_SOCKET_TIMEOUT: 'slow',
        CACHE_ENABLED: 'maybe',
        CACHE_BACKEND: 'dsk',
        CACHE_JITTER: '2',
        CACHE_MAX_ENTRIES: '1.5',
        CACHE_ISOLATION: 'clon',
        CACHE_LEASE_TTL: '50ms',
        CACHE_LEASE_WAIT_TIMEOUT: 'long',
        REDIS_COHERENCE: 'push',
        CACHE_REFRESH_AHEAD: 'sometimes',
        CACHE_TTL_OCR: 'x',
        CACHE_TTL_PARSE: '-1',
        CACHE_DEFUALT_TTL: '5',
      }),
    );
    expect(error.faults.map((each) => each.path).sort()).toEqual([
      'CACHE_BACKEND',
      'CACHE_DEFUALT_TTL',
      'CACHE_ENABLED',
      'CACHE_ISOLATION',
      'CACHE_JITTER',
      'CACHE_LEASE_TTL',
      'CACHE_LEASE_WAIT_TIMEOUT',
      'CACHE_MAX_ENTRIES',
      'CACHE_REFRESH_AHEAD',
      'CACHE_TTL_OCR',
      'CACHE_TTL_PARSE',
      'REDIS_COHERENCE',
      'REDIS_MAX_CONNECTIONS',
      'REDIS_SOCKET_TIMEOUT',
      'REDIS_URL',
    ]);
    expect(error.message).toContain(
      "CACHE_BACKEND: must be one of 'memory', 'redis', 'tiered', 'disk', 'null'; got \"dsk\".",
    );
    expect(error.message).toContain("Did you mean 'clone'?");
  });

  it('uses Redis when REDIS_URL or REDIS_HOST is set, or CACHE_BACKEND says so', () => {
    expect(options({ REDIS_URL: 'redis://a' })).toEqual({ redis: { url: 'redis://a' } });
    expect(options({ REDIS_HOST: 'a' })).toEqual({ redis: { host: 'a' } });
    expect(options({ CACHE_BACKEND: 'redis', REDIS_PORT: '7' })).toEqual({ backend: 'redis', redis: { port: 7 } });
    expect(options({ CACHE_BACKEND: 'tiered', REDIS_PORT: '7' })).toEqual({ backend: 'tiered', redis: { port: 7 } });
    expect(options({ CACHE_BACKEND: 'memory', REDIS_PORT: '7', REDIS_COHERENCE: 'none' })).toEqual({
      backend: 'memory',
    });
    expect(options({ REDIS_PORT: '7', REDIS_PASSWORD: 'x', CACHE_COMMAND_TIMEOUT: '1' })).toEqual({
      commandTimeout: 1_000,
    });
  });

  it('names a bad REDIS_ variable also when Redis is not used', () => {
    expect(Object.keys(faults({ REDIS_PORT: 'x', REDIS_DB: '-1', REDIS_MAX_CONNECTIONS: '0' }))).toEqual([
      'REDIS_PORT',
      'REDIS_DB',
      'REDIS_MAX_CONNECTIONS',
    ]);
  });

  it.each(['redis', 'tiered'])(
    "leaves '%s' without an address to forRoot, which knows what else is given",
    (backend) => {
      expect(options({ CACHE_BACKEND: backend })).toEqual({ backend });
    },
  );

  it('accepts parts beside REDIS_URL that say the same', () => {
    const url = 'redis://app:p%23w@db.local:6380/2';
    const same = {
      REDIS_HOST: 'db.local',
      REDIS_PORT: '6380',
      REDIS_USERNAME: 'app',
      REDIS_PASSWORD: 'p#w',
      REDIS_DB: '2',
    };
    expect(options({ REDIS_URL: url, ...same })).toEqual({ redis: { url } });
    expect(options({ REDIS_URL: 'redis://a', REDIS_PASSWORD: 'x' })).toEqual({
      redis: { url: 'redis://a', password: 'x' },
    });
  });

  it('refuses parts beside REDIS_URL that say something else', () => {
    const other = { REDIS_HOST: 'b', REDIS_PORT: '1', REDIS_DB: '3', REDIS_PASSWORD: 'y' };
    expect(Object.keys(faults({ REDIS_URL: 'redis://:x@a', ...other }))).toEqual(Object.keys(other));
  });

  it('ignores the REDIS_PORT that Kubernetes sets', () => {
    expect(options({ REDIS_HOST: 'a', REDIS_PORT: 'tcp://10.0.0.1:6379' })).toEqual({ redis: { host: 'a' } });
  });

  it('keeps blanks in a password', () => {
    expect(cacheOptionsFromEnv({ REDIS_HOST: ' a ', REDIS_PASSWORD: ' p ' }).redis).toEqual({
      host: 'a',
      password: ' p ',
    });
  });

  it('calls a group by one of its variables', () => {
    expect(Object.keys(faults({ CACHE_BACKEND: 'null', CACHE_MAX_ENTRIES: '5' }))).toEqual(['CACHE_MAX_ENTRIES']);
    expect(Object.keys(faults({ CACHE_BACKEND: 'memory', CACHE_LEASE_TTL: '5' }))).toEqual(['CACHE_LEASE_TTL']);
    expect(Object.keys(faults({ CACHE_FALLBACK: 'none', CACHE_FALLBACK_TTL: '5' }))).toEqual(['CACHE_FALLBACK_TTL']);
    expect(Object.keys(faults({ CACHE_SOFT_TIMEOUT: '5', CACHE_HARD_TIMEOUT: '1' }))).toEqual(['CACHE_SOFT_TIMEOUT']);
    expect(Object.keys(faults({ REDIS_URL: 'redis://a', CACHE_COMMAND_TIMEOUT: '1' }))).toEqual([
      'CACHE_COMMAND_TIMEOUT',
    ]);
  });

  it('is not misled by an operation called __proto__', () => {
    const { operations } = resolveOptions(cacheOptionsFromEnv({ CACHE_TTL___PROTO__: '5' }));
    expect([...operations]).toEqual([[operationName('__proto__'), 5_000]]);
  });
});
