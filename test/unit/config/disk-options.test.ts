import { describe, expect, it } from '@jest/globals';
import { describeOptions } from '../../../lib/config/describe-options.js';
import { cacheOptionsFromEnv } from '../../../lib/config/from-env.js';
import { resolveOptions } from '../../../lib/config/resolved-options.js';
import { validateOptions } from '../../../lib/config/validate-options.js';
import type { CacheModuleOptions } from '../../../lib/contracts/options.js';
import { MapBackend } from '../../../lib/testing/map.backend.js';
import { faultsOf } from './faults-of.js';

const disk = { directory: '/var/cache/shop' };
const faults = (options: unknown): Record<string, string> => faultsOf(() => validateOptions(options));
const resolved = (options: CacheModuleOptions) => resolveOptions(validateOptions(options));

describe('the options of a store on disk', () => {
  it('have defaults', () => {
    const options = resolved({ disk });
    expect(options.backend).toBe('disk');
    expect(options.disk).toEqual({ directory: '/var/cache/shop', maxBytes: 2 ** 30, eviction: 'lru' });
    expect(options.commandTimeout).toBe(1_000);
    expect(options.resilience).toBeUndefined();
    expect(resolved({ disk, commandTimeout: '50ms' }).commandTimeout).toBe(50);
  });

  it('come from the environment', () => {
    const options = cacheOptionsFromEnv({
      CACHE_DISK_DIRECTORY: '/tmp/shop',
      CACHE_DISK_MAX_BYTES: '64mb',
      CACHE_DISK_EVICTION: 'fifo',
    });
    expect(resolved(options).disk).toEqual({ directory: '/tmp/shop', maxBytes: 64 * 2 ** 20, eviction: 'fifo' });
    expect(resolved(options).backend).toBe('disk');
  });

  it('are told in the line at start', () => {
    expect(describeOptions(resolved({ disk }))).toContain('backend disk (/var/cache/shop, 1 GiB, command timeout 1s)');
  });

  it.each<[CacheModuleOptions | Record<string, unknown>, string, RegExp]>([
    [{ backend: 'disk' }, 'backend', /needs the option `disk`.*CACHE_DISK_DIRECTORY/],
    [{ disk: {} }, 'disk.directory', /is missing/],
    [{ disk: { directory: ' ' } }, 'disk.directory', /must not be empty/],
    [{ disk: { ...disk, maxBytes: '1mb' } }, 'disk.maxBytes', /must be 4194304 or more/],
    [{ disk: { ...disk, maxBytes: -1 } }, 'disk.maxBytes', /must be a number of bytes/],
    [{ disk: { ...disk, eviction: 'mru' } }, 'disk.eviction', /must be one of 'lru', 'lfu', 'fifo'/],
    [{ disk: { ...disk, folder: 'x' } }, 'disk.folder', /is no option/],
    [{ disk: 'var/cache' }, 'disk', /must be an object of options/],
    [{ backend: 'memory', disk }, 'disk', /has no meaning with the backend 'memory'/],
    [{ backend: new MapBackend(), disk }, 'disk', /has no meaning with a custom backend/],
    [{ redis: { url: 'redis://a' }, disk }, 'disk', /has no meaning with `redis`/],
    [{ backend: 'tiered', redis: { url: 'redis://a' }, disk }, 'disk', /has no meaning with the backend 'tiered'/],
    [{ backend: 'disk', disk, memory: { maxEntries: 5 } }, 'memory.maxEntries', /see `disk.maxBytes`/],
    [{ backend: 'disk', disk, memory: { admit: () => true } }, 'memory.admit', /'tiered' alone/],
    [{ backend: 'disk', disk, journal: { maxEntries: 5 } }, 'journal', /needs `fallback` with the backend 'disk'/],
    [{ backend: 'tiered', disk, journal: { maxEntries: 5 } }, 'journal', /needs `fallback` with the backend 'tiered'/],
    [{ backend: 'tiered', disk: {} }, 'disk.directory', /is missing/],
  ])('are refused: %j', (options, path, message) => {
    expect(faults(options)).toEqual({ [path]: expect.stringMatching(message) });
  });

  it('may be those of a second tier', () => {
    const options = resolved({
      backend: 'tiered',
      disk,
      memory: { maxEntries: 7, admit: () => true },
      lease: { ttl: '5s' },
    });
    expect(options).toMatchObject({
      backend: 'tiered',
      redis: undefined,
      commandTimeout: 1_000,
      resilience: undefined,
    });
    expect(options.disk?.directory).toBe('/var/cache/shop');
    expect(describeOptions(options)).toMatch(
      /backend tiered \(memory 7 entries, .*; disk \/var\/cache\/shop, 1 GiB, .*lease ttl 5s/,
    );
    expect(faults({ backend: 'tiered', disk, commandTimeout: '2s' })).toEqual({});
  });

  it('are those of a second tier in the environment, too, without an address of Redis', () => {
    const env = { CACHE_BACKEND: 'tiered', CACHE_DISK_DIRECTORY: '/tmp/shop', REDIS_PORT: '6379' };
    expect(resolved(cacheOptionsFromEnv(env))).toMatchObject({ backend: 'tiered', redis: undefined });
    expect(() => validateOptions(cacheOptionsFromEnv({ ...env, REDIS_URL: 'redis://a' }))).toThrow(/one second tier/);
  });

  it('may have leases', () => {
    expect(describeOptions(resolved({ disk, lease: { ttl: '5s' } }))).toContain('lease ttl 5s');
  });

  it('may have a fallback', () => {
    expect(faults({ backend: 'disk', disk, fallback: 'memory', memory: { maxEntries: 5 } })).toEqual({});
    expect(faults({ ...(disk && { disk }), redis: { url: 'redis://a' }, backend: 'disk' })).toEqual({});
  });
});
