import { randomBytes } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { GenerationCache, type GenerationCacheOptions } from 'nestjs-cached/ai';
import { cacheOptionsOf } from '../../../lib/ai/generations/generation-place.js';
import type { CacheModuleOptions } from '../../../lib/contracts/options.js';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { shutDown } from '../../../lib/core/shutdown.js';
import { CacheConfigError, CacheUsageError, CacheValueError } from '../../../lib/support/errors.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { FlakyBackend } from '../../../lib/testing/flaky.backend.js';
import { MapBackend } from '../../../lib/testing/map.backend.js';
import { testCache } from '../../support/caches.js';
import { deferred } from '../../support/deferred.js';

const folder = mkdtempSync(join(tmpdir(), 'nestjs-cached-generations-'));
afterAll(() => rmSync(folder, { recursive: true }));
const document = join(folder, 'report.pdf');
writeFileSync(document, randomBytes(300_000));
const file = (): AsyncIterable<Uint8Array> => createReadStream(document);

/** Made by the tests, and to be closed. */
const made: CacheManager[] = [];
afterEach(async () => {
  for (const { cache } of made.splice(0)) await shutDown(cache.parts);
});

interface Rig {
  readonly cache: GenerationCache;
  readonly manager: CacheManager;
  readonly clock: FakeClock;
}

async function rig(
  options: GenerationCacheOptions = {},
  below: CacheModuleOptions = {},
  clock = new FakeClock(),
): Promise<Rig> {
  const { cache: manager } = await testCache(below, clock);
  made.push(manager);
  return { cache: new GenerationCache(manager, options), manager, clock };
}

let directories = 0;
const onDisk = (clock: FakeClock): CacheModuleOptions => {
  const directory = join(folder, `store ${directories++}`);
  return cacheOptionsOf({ directory, maxSizeMb: 100, cache: { clock } });
};

const stores: [string, (clock: FakeClock) => CacheModuleOptions][] = [
  ['memory', () => ({})],
  ['bytes in json', (clock) => ({ backend: new MapBackend(clock), commandTimeout: '10s' })],
  ['bytes in msgpack', (clock) => ({ backend: new MapBackend(clock), commandTimeout: '10s', codec: 'msgpack' })],
  ['a disk', onDisk],
];

