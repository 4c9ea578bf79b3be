import { describe, expect, it } from '@jest/globals';
import { CacheBackend } from '../../../lib/contracts/backend.js';
import { validateOptions } from '../../../lib/config/validate-options.js';
import { faultsOf } from './faults-of.js';

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
  ['backend', 'mem', /must be one of 'memory', 'redis', 'tiered', 'disk', 'null'/],
  ['backend', 'rediss', /Did you mean 'redis'/],
  ['backend', 'tired', /Did you mean 'tiered'/],
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
  ['memory.eviction', 'lfuu', /must be one of 'lru', 'lfu', 'fifo'; got "lfuu"\. Did you mean 'lfu'/],
  ['memory.eviction', class Mine {}, /is a class; give a function that makes one: \(\) => new Mine\(\)/],
  ['memory.eviction', { victim: () => undefined }, /must be a strategy's name or a function.*; got an object/],
  ['memory.eviction', null, /must be a strategy's name or a function.*; got null/],
  ['memory.isolation', 'copy', /must be one of 'clone', 'freeze', 'share'/],
  ['memory.isolation', 'clon', /Did you mean 'clone'/],
  ['redis', [], /got an array/],
  ['redis', client, /is a client; write redis: \{ client \}/],
  ['redis.url', 6379, /must be a string; got a number/],
  ['redis.url', 'not a url', /is not a url of the form/],
  ['redis.url', ' redis://a', /is not a url of the form/],
  ['redis.url', 'redis:a', /is not a url of the form/],
  ['redis.url', 'http://a', /must begin with one of redis:\/\/, rediss:\/\/, valkey.*; got http:/],
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
  ['redis.coherence', 'push', /must be one of 'auto', 'tracking', 'pubsub', 'none'; got "push"/],
  ['redis.coherence', 'pubsubs', /Did you mean 'pubsub'/],
  ['redis.coherence', true, /must be one of/],
  ['lease', true, /must be an object of options; got a boolean/],
  ['lease', null, /must be an object of options; got null/],
  ['lease.ttl', 0, /must be at least 100ms: a lease is extended at a third of its life, .* round trip; got 0/],
  ['lease.ttl', '99ms', /must be at least 100ms.*; got "99ms"/],
  ['lease.ttl', Infinity, /must be finite: a process that dies would keep the others from loading/],
  ['lease.ttl', 'short', /must be a duration; got "short"/],
  ['lease.ttl', 1e300, /longer than any clock/],
  ['lease.waitTimeout', -1, /must be a duration; got -1/],
  ['lease.waitTimeout', '1w', /must be a duration; got "1w"/],
  ['commandTimeout', 0, /must be more than 0/],
  ['commandTimeout', Infinity, /must be finite/],
  ['codec', 'yaml', /must be 'json', 'msgpack' or an object/],
  ['codec', null, /must be 'json', 'msgpack' or an object/],
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

describe('a wrong value', () => {
  it.each(WRONG)('of %s is named: %p', (path, value, message) => {
    const found = faults(optionsWith(path, value));
    expect(Object.keys(found)).toEqual([path]);
    expect(found[path]).toMatch(message);
  });
});
