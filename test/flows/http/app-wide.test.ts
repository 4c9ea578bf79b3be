import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, VersioningType } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { CacheModule } from 'nestjs-cached';
import { FakeClock, FlakyBackend } from 'nestjs-cached/testing';
import { CacheInterceptor } from '../../../lib/nest/http/cache.interceptor.js';
import { CacheResponse } from '../../../lib/nest/http/cache-response.decorator.js';
import { HttpApp, PLATFORMS, type AppParts } from './support/app.js';
import {
  count,
  HealthController,
  MixedController,
  next,
  QuietController,
  ScopedController,
  VersionsController,
} from './support/mixed.controllers.js';

beforeEach(() => void (count.runs = 0));

const GLOBAL = { provide: APP_INTERCEPTOR, useClass: CacheInterceptor };

describe.each(PLATFORMS)('for the whole app on %s', (platform) => {
  let app: HttpApp;
  const start = async (parts: Partial<AppParts> = {}): Promise<HttpApp> =>
    (app = await HttpApp.start({ platform, controllers: [MixedController], providers: [GLOBAL], ...parts }));
  afterEach(() => app.close());
  const outcomes = async (path: string, headers: Record<string, string> = {}): Promise<unknown> => [
    (await app.get(path, headers)).xCache,
    (await app.get(path, headers)).xCache,
  ];

  it('plain routes are cached; @NoCache, @Cached, POST and SSE are left alone', async () => {
    await start();
    expect(await outcomes('/mixed/plain')).toEqual(['MISS', 'HIT']);
    expect(await outcomes('/mixed/live')).toEqual([null, null]);
    expect(await outcomes('/mixed/events')).toEqual([null, null]);
    expect(await outcomes('/mixed/nowhere')).toEqual([null, null]);
    expect((await app.get('/mixed/plain', {}, { method: 'POST' })).xCache).toBeNull();
    count.runs = 0;
    expect(await outcomes('/mixed/cached')).toEqual([null, null]);
    expect(count.runs).toBe(1);
    expect(await outcomes('/mixed/cached-response')).toEqual(['MISS', 'HIT']);
    expect(app.lines).toEqual([]);
  });

  it('the route wins over the controller, and both over the module', async () => {
    await start({ controllers: [MixedController, QuietController], cache: { http: { ttl: '5s', varyBy: ['x-b'] } } });
    expect(await outcomes('/quiet/plain')).toEqual([null, null]);
    expect(await outcomes('/quiet/loud')).toEqual(['MISS', 'HIT']);
    expect(await outcomes('/quiet/loud', { 'x-a': '1' })).toEqual(['MISS', 'HIT']);
    expect(await outcomes('/quiet/loud', { 'x-b': '1' })).toEqual(['HIT', 'HIT']);
    expect(await outcomes('/mixed/plain', { 'x-b': '1' })).toEqual(['MISS', 'HIT']);
    expect(await outcomes('/mixed/plain')).toEqual(['MISS', 'HIT']);
    await app.clock.advance(5_000);
    expect((await app.get('/quiet/loud')).xCache).toBe('HIT');
    expect((await app.get('/mixed/plain')).xCache).toBe('MISS');
    await app.clock.advance(5_000);
    expect((await app.get('/quiet/loud')).xCache).toBe('MISS');
  });

  it('a health check is never cached: it says no-store', async () => {
    await start({ controllers: [HealthController], imports: [TerminusModule] });
    expect(await outcomes('/health')).toEqual([null, null]);
    expect(count.runs).toBe(2);
  });

  it('two versions of one URL are two handlers', async () => {
    const prepare: AppParts['prepare'] = (nest) =>
      void nest.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' });
    await start({ controllers: [VersionsController], prepare });
    for (const version of ['1', '2', '1', '2']) {
      expect((await app.get('/versions', { 'x-version': version })).text).toContain(`"version":${version}`);
    }
    expect(count.runs).toBe(2);
  });

  it('works for request-scoped controllers', async () => {
    await start({ controllers: [ScopedController] });
    const first = await app.get('/scoped');
    const second = await app.get('/scoped');
    expect([first.xCache, second.xCache, second.text]).toEqual(['MISS', 'HIT', first.text]);
  });

  it('a route may use a named cache; one that is not there is told once', async () => {
    const second = CacheModule.forRoot({ name: 'second', clock: new FakeClock() });
    await start({ imports: [second] });
    expect(await outcomes('/mixed/elsewhere')).toEqual(['MISS', 'HIT']);
    expect(app.cache.getStats().misses).toBe(0);
    await app.close();
    await start();
    expect(await outcomes('/mixed/elsewhere')).toEqual([null, null]);
    expect(app.lines).toEqual(['MixedController.elsewhere runs uncached: there is no cache named "second".']);
  });

  it('without CacheModule everything passes through, and that is told once', async () => {
    await start({ cache: false });
    expect(await outcomes('/mixed/plain')).toEqual([null, null]);
    expect(app.lines).toEqual(['MixedController.plain runs uncached: CacheModule is not imported.']);
  });

  it('an option function that fails costs nobody an answer, and is told once', async () => {
    await start();
    expect(await outcomes('/mixed/broken')).toEqual([null, null]);
    expect(app.lines).toEqual(['MixedController.broken runs uncached: no such user']);
    expect(await outcomes('/mixed/broken-tags')).toEqual(['MISS', 'MISS']);
    expect(count.runs).toBe(4);
    expect(app.lines).toHaveLength(2);
    expect(app.lines[1]).toMatch(/^MixedController.brokenTags runs uncached: A tag must be a string/);
  });

  it('a disabled cache runs the handler every time', async () => {
    await start({ cache: { enabled: false } });
    expect(await outcomes('/mixed/plain')).toEqual(['MISS', 'MISS']);
    expect(count.runs).toBe(2);
  });

  it('a backend that fails costs nobody an answer', async () => {
    const backend = new FlakyBackend();
    await start({ cache: { backend } });
    backend.fail('all');
    for (const run of [1, 2]) expect((await app.get('/mixed/plain')).text).toBe(`{"run":${run}}`);
    backend.heal();
    expect(await outcomes('/mixed/plain')).toEqual(['MISS', 'HIT']);
  });

  it('a value of another shape under a custom key is not served', async () => {
    @Controller()
    @CacheResponse({ key: () => 'shared' })
    class SharedController {
      @Get('shared')
      find(): unknown {
        return next();
      }
    }
    await start({ controllers: [SharedController] });
    await app.cache.set('http:shared', { role: 'admin' });
    expect((await app.get('/shared')).text).toBe('{"run":1}');
    await app.cache.delete('http:shared');
    expect(await outcomes('/shared')).toEqual(['MISS', 'HIT']);
  });
});
