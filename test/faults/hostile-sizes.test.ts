import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { systemClock } from '../../lib/support/clock.js';
import { CacheBackendError, CacheValueError } from '../../lib/support/errors.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { FlakyBackend } from '../../lib/testing/flaky.backend.js';
import { MapBackend } from '../../lib/testing/map.backend.js';
import { settle } from '../support/deferred.js';
import { everyStore, heard } from '../support/every-store.js';

const MIB = 1_048_576;
const LIMIT = 250;

let client: Redis;
// Closed before the server is stopped.
afterAll(() => client.disconnect());
const { stores, makeCache, redis } = everyStore();
beforeAll(() => {
  client = new Redis(redis().url);
});

describe('a value of 512 MiB in the place of an entry', () => {
  it('costs a call no more than its time limit, is asked for once, and is replaced', async () => {
    const cache = await makeCache({
      backend: 'redis',
      redis: { url: redis().url, commandTimeout: LIMIT },
      clock: systemClock,
    });
    await heard(cache);
    await cache.set('k', 'old');
    // One byte is sent; the server makes the rest of zeros.
    await client.setrange('cache:v:{k}', 512 * MIB - 1, 'x');
    expect(await client.strlen('cache:v:{k}')).toBe(512 * MIB);
    await client.config('RESETSTAT');
    let runs = 0;
    let value: string | undefined;
    let spent = 0;
    const start = performance.now();
    do {
      const began = performance.now();
      value = await cache.getOrSet('k', () => `row ${++runs}`);
      spent = performance.now() - began;
      // The test's own process has 512 MiB to take in as well.
      expect(spent).toBeLessThan(3 * LIMIT);
      await new Promise((resolve) => setTimeout(resolve, 50));
    } while (performance.now() - start < 12_000 && (await client.strlen('cache:v:{k}')) > 1_000);
    expect(await client.strlen('cache:v:{k}')).toBeLessThan(1_000);
    expect(value).toBe(`row ${runs}`);
    const [, sent] = /total_net_output_bytes:(\d+)/.exec(await client.info('stats'))!;
    expect(Number(sent)).toBeLessThan(2 * 512 * MIB);
  }, 30_000);
});

describe('a read that is not answered in time', () => {
  const KEY = 'cache:v:{k}';

  /** A cache that has waited for `k` in vain: the answer is still on its way, and everything else is answered. */
  const make = async (prepare?: (inner: MapBackend) => Promise<void>) => {
    const clock = new FakeClock();
    const inner = new MapBackend(clock);
    const backend = new FlakyBackend({ backend: inner, clock });
    const cache = await makeCache({ clock, backend, commandTimeout: 100 });
    const told: unknown[] = [];
    cache.on('error', ({ error }) => told.push(error));
    await cache.set('k', 'old');
    await cache.set('other', 'other');
    await prepare?.(inner);
    const hang = backend.hang('get', 2);
    const late = cache.get('k');
    await clock.advance(100);
    expect(await late).toBeUndefined();
    expect(hang.pending).toBe(2);
    return { backend, cache, clock, hang, inner, told };
  };

  it('is not asked again until it is, and says so; other keys are read meanwhile', async () => {
    const { backend, cache, hang, told } = await make();
    const sent = backend.calls.length;
    for (let call = 0; call < 5; call++) expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded');
    const asked = backend.calls.slice(sent).filter(({ operation }) => operation === 'get');
    expect(asked.map(({ key }) => key)).not.toContain(KEY);
    expect(told.at(-1)).toBeInstanceOf(CacheBackendError);
    expect(String(told.at(-1))).toContain(`has not answered an earlier read of ${KEY}`);
    expect(await cache.get('other')).toBe('other');
    await hang.release();
    await settle();
    // What was stored meanwhile.
    expect(await cache.get('k')).toBe('loaded');
  });

  it('is asked again after half a minute: an answer may be lost', async () => {
    const { cache, clock } = await make();
    await clock.advance(29_899);
    expect(await cache.get('k')).toBeUndefined();
    await clock.advance(101);
    expect(await cache.get('k')).toBe('old');
  });

  it('is taken away when it turns out to be no entry', async () => {
    const { hang, inner } = await make(async (backend) => backend.set(KEY, Buffer.alloc(1_000)));
    expect(await inner.exists(KEY)).toBe(true);
    await hang.release();
    await settle();
    expect(await inner.exists(KEY)).toBe(false);
    expect(await inner.exists('cache:v:{other}')).toBe(true);
  });
});

describe.each(stores)('what is too large, over $name', ({ make }) => {
  it('is refused by its path before it is copied', async () => {
    const { cache } = await make();
    const start = performance.now();
    for (const value of [{ rows: [Buffer.alloc(512 * MIB)] }, { text: 'x'.repeat(0x1fff_ffe0) }]) {
      await expect(cache.set('k', value)).rejects.toThrow(CacheValueError);
      await expect(cache.set('k', value)).rejects.toThrow('is larger than 512 MiB in all');
      expect(await cache.getOrSet('k', () => value)).toBe(value);
      expect(await cache.has('k')).toBe(false);
    }
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
