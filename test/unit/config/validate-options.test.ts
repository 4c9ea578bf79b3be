import { describe, expect, it } from '@jest/globals';
import { systemClock, systemRandom } from '../../../lib/support/clock.js';
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

/** One wrong value an option, and what the message must say. */
const WRONG: readonly [path: string, value: unknown, message: RegExp][] = [
  ['name', '', /must not be empty/],
  ['name', 7, /must be a string; got 7/],
  ['isGlobal', 'yes', /must be true or false; got "yes"/],
  ['enabled', 0, /must be true or false; got 0/],
  ['enabled', null, /must be true or false; got null/],
  ['namespace', '  ', /must not be empty/],
  ['namespace', ['a'], /must be a string; got an array/],
  ['ttl', '5 minutes', /must be a duration; got "5 minutes"/],
  ['ttl', -1, /must be a duration; got -1/],
  ['ttl', Number.NaN, /must be a duration; got NaN/],
  ['ttl', 10n, /must be a duration; got a bigint/],
  ['ttl', new Date(0), /must be a duration; got a Date/],
  ['ttl', 1e300, /longer than any clock/],
  ['ttl', `${'9'.repeat(400)}s`, /longer than any clock/],
  ['staleWhileRevalidate', '-5s', /must be a duration/],
  ['staleIfError', true, /must be a duration; got true/],
  ['refreshAhead', -1, /must be true, false or a finite number/],
  ['refreshAhead', Infinity, /must be true, false or a finite number/],
  ['refreshAhead', 'yes', /must be true, false or a finite number/],
  ['softTimeout', {}, /must be a duration; got an object/],
  ['hardTimeout', 0, /must be more than 0/],
  ['hardTimeout', '1w', /must be a duration/],
  ['jitter', 1.1, /from 0 to 1; got 1.1/],
  ['jitter', -0.1, /from 0 to 1/],
  ['jitter', Number.NaN, /from 0 to 1/],
  ['nullTtl', '', /must be a duration; got ""/],
  ['backend', 'mem', /must be one of 'memory', 'redis', 'null'/],
  ['backend', 'rediss', /Did you mean 'redis'/],
  ['backend', Store, /is a class; give an instance of it: new Store\(\)/],
  ['backend', { get: () => 1 }, /it has no set, delete/],
  ['backend', null, /must be one of/],
  ['memory', 5, /must be an object of options; got 5|must be an object of options; got a number/],
  ['memory', null, /must be an object of options; got null/],
  ['memory', new Map(), /got a Map/],
  ['memory.maxEntries', 0, /whole number from 1 to/],
  ['memory.maxEntries', Infinity, /whole number from 1 to/],
  ['memory.maxEntries', 1.5, /whole number from 1 to/],
  ['memory.maxEntries', '10', /got "10"/],
  ['memory.maxEntries', 2 ** 24 + 1, /whole number from 1 to/],
  ['memory.maxBytes', 0, /whole number of 1 or more/],
  ['memory.maxBytes', Infinity, /whole number of 1 or more/],
  ['memory.maxBytes', Number.NaN, /whole number of 1 or more/],
  ['memory.isolation', 'copy', /must be one of 'clone', 'freeze', 'share'/],
  ['memory.isolation', 'clon', /Did you mean 'clone'/],
  ['redis', [], /got an array/],
  ['redis', client, /is a client; write redis: \{ client \}/],
  ['redis.url', 6379, /must be a string; got a number/],
  ['redis.url', 'not a url', /is not a url of the form/],
  ['redis.url', ' redis://a', /is not a url of the form/],
  ['redis.url', 'redis:a', /is not a url of the form/],
  ['redis.url', 'http://a', /must begin with redis:\/\/ or rediss:\/\/; got http:/],
  ['redis.url', 'redis:///0', /names no host/],
  ['redis.url', 'redis://a:0', /has the port 0/],
  ['redis.url', 'redis://a:99999', /is not a url of the form/],
  ['redis.url', 'redis://a/first', /number of a database/],
  ['redis.url', 'redis://user:12#3@a', /holds a #/],
  ['redis.url', 'redis://:50%off@a', /begins no escape/],
  ['redis.url', 'redis://user@a', /a user but no password/],
  ['redis.url', 'redis://a?enableOfflineQueue=true', /query parameters/],
  ['redis.url', 'redis://a?family=5', /query parameters/],
  ['redis.host', '', /must be the name or the IP address/],
  ['redis.host', 'a:6379', /must be the name or the IP address/],
  ['redis.host', 4, /must be a string/],
  ['redis.port', 0, /from 1 to 65535/],
  ['redis.port', 65_536, /from 1 to 65535/],
  ['redis.port', '6379', /from 1 to 65535; got "6379"/],
  ['redis.username', 5, /must be a string; got a number/],
  ['redis.password', 5, /must be a string; got a number. Put it in quotes/],
  ['redis.password', ['a'], /must be a string; got an array/],
  ['redis.db', -1, /whole number/],
  ['redis.db', 1.5, /whole number/],
  ['redis.client', {}, /must be an ioredis client \(new Redis\(...\)\); it has no call, callBuffer/],
  ['redis.client', { call: () => 1, callBuffer: () => 1 }, /it has no status/],
  ['redis.client', 'redis', /must be an ioredis client/],
  ['redis.commandTimeout', 0, /must be more than 0/],
  ['redis.commandTimeout', Infinity, /must be finite/],
  ['redis.commandTimeout', 'fast', /must be a duration; got "fast"/],
  ['redis.connectTimeout', 0, /must be more than 0/],
  ['redis.connectTimeout', Infinity, /must be finite/],
  ['redis.connections', 0, /from 1 to 1000/],
  ['redis.connections', 2.5, /from 1 to 1000/],
  ['redis.connections', Infinity, /from 1 to 1000/],
  ['redis.tls', 'yes', /true, false or an object of options for tls.connect; got a string/],
  ['commandTimeout', 0, /must be more than 0/],
  ['commandTimeout', Infinity, /must be finite/],
  ['codec', 'yaml', /must be 'json' or an object/],
  ['codec', null, /must be 'json' or an object/],
  ['codec.id', undefined, /is missing/],
  ['codec.id', 15, /from 16 to 255/],
  ['codec.id', 256, /from 16 to 255/],
  ['codec.name', '', /must not be empty/],
  ['codec.encode', 'encode', /must be a function/],
  ['codec.decode', undefined, /is missing/],
  ['operations', [], /must be an object of durations by operation; got an array/],
  ['operations.ocr', '2 days', /must be a duration/],
  ['operations.ocr', null, /must be a duration; got null/],
  ['operations.', '1s', /must have a name/],
  ['classInstances', 'keep', /must be one of 'plain', 'refuse'/],
  ['http', 'GET', /must be an object of options/],
  ['http.ttl', -5, /must be a duration/],
  ['http.key', 'url', /must be a function; got a string/],
  ['http.varyBy', 'accept', /must be an array of strings or a function; got a string/],
  ['http.varyBy', ['accept', 7], /\[1\] must be the name of a header/],
  ['http.varyBy', ['*'], /'\*' would tell every request apart/],
  ['http.varyBy', ['accept language'], /is no name of a header/],
  ['http.tags', ['a', ''], /\[1\] must not be empty/],
  ['http.tags', 'a', /must be an array of strings or a function/],
  ['http.cache', '', /must not be empty/],
  ['http.staleIfError', 'x', /must be a duration/],
  ['http.jitter', 2, /from 0 to 1/],
  ['keyGenerator', {}, /must be an object with generate; it has no generate/],
  ['keyGenerator', () => 'key', /got a function/],
  ['logCalls', 1, /must be true or false/],
  ['clock', { now: () => 0 }, /must be an object with now and setTimeout; it has no setTimeout/],
  ['random', Math.random, /must be an object with next and id; got a function/],
];

function optionsWith(path: string, value: unknown): Record<string, unknown> {
  const [group, member] = path.split('.');
  if (member === undefined) return { [group!]: value };
  return { [group!]: { ...(group === 'codec' ? codec : {}), [member]: value } };
}

describe('validateOptions', () => {
  it.each(WRONG)('names %s when it is %p', (path, value, message) => {
    const found = faults(optionsWith(path, value));
    expect(Object.keys(found)).toEqual([path]);
    expect(found[path]).toMatch(message);
  });

  it('lists every fault in one error', () => {
    const error = configErrorOf(() =>
      validateOptions({
        ttll: 5,
        ttl: 'soon',
        memory: { maxEntries: 0, maxByte: 1 },
        redis: { commandTimeout: 'x', port: 0 },
        operations: { ocr: 'x', parse: -1, fine: '1h' },
        fallback: 'memory',
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
    const names = ['name', 'ttl', 'backend', 'memory', 'redis', 'codec', 'tenant', 'fallback', 'operations', 'http'];
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
      memory: { maxEntries: 1, maxBytes: 1, isolation: 'freeze' },
      redis: {
        host: '::1',
        port: 6380,
        username: 'u',
        password: 'p',
        db: 3,
        tls: { servername: 'a' },
        connections: 4,
        coherence: 'none',
      },
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
        if (!['status', 'call', 'callBuffer', 'isCluster'].includes(String(name)) && typeof name === 'string') {
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
