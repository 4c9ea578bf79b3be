import { describe, expect, it } from '@jest/globals';
import type { CacheBackend } from '../../../lib/contracts/backend.js';
import { LruEviction } from '../../../lib/support/eviction/lru.eviction.js';
import type { CacheModuleOptions } from '../../../lib/contracts/options.js';
import { describeOptions } from '../../../lib/config/describe-options.js';
import { resolveOptions } from '../../../lib/config/resolved-options.js';

const line = (options: CacheModuleOptions): string => describeOptions(resolveOptions(options));
const methods = { get: async () => undefined, set: async () => {}, delete: async () => false };

describe('describeOptions', () => {
  it('tells the defaults', () => {
    expect(line({})).toBe(
      'Cache "default": namespace "cache", backend memory (10000 entries, 100 MiB, isolation clone), ttl 1h',
    );
  });

  it('tells everything that is set, in the units people use', () => {
    expect(
      line({
        name: 'docs',
        namespace: 'a\nb',
        ttl: 90_000,
        staleWhileRevalidate: '5m',
        staleIfError: Infinity,
        refreshAhead: true,
        softTimeout: 200,
        hardTimeout: '2s',
        jitter: 0.1,
        nullTtl: 0,
        operations: { OCR: '48h' },
        memory: { maxBytes: 1_000, maxEntries: 5, isolation: 'share' },
      }),
    ).toBe(
      'Cache "docs": namespace "a\\nb", backend memory (5 entries, 1000 bytes, isolation share), ttl 90s, ' +
        'staleWhileRevalidate 5m, staleIfError for ever, refreshAhead 1, jitter 0.1, nullTtl 0ms, softTimeout 200ms, ' +
        'hardTimeout 2s, "ocr" ttl 2d',
    );
  });

  it.each<[CacheModuleOptions, string]>([
    [{ backend: 'null' }, 'backend null (nothing is kept)'],
    [{ memory: { eviction: 'lfu' } }, 'isolation clone, eviction lfu), ttl'],
    [{ memory: { eviction: () => new LruEviction() } }, 'isolation clone, eviction by a strategy of yours), ttl'],
    [
      { redis: {} },
      'backend tiered (memory 10000 entries, 100 MiB, isolation clone; redis 127.0.0.1:6379/0, command timeout 100ms), ttl',
    ],
    [{ backend: 'redis', redis: {} }, 'backend redis (127.0.0.1:6379/0, command timeout 100ms), ttl'],
    [{ redis: { url: 'rediss://u:p@[::1]:7000/3' } }, 'redis [::1]:7000/3 with TLS, command timeout 100ms)'],
    [
      { redis: { host: '::1', tls: true, connections: 4 } },
      'redis [::1]:6379/0 with TLS, 4 connections, command timeout',
    ],
    [
      {
        redis: {
          client: { status: 'ready', call: async () => null, callBuffer: async () => null },
          commandTimeout: '1s',
        },
      },
      'redis a client of yours, command timeout 1s)',
    ],
    [
      { backend: { ...methods, name: 'memcached' } as unknown as CacheBackend },
      'backend "memcached" (command timeout 100ms)',
    ],
    [{ backend: methods as unknown as CacheBackend }, 'backend "custom" (command timeout 100ms)'],
  ])('tells the backend of %j', (options, text) => {
    expect(line(options)).toContain(text);
  });

  it.each<[CacheModuleOptions, string]>([
    [{ redis: { coherence: 'auto' }, lease: { ttl: '2s', waitTimeout: 30_000 } }, 'timeout 100ms), ttl'],
    [{ redis: { coherence: 'pubsub' } }, 'timeout 100ms, coherence pubsub), ttl'],
    [{ redis: { coherence: 'none' }, backend: 'redis' }, 'timeout 100ms, coherence none), ttl'],
    [{ redis: {}, lease: { ttl: '5s' } }, 'timeout 100ms), lease ttl 5s, ttl'],
    [
      { redis: {}, backend: 'redis', lease: { ttl: 500, waitTimeout: Infinity } },
      'timeout 100ms), lease ttl 500ms, lease waitTimeout for ever, ttl',
    ],
    [{ redis: {}, backend: 'memory', lease: { ttl: 500 } }, 'isolation clone), ttl'],
    [{ redis: {}, codec: 'msgpack', lease: { waitTimeout: 0 } }, 'lease waitTimeout 0ms, codec "msgpack", ttl'],
  ])('tells what differs from the defaults between processes: %j', (options, text) => {
    expect(line(options)).toContain(text);
  });

  it('says when the cache is off', () => {
    expect(line({ enabled: false })).toBe('Cache "default": disabled, every call runs its loader');
  });
});
