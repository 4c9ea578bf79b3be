import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { CacheModuleOptions } from '../../lib/contracts/options.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { MapBackend } from '../../lib/testing/map.backend.js';
import { CapableMapBackend } from '../../lib/testing/capable-map.backend.js';
import { valuePrefix } from '../../lib/support/wire-key.js';
import { everyStore, type StoreCase } from '../support/every-store.js';
import { seen } from '../support/rich-values.js';

const { stores, makeCache } = everyStore();
const [key, next] = [randomBytes(32), randomBytes(32)];
const value = { rows: Array.from({ length: 60 }, (_, id) => ({ id, at: new Date(id), name: `row ${id}`, size: 9n })) };

const ENCODINGS: readonly [string, CacheModuleOptions][] = [
  ['the defaults', {}],
  ['no compression', { compression: false }],
  ['brotli', { compression: { algorithm: 'brotli' } }],
  ['msgpack and gzip', { codec: 'msgpack', compression: { algorithm: 'gzip', threshold: 0 } }],
  ['encryption', { encryption: { keys: [key] } }],
  ['msgpack and encryption', { codec: 'msgpack', encryption: { keys: [key] } }],
];

const cases = stores.flatMap((store) =>
  ENCODINGS.map(([name, options]) => [store.name, name, store, options] as const),
);

describe.each(cases)('%s with %s', (_, __, store: StoreCase, options) => {
  it('gives back the value, and keeps its promises', async () => {
    const { cache, clock } = await store.make({ ...options, staleWhileRevalidate: '1h' });
    const long = 'k'.repeat(400);
    expect(await cache.set('a', value, { ttl: '1m', tags: ['t'] })).toBe(true);
    expect(await cache.set(long, value, '1m')).toBe(true);
    expect(seen(await cache.get('a'))).toEqual(seen(value));
    expect(seen(await cache.get(long))).toEqual(seen(value));
    expect(await cache.expire('a')).toBe(true);
    expect(await cache.get('a')).toBeUndefined();
    // Stale, and so still there for who takes it; where nothing can be patched, it was deleted.
    const left = store.name === 'three methods over bytes' ? 'loaded' : value;
    expect(seen(await cache.getOrSet<unknown>('a', () => 'loaded'))).toEqual(seen(left));
    expect(await cache.set('b', value, { tags: ['t'] })).toBe(true);
    await cache.invalidateTags('t');
    expect(await cache.get('b')).toBeUndefined();
    if (store.canList) {
      const names: string[] = [];
      for await (const name of cache.keys('k*')) names.push(name);
      expect(names).toEqual([long]);
    }
    await cache.invalidate('k*');
    expect(await cache.get(long)).toBeUndefined();
    await clock.advance(10);
    expect(await cache.clear()).toBe(true);
  });
});

describe('bytes in a store', () => {
  async function shared(first: CacheModuleOptions, second: CacheModuleOptions) {
    const clock = new FakeClock();
    const backend = new CapableMapBackend(clock);
    const [writer, reader] = [
      await makeCache({ clock, backend, ...first }),
      await makeCache({ clock, backend, ...second }),
    ];
    await writer.set('a', value);
    return { backend, reader, writer };
  }

  it('are read by a process that would compress them in another way', async () => {
    const { reader } = await shared({ compression: { algorithm: 'brotli' } }, { compression: false });
    expect(seen(await reader.get('a'))).toEqual(seen(value));
  });

  it('of another codec, another key or none are a miss, and replaced', async () => {
    const pairs: readonly [CacheModuleOptions, CacheModuleOptions][] = [
      [{}, { codec: 'msgpack' }],
      [{ encryption: { keys: [key] } }, { encryption: { keys: [next] } }],
      [{ encryption: { keys: [key] } }, {}],
      [{}, { encryption: { keys: [key] } }],
    ];
    for (const [first, second] of pairs) {
      const { reader } = await shared(first, second);
      expect(await reader.get('a')).toBeUndefined();
      expect(await reader.explain('a')).toMatchObject({ state: 'unreadable' });
      expect(await reader.getOrSet('a', () => 'loaded')).toBe('loaded');
      expect(await reader.get('a')).toBe('loaded');
    }
  });

  it('are smaller, and hold nothing of what is encrypted', async () => {
    const sizes: Record<string, number> = {};
    for (const [name, options] of ENCODINGS) {
      const { backend } = await shared({ ...options, namespace: 'app' }, {});
      for await (const at of backend.scan(valuePrefix('app'))) {
        const bytes = Buffer.from((await backend.get(at))!);
        sizes[name] = bytes.length;
        expect(bytes.includes('row 1')).toBe(name === 'no compression');
      }
    }
    expect(sizes['the defaults']).toBeLessThan(sizes['no compression']! / 3);
    expect(sizes['encryption']).toBe(sizes['the defaults']! + 32);
  });

  it('that rotate keys stay readable', async () => {
    const { reader } = await shared({ encryption: { keys: [key] } }, { encryption: { keys: [next, key] } });
    expect(seen(await reader.get('a'))).toEqual(seen(value));
  });

  it('moved to another key by the store are a miss', async () => {
    const clock = new FakeClock();
    const backend = new MapBackend(clock);
    const cache = await makeCache({ clock, backend, namespace: 'app', encryption: { keys: [key] } });
    await cache.set('a', 1);
    await cache.set('b', 2);
    await backend.set('app:v:{b}', (await backend.get('app:v:{a}'))!);
    expect(await cache.get('b')).toBeUndefined();
    expect(await cache.get('a')).toBe(1);
  });
});
