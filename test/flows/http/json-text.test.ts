import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, UseInterceptors } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { CacheInterceptor } from '../../../lib/nest/http/cache.interceptor.js';
import { HttpApp, PLATFORMS, type Answer } from './support/app.js';
import { BODIES, BodiesController, OTHER_BODIES, runs } from './support/bodies.controller.js';

beforeEach(() => void (runs.count = 0));

/** Everything a client sees, but for the date and the mark of the cache. */
function seen({ status, text, headers }: Answer): unknown {
  const rest = [...headers].filter(([name]) => name !== 'date' && name !== 'x-cache');
  return { status, text, headers: Object.fromEntries(rest) };
}

describe.each(PLATFORMS)('bodies on %s', (platform) => {
  const outermost = { provide: APP_INTERCEPTOR, useClass: CacheInterceptor };
  let app: HttpApp;
  let uncached: HttpApp;
  beforeEach(async () => {
    app = await HttpApp.start({ platform, controllers: [BodiesController], providers: [outermost] });
    uncached = await HttpApp.start({ platform, controllers: [BodiesController], cache: false });
  });
  afterEach(async () => {
    await app.close();
    await uncached.close();
  });

  it.each(Object.keys(BODIES))('are kept as the text that is sent: %s', async (name) => {
    const [miss, hit] = [await app.get(`/bodies/of/${name}`), await app.get(`/bodies/of/${name}`)];
    expect([miss.xCache, hit.xCache]).toEqual(['MISS', 'HIT']);
    const plain = seen(await uncached.get(`/bodies/of/${name}`));
    expect([seen(miss), seen(hit)]).toEqual([plain, plain]);
    expect([app.cache.getStats().hits, runs.count]).toEqual([1, 2]);
    expect(await app.stored()).toMatchObject({ kind: 'http-json', text: hit.text });
  });

  it.each(Object.keys(OTHER_BODIES))('that a platform treats its own way are as they were: %s', async (name) => {
    const plain = seen(await uncached.get(`/bodies/of/${name}`));
    for (const _ of [1, 2]) expect(seen(await app.get(`/bodies/of/${name}`))).toEqual(plain);
    expect(await app.stored()).toMatchObject({ kind: 'http-response' });
  });

  it('are answered to HEAD without being sent', async () => {
    const plain = seen(await uncached.get('/bodies/of/long', {}, { method: 'HEAD' }));
    for (const xCache of ['MISS', 'HIT']) {
      const head = await app.get('/bodies/of/long', {}, { method: 'HEAD' });
      expect([head.xCache, seen(head)]).toEqual([xCache, plain]);
    }
  });

  it('have their entity tag, and answer If-None-Match by it', async () => {
    const plain = await uncached.get('/bodies/of/long');
    const tag = plain.headers.get('etag');
    expect(tag !== null).toBe(platform === 'express');
    for (const path of ['/bodies/of/long', '/bodies/tagged']) {
      for (const xCache of ['MISS', 'HIT']) {
        const answer = await app.get(path);
        expect([answer.xCache, answer.headers.get('etag')]).toEqual([xCache, path.endsWith('tagged') ? '"own"' : tag]);
      }
    }
    // Without a directive of our own, `fetch` adds one that asks for the whole.
    const known = { 'if-none-match': tag ?? '"none"', 'cache-control': 'max-age=0' };
    const again = await app.get('/bodies/of/long', known);
    expect([again.xCache, again.status, again.text === '']).toEqual([
      'HIT',
      ...(platform === 'express' ? [304, true] : [200, false]),
    ]);
  });

  it('keep a JSON type of the handler’s own, and its charset', async () => {
    const types = ['application/json', 'application/hal+json; charset=utf-8', 'application/problem+json'];
    for (const path of ['/bodies/typed', ...types.map((type) => `/bodies/said?type=${encodeURIComponent(type)}`)]) {
      const plain = seen(await uncached.get(path));
      for (const xCache of ['MISS', 'HIT']) {
        const answer = await app.get(path);
        expect([answer.xCache, seen(answer)]).toEqual([xCache, plain]);
      }
    }
  });

  it.each(['text/plain', 'text/html; charset=utf-8', 'application/xml', 'application/jsonish'])(
    'under another type are the platform’s to judge: %s',
    async (type) => {
      const path = `/bodies/said?type=${encodeURIComponent(type)}`;
      const plain = seen(await uncached.get(path));
      for (const _ of [1, 2]) expect(seen(await app.get(path))).toEqual(plain);
      expect(await app.stored()).toMatchObject({ kind: 'http-response', body: { data: [] } });
    },
  );

  it('are the same where the interceptor stands on the application and on the controller', async () => {
    @Controller('twice')
    @UseInterceptors(CacheInterceptor)
    class TwiceController extends BodiesController {}
    const twice = await HttpApp.start({ platform, controllers: [TwiceController], providers: [outermost] });
    try {
      const plain = seen(await uncached.get('/bodies/of/dates'));
      for (const xCache of ['MISS', 'HIT']) {
        const answer = await twice.get('/twice/of/dates');
        expect([answer.xCache, seen(answer)]).toEqual([xCache, plain]);
      }
    } finally {
      await twice.close();
    }
  });

  it('are one text for all who wait for the same run', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => app.get('/bodies/of/dates')));
    const plain = seen(await uncached.get('/bodies/of/dates'));
    for (const answer of answers) expect(seen(answer)).toEqual(plain);
    expect(runs.count).toBe(2);
  });
});
