import dns from 'node:dns';
import { expect } from '@jest/globals';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CacheManager, CacheModule } from 'nestjs-cached';
import { freePort, startRedis, type RunningRedis } from '../../support/redis-server.js';
import { checks } from './checks.js';
import { rowOf, type RowName } from './rows.js';
import { StallMeter, stopwatch } from './stall-meter.js';

/** What a busy machine may add. */
const CALL_SLACK = 300;
const BACK_SLACK = 1_500;
/** Of the whole of an application that has nothing but a cache. */
const START = 1_000;

/** An application that starts without its Redis, which is there after `arrive`. */
async function startsWithout(name: RowName, url: string, reason: RegExp, arrive: () => Promise<void>): Promise<void> {
  const { call, back } = rowOf(name);
  const meter = new StallMeter();
  @Module({ imports: [CacheModule.forRoot({ redis: { url } })] })
  class App {}
  let passed = stopwatch(meter);
  const app = await NestFactory.createApplicationContext(App, { logger: false });
  try {
    expect(passed()).toBeLessThan(START);
    const cache = app.get(CacheManager);
    const slowest = await Promise.all(
      Array.from({ length: 100 }, async (_, at) => {
        const took = stopwatch(meter);
        expect(await cache.getOrSet(`k${at}`, async () => at)).toBe(at);
        return took();
      }),
    );
    expect(Math.max(...slowest)).toBeLessThan(call + CALL_SLACK);
    expect([await cache.delete('k1'), await cache.invalidateTags('t'), await cache.clear()]).toEqual([
      false,
      false,
      false,
    ]);
    expect(await cache.set('put', 1)).toBe(false);
    expect(await cache.getOrSet('put', async () => 2)).toBe(1);
    await until(async () => reason.test((await cache.healthCheck()).lastError ?? ''));
    expect(await cache.healthCheck()).toMatchObject({ status: 'degraded', since: expect.any(Date) });
    await arrive();
    passed = stopwatch(meter);
    await until(async () => (await cache.healthCheck()).status === 'up');
    expect(passed()).toBeLessThan(back + BACK_SLACK);
    expect(await cache.healthCheck()).toMatchObject({ pendingInvalidations: 0 });
    await until(() => cache.set('k', 'there'));
    expect(await cache.get('put')).toBeUndefined();
  } finally {
    meter.stop();
    await app.close();
  }
}

checks('absent', async () => {
  const port = await freePort();
  let server: RunningRedis | undefined;
  try {
    await startsWithout('absent', `redis://127.0.0.1:${port}`, /ECONNREFUSED/, async () => {
      server = await startRedis({ port });
    });
  } finally {
    await server?.stop();
  }
});

/** A name that the machine's own resolver does not know, and then does. */
checks('unresolved', async () => {
  const server = await startRedis();
  const { lookup } = dns;
  let known = false;
  const answer = (
    host: string,
    options: dns.LookupOptions,
    done: (error: Error | null, ...found: unknown[]) => void,
  ) => {
    if (host !== 'redis.invalid') return lookup(host, options, done);
    if (!known) return done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' }));
    const found = { address: '127.0.0.1', family: 4 };
    return options.all ? done(null, [found]) : done(null, found.address, found.family);
  };
  dns.lookup = answer as typeof dns.lookup;
  try {
    await startsWithout('unresolved', `redis://redis.invalid:${server.port}`, /ENOTFOUND/, async () => {
      known = true;
    });
  } finally {
    dns.lookup = lookup;
    await server.stop();
  }
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Never came true: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
