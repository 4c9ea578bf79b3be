import { describe, expect, it } from '@jest/globals';
import type { GenerationCacheOptions } from '../../../../lib/ai/generations/generation-cache-options.js';
import {
  validateGenerationOptions,
  validatePlacedOptions,
} from '../../../../lib/ai/generations/generation-option-faults.js';
import { cacheOptionsOf, maxBytesOf, ttlOf } from '../../../../lib/ai/generations/generation-place.js';
import { MapBackend } from '../../../../lib/testing/map.backend.js';
import { faultsOf } from '../../config/faults-of.js';

const faults = (options: unknown): Record<string, string> => faultsOf(() => validatePlacedOptions(options));
const directory = '/var/cache/app';

describe('the options of a cache of generations', () => {
  it.each<GenerationCacheOptions>([
    { directory },
    { directory, maxBytes: '512mb', ttl: '12h', eviction: 'fifo', version: 3, name: 'pdf', isGlobal: false },
    { directory, maxSizeMb: 4.5, ttlHours: Infinity, version: '2026-01', cache: { compression: false } },
    { cache: { backend: 'memory' }, maxBytes: 1_000, eviction: 'lfu' },
    { cache: { backend: new MapBackend() } },
    { cache: { redis: { url: 'redis://localhost' } } },
  ])('may be %j', (options) => {
    expect(faults(options)).toEqual({});
  });

  it.each<[unknown, Record<string, RegExp>]>([
    [undefined, { options: /must be an object; got undefined/ }],
    [null, { options: /got null/ }],
    [{}, { directory: /is missing: results are kept there, unless `cache\.backend` says otherwise/ }],
    [{ directory: ' ' }, { directory: /must not be empty/ }],
    [{ directory: 5 }, { directory: /must be a string; got 5/ }],
    [{ directory, maxBytes: 1, maxSizeMb: 1 }, { maxSizeMb: /cannot stand beside `maxBytes`/ }],
    [{ directory, ttl: 1, ttlHours: 1 }, { ttlHours: /cannot stand beside `ttl`/ }],
    [{ directory, maxBytes: '1 zb' }, { maxBytes: /must be a number of bytes/ }],
    [{ directory, maxBytes: 0 }, { maxBytes: /must be 1 or more/ }],
    [{ directory, maxSizeMb: 0 }, { maxSizeMb: /finite number of MiB/ }],
    [{ directory, maxSizeMb: -1 }, { maxSizeMb: /finite number of MiB/ }],
    [{ directory, maxSizeMb: '5' }, { maxSizeMb: /finite number of MiB.*got "5"/ }],
    [{ directory, maxSizeMb: Infinity }, { maxSizeMb: /finite number of MiB/ }],
    [{ directory, maxSizeMb: Number.NaN }, { maxSizeMb: /finite number of MiB/ }],
    [{ directory, ttlHours: -1 }, { ttlHours: /number of hours, 0 or more; got -1/ }],
    [{ directory, ttlHours: '24' }, { ttlHours: /number of hours, 0 or more; got "24"/ }],
    [{ directory, ttl: 'soon' }, { ttl: /must be a duration/ }],
    [{ directory, eviction: 'lfru' }, { eviction: /must be one of 'lru', 'lfu', 'fifo'/ }],
    [{ directory, maxSizeMb: 3 }, { maxSizeMb: /must be 4194304 or more/ }],
    [{ directory, maxBytes: 100 }, { maxBytes: /must be 4194304 or more/ }],
    [{ directory, eviction: class Mine {} }, { eviction: /is a class; give a function that makes one/ }],
    [{ directory, version: '' }, { version: /must not be empty/ }],
    [{ directory, version: Number.NaN }, { version: /finite number/ }],
    [{ directory, version: {} }, { version: /must be a string/ }],
    [{ directory, maxSize: 5 }, { maxSize: /is no option\. Did you mean `max/ }],
    [{ directory, compression: false }, { compression: /is no option\. Did you mean `cache\.compression`/ }],
    [{ directory, cache: 5 }, { cache: /must be an object of options; got a number/ }],
    [{ directory, cache: { ttl: 5 } }, { 'cache.ttl': /must stand beside `cache`, as `ttl`/ }],
    [{ cache: { disk: { directory } } }, { 'cache.disk': /must stand beside `cache`, as `directory`/ }],
    [
      { directory, cache: { jitter: 2, nmespace: 'a' } },
      { 'cache.jitter': /0 to 1/, 'cache.nmespace': /Did you mean/ },
    ],
    [{ directory, cache: { backend: 'memory' } }, { directory: /is for results on disk/ }],
    [
      { maxBytes: 5, eviction: 'lfu', cache: { backend: new MapBackend() } },
      { maxBytes: /is for results on disk/, eviction: /is for results on disk/ },
    ],
    [
      { maxBytes: 0, maxSizeMb: 0, ttl: -1, ttlHours: -1, version: '' },
      {
        maxBytes: /must be 1/,
        maxSizeMb: /./,
        ttl: /duration/,
        ttlHours: /./,
        version: /empty/,
        directory: /is missing/,
      },
    ],
    [{ cache: { backend: 'memory' }, maxSizeMb: 1 / 3, ttlHours: 1e20 }, { ttlHours: /longer than any clock/ }],
    [{ cache: { backend: 'tiered' } }, { 'cache.backend': /needs/ }],
    [{ cache: { backend: 'memory', journal: {} } }, { 'cache.journal': /cannot be lost/ }],
  ])('are refused when they are %j', (options, expected) => {
    const found = faults(options);
    expect(Object.keys(found).toSorted()).toEqual(Object.keys(expected).toSorted());
    for (const [path, message] of Object.entries(expected)) expect(found[path]).toMatch(message);
  });

  it('need no place where the manager is given', () => {
    expect(validateGenerationOptions({ version: 1 })).toEqual({ version: 1 });
  });

  it('come to the same in either unit', () => {
    expect(maxBytesOf({ maxSizeMb: 1.5 })).toBe(1_572_864);
    expect(maxBytesOf({ maxBytes: '1536kb' })).toBe(1_572_864);
    expect(maxBytesOf({ directory })).toBe(2 ** 30);
    expect(maxBytesOf({})).toBeUndefined();
    expect(ttlOf({ ttlHours: 0.5 })).toBe(1_800_000);
    expect(ttlOf({ ttl: '30m' })).toBe('30m');
  });

  it('make a cache on disk, or wherever `cache` says', () => {
    expect(cacheOptionsOf({ directory, maxSizeMb: 8, eviction: 'fifo', cache: { codec: 'msgpack' } })).toEqual({
      backend: 'disk',
      codec: 'msgpack',
      compression: { maxInflatedBytes: '256mb' },
      ttl: '7d',
      disk: { directory, maxBytes: 8_388_608, eviction: 'fifo' },
    });
    expect(cacheOptionsOf({ directory, cache: { compression: false, commandTimeout: 5 } })).toMatchObject({
      compression: false,
      commandTimeout: 5,
    });
    expect(
      cacheOptionsOf({ ttlHours: 1, maxBytes: 9, cache: { backend: 'memory', memory: { maxEntries: 5 } } }),
    ).toEqual({
      backend: 'memory',
      ttl: 3_600_000,
      memory: { maxBytes: 9, maxEntries: 5 },
    });
    const redis = { url: 'redis://localhost' };
    expect(cacheOptionsOf({ ttl: '1d', cache: { redis } })).toEqual({ ttl: '1d', redis });
  });
});
