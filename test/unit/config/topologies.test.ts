import { describe, expect, it } from '@jest/globals';
import { describeOptions } from '../../../lib/config/describe-options.js';
import { cacheOptionsFromEnv } from '../../../lib/config/from-env.js';
import { resolveOptions } from '../../../lib/config/resolved-options.js';
import { validateOptions } from '../../../lib/config/validate-options.js';
import type { ResolvedRedis } from '../../../lib/config/resolved-redis.js';
import type { CacheModuleOptions, RedisOptions } from '../../../lib/contracts/options.js';
import { faultsOf } from './faults-of.js';

const faults = (redis: unknown): Record<string, string> => faultsOf(() => validateOptions({ redis }));
const resolved = (redis: RedisOptions): ResolvedRedis => resolveOptions(validateOptions({ redis })).redis!;
const described = (options: CacheModuleOptions): string => describeOptions(resolveOptions(validateOptions(options)));
const nodes = [{ host: 'a' }, { host: 'b', port: 7_001 }];
const cluster = { status: 'ready', isCluster: true, call: async () => null, callBuffer: async () => null };

describe('urls of other servers', () => {
  it.each([
    ['redis://u:p@h:1/2', 'redis://u:p@h:1/2'],
    ['rediss://h', 'rediss://h'],
    ['valkey://u:p@h:1/2?family=4', 'redis://u:p@h:1/2?family=4'],
    ['valkeys://h', 'rediss://h'],
    ['dragonfly://h:1', 'redis://h:1'],
    ['DragonflyS://:p%40@h', 'rediss://:p%40@h'],
  ])('%s', (url, plain) => {
    expect(resolved({ url }).url).toBe(plain);
  });

  it('Dragonfly is told by messages, and nobody asks it for anything else', () => {
    expect(resolved({ url: 'dragonfly://h' }).coherence).toBe('pubsub');
    expect(resolved({ url: 'dragonflys://h', coherence: 'none' }).coherence).toBe('none');
    expect(resolved({ url: 'valkey://h' }).coherence).toBe('auto');
    expect(faults({ url: 'dragonfly://h', coherence: 'tracking' })).toEqual({
      'redis.coherence':
        "cannot be 'tracking' with Dragonfly, whose CLIENT TRACKING has no REDIRECT. Use 'auto' or 'pubsub'.",
    });
  });

  it('TLS may be said by the scheme, and not denied beside it', () => {
    expect(faults({ url: 'valkeys://h', tls: false })).toEqual({
      'redis.tls': 'is false, and the url begins with valkeys://.',
    });
    expect(faults({ url: 'valkey://h', tls: false })).toEqual({});
  });
});

describe('a Unix socket', () => {
  it.each([
    [{ path: '/run/redis.sock' }, '/run/redis.sock'],
    [{ url: 'unix:///run/redis.sock' }, '/run/redis.sock'],
    [{ url: 'redis+unix:///run/my%20redis.sock' }, '/run/my redis.sock'],
  ])('%j', (redis, path) => {
    expect(resolved({ ...redis, db: 2, password: 'p' })).toMatchObject({
      path,
      url: undefined,
      host: undefined,
      db: 2,
    });
  });

  it.each([
    [{ path: 'run/redis.sock' }, 'redis.path', /absolute path/],
    [{ path: 5 }, 'redis.path', /must be a string; got a number/],
    [{ url: 'unix://run/redis.sock' }, 'redis.url', /its path alone/],
    [{ url: 'unix:///run/redis.sock?db=1' }, 'redis.url', /its path alone/],
    [{ url: 'unix:///' }, 'redis.url', /names no socket/],
    [{ path: '/s', host: 'h' }, 'redis.host', /cannot stand beside `redis.path`/],
    [{ path: '/s', tls: true }, 'redis.tls', /cannot stand beside `redis.path`/],
    [{ url: 'unix:///s', tls: true }, 'redis.tls', /cannot stand beside `redis.url`/],
  ])('%j', (redis, path, message) => {
    expect(faults(redis)).toEqual({ [path]: expect.stringMatching(message) });
  });
});

