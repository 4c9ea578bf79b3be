import { describe, expect, it } from '@jest/globals';
import { systemClock, systemRandom } from '../../../lib/support/clock.js';
import { LruEviction } from '../../../lib/support/eviction/lru.eviction.js';
import { CacheBackend } from '../../../lib/contracts/backend.js';
import type { CacheModuleOptions } from '../../../lib/contracts/options.js';
import { validateOptions } from '../../../lib/config/validate-options.js';
import { configErrorOf, faultsOf } from './faults-of.js';

const faults = (options: unknown): Record<string, string> => faultsOf(() => validateOptions(options));
const client = { status: 'ready', call: async () => null, callBuffer: async () => null };
const codec = { name: 'mine', id: 16, encode: () => new Uint8Array(), decode: () => 1 };

class Store extends CacheBackend {
  get = async () => undefined;
  set = async () => {};
  delete = async () => false;
}

describe('validateOptions', () => {
  it('lists every fault in one error', () => {
    const error = configErrorOf(() =>
      validateOptions({
        ttll: 5,
        ttl: 'soon',
        memory: { maxEntries: 0, maxByte: 1 },
        redis: { commandTimeout: 'x', port: 0 },
        operations: { ocr: 'x', parse: -1, fine: '1h' },
        fallback: 'disk',
        http: { varyBy: 1 },
      }),
    );
    expect(error.faults.map((each) => each.path).sort()).toEqual([
      'fallback',
      'http.varyBy',
      'memory.maxByte',
      'memory.maxEntries',
      'operations.ocr',
      'operations.parse',
      'redis.commandTimeout',
      'redis.port',
      'ttl',
      'ttll',
    ]);
    expect(error.message).toContain('The cache options have 10 faults:\n');
    for (const { path, message } of error.faults) expect(error.message).toContain(`  - ${path}: ${message}`);
  });

  it.each([
    [{ ttll: 5 }, 'ttll', '`ttl`'],
    [{ isglobal: true }, 'isglobal', '`isGlobal`'],
    [{ staleWhileRevalidated: 1 }, 'staleWhileRevalidated', '`staleWhileRevalidate`'],
    [{ maxEntries: 5 }, 'maxEntries', '`memory.maxEntries`'],
    [{ url: 'redis://a' }, 'url', '`redis.url`'],
    [{ memory: { maxEntires: 5 } }, 'memory.maxEntires', '`memory.maxEntries`'],
    [{ memory: { ttl: 5 } }, 'memory.ttl', '`ttl`'],
    [{ lease: { tll: 5 } }, 'lease.tll', '`lease.ttl`'],
    [{ waitTimeout: 5 }, 'waitTimeout', '`lease.waitTimeout`'],
    [{ redis: { pasword: 'x' } }, 'redis.pasword', '`redis.password`'],
    [{ http: { varyby: [] } }, 'http.varyby', '`http.varyBy`'],
  ])('says what an unknown option may have meant: %j', (options, path, meant) => {
    expect(faults(options)).toEqual({ [path]: `is no option. Did you mean ${meant}?` });
  });

  it('guesses nothing for a name that is like no other', () => {
    expect(faults({ colour: 1 })).toEqual({ colour: 'is no option.' });
  });

  it.each([undefined, null, 5, 'redis', [], new Map(), Promise.resolve({}), () => ({})])(
    'takes no %p for options',
    (options) => {
      expect(Object.keys(faults(options))).toEqual(['options']);
    },
  );

  it('asks whether the factory returns its options', () => {
    expect(faults(undefined)['options']).toBe('must be an object; got undefined. Does the factory return them?');
  });

  it('takes an explicit undefined for an option that is not set', () => {
    const names = [
      'name',
      'ttl',
      'backend',
      'memory',
      'redis',
      'codec',
      'lease',
      'tenant',
      'fallback',
      'operations',
      'http',
    ];
    expect(faults(Object.fromEntries(names.map((name) => [name, undefined])))).toEqual({});
    expect(faults({ redis: { url: 'redis://a', host: undefined }, operations: { ocr: undefined } })).toEqual({});
  });

  it('lets every right option pass', () => {
    const options: CacheModuleOptions = {
      name: 'documents',
      isGlobal: false,
      enabled: true,
      namespace: 'app/日本',
      ttl: Infinity,
      staleWhileRevalidate: '5m',
      staleIfError: '1.5h',
      refreshAhead: 1.5,
      softTimeout: 0,
      hardTimeout: '2s',
      jitter: 0.1,
      nullTtl: 0,
      memory: { maxEntries: 1, maxBytes: 1, eviction: () => new LruEviction(), isolation: 'freeze', admit: () => true },
      redis: {
        host: '::1',
        port: 6380,
        username: 'u',
        password: 'p',
        db: 3,
        tls: { servername: 'a' },
        connections: 4,
        coherence: 'tracking',
      },
      lease: { ttl: 100, waitTimeout: Infinity },
      compression: false,
      codec: 'json',
      operations: { ocr: '2d', 'image-analysis': 5, 'document:parse': '1h' },
      classInstances: 'refuse',
      http: {
        ttl: '1m',
        key: () => 1,
        varyBy: ['accept-language'],
        tags: () => ['a'],
        cache: 'other',
        softTimeout: 5,
        nullTtl: '1s',
      },
      keyGenerator: { generate: () => 'key' },
      logCalls: true,
      logKeys: 'digest',
      clock: systemClock,
      random: systemRandom,
    };
    expect(faults(options)).toEqual({});
    expect(faults({})).toEqual({});
  });

  it.each([
    'redis://a',
    'redis://a/',
    'rediss://user:pa%23ss@a.b.c:6380/15',
    'redis://:pw@[::1]:6379',
    'redis://a?family=0',
  ])('lets %s pass', (url) => {
    expect(faults({ redis: { url } })).toEqual({});
  });

  it('reads options off an instance of a class, its getters and inherited members too', () => {
    class Settings {
      get ttl(): string {
        return 'soon';
      }
    }
    class Special extends Settings {
      namespace = 'a';
    }
    expect(Object.keys(faults(new Special()))).toEqual(['ttl']);
  });

  it('accepts a backend by its methods, because two copies of a package have two classes', () => {
    expect(faults({ backend: new Store() })).toEqual({});
    expect(faults({ backend: { get: () => 1, set: () => 1, delete: () => 1 } })).toEqual({});
  });

  it('accepts a codec that has members of its own', () => {
    expect(faults({ codec: { ...codec, dictionary: new Uint8Array() } })).toEqual({});
  });

  it('returns the very object it was given, and neither copies nor changes what it holds', () => {
    const live = {
      backend: new Store(),
      clock: systemClock,
      random: systemRandom,
      codec,
      redis: { client, tls: undefined },
    };
    const frozen = Object.freeze({ ...live, redis: Object.freeze({ client: Object.freeze(client) }) });
    const checked = validateOptions(frozen);
    expect(checked).toBe(frozen);
    expect(checked.redis?.client).toBe(client);
  });

  it('runs no accessor of a client but those it must look at', () => {
    const guarded = new Proxy(client, {
      get(target, name) {
        if (
          !['status', 'call', 'callBuffer', 'isCluster', 'options'].includes(String(name)) &&
          typeof name === 'string'
        ) {
          throw new Error(`touched ${name}`);
        }
        return Reflect.get(target, name) as unknown;
      },
      ownKeys() {
        throw new Error('listed');
      },
    });
    expect(faults({ redis: { client: guarded } })).toEqual({});
  });

  it('is not misled by a member called __proto__', () => {
    const options: unknown = JSON.parse('{"__proto__": {"ttl": "1h"}, "operations": {"__proto__": "x"}}');
    expect(Object.keys(faults(options)).sort()).toEqual(['__proto__', 'operations.__proto__']);
  });
});
