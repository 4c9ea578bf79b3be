import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HttpApp, PLATFORMS } from './support/app.js';
import { CatsController, count } from './support/cats.controller.js';

beforeEach(() => void (count.runs = 0));

describe.each(PLATFORMS)('responses on %s', (platform) => {
  let app: HttpApp;
  beforeEach(async () => void (app = await HttpApp.start({ platform, controllers: [CatsController] })));
  afterEach(() => app.close());

  it('are made once and served again as they were', async () => {
    const first = await app.get('/cats/plain/7?a=1&b=2');
    const second = await app.get('/cats/plain/7?a=1&b=2');
    expect([first.xCache, second.xCache]).toEqual(['MISS', 'HIT']);
    expect(second.text).toBe(first.text);
    expect(JSON.parse(second.text)).toEqual({ id: '7', query: { a: '1', b: '2' }, run: 1, none: null, list: [1, 'a'] });
    expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
    expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
    expect(count.runs).toBe(1);
  });

  it.each(['text', 'nothing', 'null', 'buffer', 'observable', 'created', 'accepted'])(
    'are the same from the cache: %s',
    async (path) => {
      const first = await app.get(`/cats/${path}`);
      const second = await app.get(`/cats/${path}`);
      expect([first.xCache, second.xCache]).toEqual(['MISS', 'HIT']);
      expect([second.status, second.text]).toEqual([first.status, first.text]);
      expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
      expect(count.runs).toBe(1);
    },
  );

  it('keep their status, also one set in the handler, and the last value of an Observable', async () => {
    for (const _ of [1, 2]) {
      expect((await app.get('/cats/created')).status).toBe(201);
      expect((await app.get('/cats/accepted')).status).toBe(202);
      expect(JSON.parse((await app.get('/cats/observable')).text)).toMatchObject({ n: 2 });
    }
  });

  it('bring the handler’s headers back, and nobody’s request id', async () => {
    const first = await app.get('/cats/headers');
    const second = await app.get('/cats/headers');
    expect(first.headers.get('x-request-id')).toBe('leader');
    expect(second.xCache).toBe('HIT');
    for (const name of ['etag', 'content-type', 'x-static'])
      expect(second.headers.get(name)).toBe(first.headers.get(name));
    expect(second.headers.get('etag')).toBe('"v1"');
    expect(second.headers.get('x-static')).toBe('always');
    expect(second.headers.get('x-request-id')).toBeNull();
  });

  it.each([
    ['missing', 404],
    ['broken', 500],
    ['bad', 400],
    ['redirect', 302],
    ['partial', 206],
    ['empty', 500],
  ])('are not stored when they are no complete success: %s', async (path, status) => {
    expect((await app.get(`/cats/${path}`)).status).toBe(status);
    const second = await app.get(`/cats/${path}`);
    expect([second.status, second.xCache === 'HIT']).toEqual([status, false]);
    expect(count.runs).toBe(2);
    expect(app.cache.getStats().entries).toBe(0);
  });

  it('live as long as their ttl says, and a ttl of 0 is no life at all', async () => {
    await app.get('/cats/later');
    await app.clock.advance(9_999);
    expect((await app.get('/cats/later')).xCache).toBe('HIT');
    await app.clock.advance(1);
    expect((await app.get('/cats/later')).xCache).toBe('MISS');
    await app.get('/cats/never');
    expect((await app.get('/cats/never')).xCache).toBe('MISS');
  });

  it('without a body live as long as nullTtl says', async () => {
    await app.get('/cats/brief');
    await app.get('/cats/brief?body=b');
    await app.clock.advance(1_000);
    expect((await app.get('/cats/brief')).xCache).toBe('MISS');
    expect((await app.get('/cats/brief?body=b')).xCache).toBe('HIT');
  });

  it('are GET’s and HEAD’s alone, each its own', async () => {
    await app.get('/cats/plain/1');
    expect((await app.get('/cats/plain/1', {}, { method: 'HEAD' })).xCache).toBe('MISS');
    expect((await app.get('/cats/plain/1', {}, { method: 'HEAD' })).xCache).toBe('HIT');
    for (const method of ['POST', 'DELETE']) {
      for (const _ of [1, 2]) expect((await app.get('/cats/plain/1', {}, { method })).xCache).toBeNull();
    }
    expect(count.runs).toBe(6);
    await app.get('/cats/probe', {}, { method: 'HEAD' });
    const probe = await app.get('/cats/probe', {}, { method: 'HEAD' });
    expect([probe.xCache, probe.headers.get('x-probe')]).toEqual(['HIT', '7']);
  });

  it('are told apart by the query as sent', async () => {
    const urls = ['/cats/plain/1', '/cats/plain/1?a=1&b=2', '/cats/plain/1?b=2&a=1', '/cats/plain/1?a=1%26b=2'];
    for (const url of urls) expect((await app.get(url)).xCache).toBe('MISS');
    for (const url of urls) expect((await app.get(url)).xCache).toBe('HIT');
  });

  it('are made anew when their tag is invalidated', async () => {
    await app.get('/cats/tagged/1');
    await app.get('/cats/tagged/2');
    await app.cache.invalidateTags('cat:1');
    expect((await app.get('/cats/tagged/1')).xCache).toBe('MISS');
    expect((await app.get('/cats/tagged/2')).xCache).toBe('HIT');
  });

  it('pass by: @NoCache, ranges, bodies', async () => {
    for (const _ of [1, 2]) {
      expect((await app.get('/cats/live')).xCache).toBeNull();
      expect((await app.get('/cats/text', { range: 'bytes=0-1' })).xCache).toBeNull();
    }
    expect(count.runs).toBe(4);
  });

  it('do not store one request’s failure for another', async () => {
    expect((await app.get('/cats/conditional', { 'if-none-match': '"x"' })).status).toBe(400);
    expect((await app.get('/cats/conditional')).status).toBe(200);
    expect(app.lines.filter((line) => line.includes('uncached'))).toEqual([]);
  });
});