describe('sentinels', () => {
  it('have a port and a name by default', () => {
    expect(resolved({ sentinels: nodes, sentinelPassword: 's', password: 'p', db: 3 })).toMatchObject({
      sentinels: {
        addresses: [
          { host: 'a', port: 26_379 },
          { host: 'b', port: 7_001 },
        ],
        name: 'mymaster',
        password: 's',
      },
      host: undefined,
      db: 3,
    });
  });

  it.each([
    [{ sentinels: [] }, 'redis.sentinels', 'must hold a { host, port }.'],
    [{ sentinels: 'a:1' }, 'redis.sentinels', 'must be an array of { host, port }; got a string.'],
    [
      { sentinels: [{ host: 'redis://:secret@h' }] },
      'redis.sentinels',
      /^\[0\] host must be the name or the IP address/,
    ],
    [{ sentinels: [{ host: 'h', port: 0 }] }, 'redis.sentinels', /^\[0\] port must be a whole number/],
    [{ sentinels: [{ host: 'h', password: 'secret' }] }, 'redis.sentinels', /credentials stand beside the list/],
    [{ sentinels: nodes, url: 'redis://h' }, 'redis.url', /cannot stand beside `redis.sentinels`/],
    [{ sentinels: nodes, sentinelUsername: 'u' }, 'redis.sentinelUsername', /never sent without/],
    [{ host: 'h', sentinelName: 'm' }, 'redis.sentinelName', 'has no meaning without `redis.sentinels`.'],
  ])('%j', (redis, path, message) => {
    const found = faults(redis);
    expect(Object.keys(found)).toEqual([path]);
    expect(found[path]).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
    expect(JSON.stringify(found)).not.toContain('secret');
  });
});

describe('a cluster', () => {
  it('has nodes, and no database', () => {
    expect(resolved({ nodes })).toMatchObject({ nodes: [{ host: 'a', port: 6_379 }, { port: 7_001 }], db: undefined });
  });

  it.each([
    [{ nodes, sentinels: nodes }, 'redis.sentinels', /cannot stand beside `redis.nodes`/],
    [{ nodes, db: 1 }, 'redis.db', /the database 0 alone/],
    [{ nodes, connections: 2 }, 'redis.connections', /one connection to each/],
    [{ nodes, coherence: 'tracking' }, 'redis.coherence', /cannot be 'tracking' on a cluster/],
    [{ client: cluster, coherence: 'tracking' }, 'redis.coherence', /cannot be 'tracking' on a cluster/],
    [{ client: { ...cluster, options: { scaleReads: 'slave' } } }, 'redis.client', /reads from replicas/],
    [{ client: cluster, nodes }, 'redis.nodes', /cannot stand beside `redis.client`/],
  ])('%j', (redis, path, message) => {
    expect(faults(redis)).toEqual({ [path]: expect.stringMatching(message) });
  });

  it('may be a client', () => {
    expect(faults({ client: { ...cluster, options: { scaleReads: 'master' } } })).toEqual({});
  });
});

describe('the line at start', () => {
  it.each([
    [{ nodes, username: 'u', password: 'secret' }, 'a cluster at a:6379 b:7001,'],
    [
      { sentinels: nodes, sentinelPassword: 'secret', tls: true },
      '"mymaster"/0 with TLS by the sentinels a:26379 b:7001,',
    ],
    [{ url: 'unix:///run/redis.sock' }, '/run/redis.sock database 0,'],
    [{ url: 'valkeys://:secret@h/3' }, 'h:6379/3 with TLS,'],
  ])('%j', (redis, text) => {
    const line = described({ redis });
    expect(line).toContain(`redis ${text}`);
    expect(line).not.toContain('secret');
  });
});

describe('the environment', () => {
  it('names nodes, sentinels and a socket', () => {
    expect(cacheOptionsFromEnv({ REDIS_NODES: 'a, b:7001,[::1]:7002' }).redis).toEqual({
      nodes: [{ host: 'a' }, { host: 'b', port: 7_001 }, { host: '::1', port: 7_002 }],
    });
    expect(cacheOptionsFromEnv({ REDIS_SENTINELS: 'a', REDIS_SENTINEL_NAME: 'm', REDIS_PASSWORD: 'p' }).redis).toEqual({
      sentinels: [{ host: 'a' }],
      sentinelName: 'm',
      password: 'p',
    });
    expect(cacheOptionsFromEnv({ REDIS_SOCKET_PATH: '/run/redis.sock' }).redis).toEqual({ path: '/run/redis.sock' });
    expect(cacheOptionsFromEnv({ REDIS_URL: 'unix:///run/redis.sock', REDIS_DB: '2' }).redis).toMatchObject({ db: 2 });
  });

  it('leaves variables alone that only another program can mean', () => {
    expect(cacheOptionsFromEnv({ REDIS_SENTINEL_NAME: 'm', REDIS_SENTINEL_PASSWORD: 'p' })).toEqual({});
  });

  it('says what is wrong without repeating it', () => {
    const found = faultsOf(() => cacheOptionsFromEnv({ REDIS_NODES: 'redis://:secret@a' }));
    expect(found).toEqual({ REDIS_NODES: expect.stringMatching(/must be a list such as/) });
    expect(JSON.stringify(found)).not.toContain('secret');
  });
});