describe.each(stores)('GenerationCache over %s', (_, below) => {
  const make = (options?: GenerationCacheOptions): Promise<Rig> => {
    const clock = new FakeClock();
    return rig(options, below(clock), clock);
  };

  it('generates once for one content and its options, whether it comes as a stream or as bytes', async () => {
    const { cache } = await make();
    let runs = 0;
    const generate = (): object => ({ text: 'parsed', run: ++runs });
    expect(await cache.getOrGenerate(file(), { ocr: true }, generate)).toEqual({ text: 'parsed', run: 1 });
    expect(await cache.getOrGenerate(file(), { ocr: true }, generate)).toEqual({ text: 'parsed', run: 1 });
    expect(await cache.getCachedResult(file(), { ocr: true })).toEqual({ text: 'parsed', run: 1 });
    expect(await cache.getOrGenerate(file(), { ocr: false }, generate)).toMatchObject({ run: 2 });
    expect(await cache.getCachedResult('something else', { ocr: true })).toBeUndefined();
  });

  it('gives back large results as they are', async () => {
    const { cache } = await make();
    const pages = [randomBytes(5_000_000), Buffer.alloc(3_000_000, 'a'), new Uint8Array(randomBytes(1_000_000))];
    const result = { pages, made: new Date(0), sizes: new Map([['a4', 2n]]) };
    await cache.getOrGenerate('document', {}, () => result);
    const stored = await cache.getCachedResult<typeof result>('document', {});
    expect(stored).not.toBe(result);
    expect(stored!.pages.map((page, at) => Buffer.compare(page, pages[at]!))).toEqual([0, 0, 0]);
    expect(stored!.pages.map((page) => page.constructor.name)).toEqual(['Buffer', 'Buffer', 'Uint8Array']);
    expect([stored!.made, stored!.sizes]).toEqual([result.made, result.sizes]);
  });

  it('stores what was generated elsewhere', async () => {
    const { cache } = await make();
    expect(await cache.cacheResult(file(), { ocr: true }, Buffer.from([0, 255]))).toBe(true);
    expect(await cache.getCachedResult(file(), { ocr: true })).toEqual(Buffer.from([0, 255]));
    expect(await cache.get(await cache.getCacheKey(file(), { ocr: true }))).toEqual(Buffer.from([0, 255]));
  });

  it('keeps a result for its ttl', async () => {
    const { cache, clock } = await make({ ttlHours: 2 });
    await cache.cacheResult('long', {}, 1);
    await cache.cacheResult('short', {}, 1, '30m');
    await cache.getOrGenerate('brief', {}, () => 1, '30m');
    await cache.cacheResult('shorter', {}, 1, { ttl: '10m', tags: ['pdf'] });
    await clock.advance(20 * 60_000);
    expect(await cache.getCachedResult('shorter')).toBeUndefined();
    expect(await cache.getCachedResult('short')).toBe(1);
    await clock.advance(90 * 60_000);
    expect(await cache.getCachedResult('short')).toBeUndefined();
    expect(await cache.getCachedResult('brief')).toBeUndefined();
    expect(await cache.getCachedResult('long')).toBe(1);
    await clock.advance(15 * 60_000);
    expect(await cache.getCachedResult('long')).toBeUndefined();
  });

  it('tells of falsy results from none', async () => {
    const { cache } = await make();
    for (const [at, result] of [undefined, null, 0, '', false].entries()) {
      expect(await cache.getOrGenerate(`content ${at}`, {}, () => result as unknown)).toBe(result);
      const again = await cache.getOrGenerate<unknown>(`content ${at}`, {}, () => 'again');
      expect(again).toBe(result);
    }
  });
});

