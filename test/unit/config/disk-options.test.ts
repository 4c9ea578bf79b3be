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
    [{ disk: { ...disk, eviction: 'lfu' } }, 'disk.eviction', /must be one of 'lru', 'fifo'/],
    [{ disk: { ...disk, folder: 'x' } }, 'disk.folder', /is no option/],
    [{ disk: 'var/cache' }, 'disk', /must be an object of options/],
    [{ backend: 'memory', disk }, 'disk', /has no meaning with the backend 'memory'/],
    [{ backend: new MapBackend(), disk }, 'disk', /has no meaning with a custom backend/],
    [{ redis: { url: 'redis://a' }, disk }, 'disk', /has no meaning with `redis`/],
    [{ backend: 'tiered', redis: { url: 'redis://a' }, disk }, 'disk', /has no meaning with the backend 'tiered'/],
    [{ backend: 'disk', disk, memory: { maxEntries: 5 } }, 'memory.maxEntries', /see `disk.maxBytes`/],
    [{ backend: 'disk', disk, memory: { admit: () => true } }, 'memory.admit', /'tiered' alone/],
    [{ backend: 'disk', disk, journal: { maxEntries: 5 } }, 'journal', /needs `fallback` with the backend 'disk'/],
    [{ backend: 'disk', disk, lease: { ttl: '5s' } }, 'lease', /has no meaning with the backend 'disk'/],
  ])('are refused: %j', (options, path, message) => {
    expect(faults(options)).toEqual({ [path]: expect.stringMatching(message) });
  });

  it('are refused as a second tier', () => {
    const found = faults({ backend: 'tiered', disk });
    expect(found['backend']).toMatch(
      /keeps its second tier in Redis.*not available; use 'disk'|needs the options `redis`/,
    );
  });

  it('may have a fallback', () => {
    expect(faults({ backend: 'disk', disk, fallback: 'memory', memory: { maxEntries: 5 } })).toEqual({});
    expect(faults({ ...(disk && { disk }), redis: { url: 'redis://a' }, backend: 'disk' })).toEqual({});
  });
});
