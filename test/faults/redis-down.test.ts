import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheModuleOptions } from '../../lib/contracts/options.js';
import type { CacheManager } from '../../lib/core/cache-manager.js';
import { freePort, startRedis, type RunningRedis } from '../support/redis-server.js';
import { everyStore } from '../support/every-store.js';

const { makeCache } = everyStore();

const COMMAND_TIMEOUT = 100;
/** Real time on a busy machine; without a limit of its own such a call takes as long as the server is away. */
const GENEROUS = 2_000;

let server: RunningRedis | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

let backend: 'redis' | 'tiered';
const cacheAt = (port: number, options: CacheModuleOptions = {}): Promise<CacheManager> =>
  makeCache({ backend, redis: { url: `redis://127.0.0.1:${port}`, commandTimeout: COMMAND_TIMEOUT }, ...options });

/** Fifty calls of every kind; each key answered by its loader, none slower than it may be. */
let rounds = 0;
async function expectAnswers(cache: CacheManager): Promise<void> {
  let runs = 0;
  const round = rounds++;
  const calls = Array.from({ length: 50 }, async (_, index) => {
    const begun = performance.now();
    if (index % 2 === 0) expect(await cache.getOrSet(`${round}k${index}`, async () => ++runs)).toBeGreaterThan(0);
    else
      expect((await cache.getOrSetMany([`${round}k${index}`, 'x'], async (keys) => keys.map(() => ++runs))).size).toBe(
        2,
      );
    expect(performance.now() - begun).toBeLessThan(GENEROUS);
  });
  await Promise.all(calls);
  expect(runs).toBeGreaterThanOrEqual(50);
  const failure = new Error('mine');
  await expect(cache.getOrSet('failing', () => Promise.reject(failure))).rejects.toBe(failure);
}

async function untilDone(work: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await work())) {
    if (performance.now() > deadline) throw new Error('Redis is there, and not used.');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Calls until the server is used again. */
const untilStored = (cache: CacheManager): Promise<void> => untilDone(() => cache.set('probe', 1));

describe.each(['redis', 'tiered'] as const)('%s', (kind) => {
  beforeEach(() => {
    backend = kind;
  });

  it('down at the start: calls go to the loader; it is used when it comes', async () => {
    const port = await freePort();
    const cache = await cacheAt(port);
    await expectAnswers(cache);
    expect(await cache.healthCheck()).toMatchObject({ status: 'degraded', backend });
    expect(await cache.delete('k')).toBe(false);
    server = await startRedis({ port });
    await untilStored(cache);
    expect(await cache.get('probe')).toBe(1);
    expect(await cache.healthCheck()).toMatchObject({ status: 'up' });
  });

  it('killed on the way: calls go to the loader; it is used when it is back', async () => {
    server = await startRedis();
    const { port } = server;
    const cache = await cacheAt(port);
    await untilStored(cache);
    const during = Array.from({ length: 200 }, (_, index) => cache.getOrSet(`d${index}`, async () => index));
    await server.kill();
    expect(await Promise.all(during)).toEqual(Array.from({ length: 200 }, (_, index) => index));
    await expectAnswers(cache);
    server = await startRedis({ port });
    await untilStored(cache);
    expect(await cache.getOrSet('again', async () => 'loaded')).toBe('loaded');
    expect(await cache.getOrSet('again', async () => 'never')).toBe('loaded');
  });

  it('frozen: calls go to the loader after one time limit; what they sent lands in order when it thaws', async () => {
    server = await startRedis();
    const cache = await cacheAt(server.port);
    await untilStored(cache);
    await cache.set('k', 'old');
    await server.pause();
    await expectAnswers(cache);
    const sets = cache.set('late', 'old');
    const deletes = [cache.delete('k'), cache.delete('late')];
    expect(await sets).toBe(false);
    expect(await Promise.all(deletes)).toEqual([false, false]);
    expect(await cache.healthCheck()).toMatchObject({ status: 'degraded' });
    await server.resume();
    await untilStored(cache);
    expect(await cache.getMany(['k', 'late'])).toEqual(new Map());
    expect(await cache.delete('k')).toBe(true);
  });

  it('full: what cannot be stored costs nobody an answer, and is kept aside; deletes are done', async () => {
    server = await startRedis({ args: ['--maxmemory', '2mb', '--maxmemory-policy', 'noeviction'] });
    const cache = await cacheAt(server.port);
    await untilStored(cache);
    const errors: string[] = [];
    cache.on('error', ({ operation }) => errors.push(operation));
    // Nothing that can be compressed.
    const large = randomBytes(75_000).toString('base64');
    for (let index = 0; index < 40; index++) expect(await cache.getOrSet(`k${index}`, async () => large)).toBe(large);
    expect(errors.length).toBeGreaterThan(0);
    expect(await cache.healthCheck()).toMatchObject({ status: 'degraded' });
    expect(await cache.getOrSet('aside', async () => 'once')).toBe('once');
    expect(await cache.getOrSet('aside', async () => 'twice')).toBe('once');
    await untilDone(() => cache.delete('k0'));
  });

  it('read-only: calls go to the loader, and a delete says that it is not done', async () => {
    server = await startRedis();
    const other = await startRedis({ args: ['--replicaof', '127.0.0.1', String(server.port)] });
    const cache = await cacheAt(other.port);
    await expectAnswers(cache);
    expect(await cache.set('k', 1)).toBe(false);
    expect(await cache.clear()).toBe(false);
    await other.stop();
  });
});