describe('GenerationCache', () => {
  it('finds nothing that another version has generated', async () => {
    const { cache, manager } = await rig({ version: 1 });
    await cache.cacheResult('content', {}, 'of 1');
    const next = new GenerationCache(manager, { version: 2 });
    expect(await next.getCachedResult('content', {})).toBeUndefined();
    expect(await next.getOrGenerate('content', {}, () => 'of 2')).toBe('of 2');
    expect(await cache.getCachedResult('content', {})).toBe('of 1');
  });

  it('runs one generation for all who ask meanwhile', async () => {
    const { cache } = await rig();
    const gate = deferred<string>();
    let runs = 0;
    const asked = Array.from({ length: 20 }, () => cache.getOrGenerate(file(), { a: 1 }, () => (runs++, gate.promise)));
    gate.resolve('result');
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['result']));
    expect(runs).toBe(1);
  });

  it('counts what it is worth', async () => {
    const { cache, clock } = await rig({ maxSizeMb: 1 }, { memory: { maxEntries: 2 } });
    const slowly = async (): Promise<string> => {
      await clock.advance(4_000);
      return 'result';
    };
    await cache.getOrGenerate('a', {}, slowly);
    await cache.getOrGenerate('a', {}, slowly);
    await cache.getCachedResult('a', {});
    await cache.cacheResult('b', {}, 1, { took: 500 });
    await cache.getCachedResult('b', {});
    await cache.getCachedResult('c', {});
    await cache.cacheResult('c', {}, 1);
    expect(cache.getStats()).toMatchObject({
      hits: 3,
      misses: 2,
      hitRatio: 0.6,
      entries: 2,
      maxBytes: 1_048_576,
      evictions: 1,
      timeAvoided: 8_500,
      timeSpent: 4_000,
    });
    expect(cache.getStats().bytes).toBeGreaterThan(0);
  });

  it('has the methods of any cache, by keys', async () => {
    const { cache } = await rig();
    const key = cache.getCacheKey('content', { a: 1 });
    expect(await cache.set(key, 'by key')).toBe(true);
    expect([await cache.has(key), await cache.get(key)]).toEqual([true, 'by key']);
    expect(await cache.getCachedResult('content', { a: 1 })).toBe('by key');
    expect(await cache.delete(key)).toBe(true);
    expect(await cache.has(key)).toBe(false);
    await cache.set('mine', 1, '1h');
    expect(await cache.clear()).toBe(true);
    expect(await cache.get('mine')).toBeUndefined();
  });

  it('is apart for each tenant', async () => {
    const { cache } = await rig();
    const acme = cache.forTenant('acme');
    await acme.cacheResult('content', {}, 'of acme');
    expect(await cache.getCachedResult('content', {})).toBeUndefined();
    expect(await cache.forTenant('globex').getCachedResult('content', {})).toBeUndefined();
    expect(await acme.getCachedResult('content', {})).toBe('of acme');
  });

  it('hands on the error of a generation, and stores nothing', async () => {
    const { cache } = await rig();
    const error = new Error('the file is damaged');
    const failing = cache.getOrGenerate('content', {}, () => Promise.reject(error));
    await expect(failing).rejects.toBe(error);
    expect(await cache.getOrGenerate('content', {}, () => 'now')).toBe('now');
  });

  it('generates nothing for a stream that fails, or options without identity', async () => {
    const { cache } = await rig();
    let runs = 0;
    const generate = (): number => ++runs;
    const gone = createReadStream(join(folder, 'gone.pdf'));
    await expect(cache.getOrGenerate(gone, {}, generate)).rejects.toThrow('ENOENT');
    await expect(cache.getOrGenerate('content', { stage: () => 1 }, generate)).rejects.toThrow('options.stage');
    await expect(cache.getOrGenerate('content', {}, undefined as never)).rejects.toThrow(CacheUsageError);
    expect(runs).toBe(0);
  });

  it('closes a stream that it does not read', async () => {
    const { cache } = await rig();
    for (const path of [document, join(folder, 'gone.pdf')]) {
      const streams = [createReadStream(path), createReadStream(path)] as const;
      const closed = Promise.all(
        streams.map((stream) => new Promise<void>((done) => stream.once('close', () => done()))),
      );
      await expect(cache.getCachedResult(streams[0], { stage: () => 1 })).rejects.toThrow('options.stage');
      await expect(cache.getOrGenerate(streams[1], {}, 'x' as never)).rejects.toThrow(CacheUsageError);
      await closed;
      expect(streams.map(({ destroyed }) => destroyed)).toEqual([true, true]);
    }
    let cancelled = 0;
    const web = new ReadableStream<Uint8Array>({ cancel: () => void cancelled++ });
    await expect(cache.getCachedResult(web, { stage: () => 1 })).rejects.toThrow('options.stage');
    expect(cancelled).toBe(1);
  });

  it('only generates while the cache is switched off', async () => {
    const { cache } = await rig({}, { enabled: false });
    for (const result of ['first', 'second']) expect(await cache.getOrGenerate('a', {}, () => result)).toBe(result);
    expect(await cache.cacheResult('a', {}, 1)).toBe(false);
    expect(await cache.getCachedResult('a', {})).toBeUndefined();
  });

  it('hands out what cannot be stored, and what a generation keeps out', async () => {
    const { cache } = await rig();
    const close = (): void => {};
    expect(await cache.getOrGenerate('a', {}, () => ({ close }))).toEqual({ close });
    expect(await cache.getOrGenerate('b', {}, ({ skip }) => (skip(), 'partial'))).toBe('partial');
    expect(await cache.getOrGenerate('c', {}, ({ setTtl }) => (setTtl('soon' as never), 'kept out'))).toBe('kept out');
    for (const content of ['a', 'b', 'c']) expect(await cache.getCachedResult(content, {})).toBeUndefined();
    await expect(cache.cacheResult('a', {}, { close })).rejects.toThrow(CacheValueError);
  });

  it('lets no trouble of the store reach a caller', async () => {
    const clock = new FakeClock();
    const backend = new FlakyBackend({ clock });
    const { cache } = await rig({}, { backend }, clock);
    backend.fail('all', new Error('the disk is full'));
    expect(await cache.getOrGenerate('content', {}, () => 'result')).toBe('result');
    expect(await cache.getCachedResult('content', {})).toBeUndefined();
    expect(await cache.cacheResult('content', {}, 'result')).toBe(false);
  });

  it('takes what others have put under a key of its own for nothing', async () => {
    const { cache, manager } = await rig();
    for (const value of [null, 'text', { result: 1 }]) {
      await manager.set('foreign', value);
      expect(await cache.get('foreign')).toBeUndefined();
    }
    expect(cache.getStats().timeAvoided).toBe(0);
    const key = cache.getCacheKey('content');
    for (const value of [null, 'text', { result: 1 }, { result: 1, took: 'long' }]) {
      await manager.set(key, value);
      expect(await cache.getOrGenerate('content', undefined, () => 'own')).toBe('own');
      expect(await cache.getOrGenerate('content', undefined, () => 'stored')).toBe('stored');
      expect(await cache.getOrGenerate('content', undefined, () => 'never')).toBe('stored');
    }
  });

  it('keeps a time that is none out of the sums', async () => {
    const { cache } = await rig();
    for (const took of [Number.NaN, -1, Infinity, '5']) {
      const call = cache.cacheResult('content', {}, 1, { took: took as number });
      await expect(call).rejects.toThrow(CacheUsageError);
    }
    expect(await cache.getCachedResult('content', {})).toBeUndefined();
    await cache.cacheResult('content', {}, 1, { took: 5 });
    await cache.getCachedResult('content', {});
    expect(cache.getStats().timeAvoided).toBe(5);
  });

  it('refuses options that cannot be meant', async () => {
    const { manager } = await rig();
    expect(() => new GenerationCache(manager, { ttl: 1, ttlHours: 1 })).toThrow(CacheConfigError);
    expect(() => new GenerationCache(manager, { maxBytes: 1, maxSizeMb: 1 })).toThrow(/maxSizeMb: cannot stand beside/);
  });

  it('keeps results through a restart, within its bounds', async () => {
    const clock = new FakeClock();
    const directory = join(folder, 'kept');
    const options: GenerationCacheOptions = {
      directory,
      maxSizeMb: 8,
      version: 1,
      cache: { clock, compression: false },
    };
    const open = (): Promise<Rig> => rig(options, cacheOptionsOf(options), clock);
    const first = await open();
    const results = Array.from({ length: 24 }, () => randomBytes(1_000_000));
    for (const [at, result] of results.entries()) {
      await first.cache.cacheResult(`document ${at}`, {}, result, { took: 10 });
    }
    const { bytes, entries, evictions, maxBytes } = first.cache.getStats();
    expect(maxBytes).toBe(8_388_608);
    expect(bytes).toBeLessThanOrEqual(maxBytes!);
    expect(entries).toBeGreaterThan(2);
    expect(evictions).toBeGreaterThan(10);
    await shutDown(first.manager.cache.parts);
    const { cache } = await open();
    const found = await Promise.all(results.map((_, at) => cache.getCachedResult<Buffer>(`document ${at}`, {})));
    expect(found.at(-1)!.equals(results.at(-1)!)).toBe(true);
    const left = found.filter((result) => result !== undefined);
    expect(left.length).toBeGreaterThan(2);
    found.forEach((result, at) => result && expect(result.equals(results[at]!)).toBe(true));
    expect(cache.getStats().timeAvoided).toBe(left.length * 10);
  });
});
