import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseInterceptors } from '@nestjs/common';
import { CacheInterceptor } from '../../../lib/nest/http/cache.interceptor.js';
import { CacheResponse } from '../../../lib/nest/http/cache-response.decorator.js';
import { MapBackend } from '../../../lib/testing/map.backend.js';
import { HttpApp, PLATFORMS } from './support/app.js';

let runs = 0;
beforeEach(() => void (runs = 0));

@Controller()
@UseInterceptors(CacheInterceptor)
class ThingsController {
  @Get('thing')
  @CacheResponse({ key: () => 'thing' })
  find(): unknown {
    runs++;
    return { made: 'now' };
  }
}

const HEAD = { status: 201, headers: { 'x-from': 'before', vary: 'accept' } };
const at = new Date(0);

describe.each(PLATFORMS)('what lies in a shared store, on %s', (platform) => {
  let app: HttpApp;
  beforeEach(async () => {
    app = await HttpApp.start({ platform, controllers: [ThingsController], cache: { backend: new MapBackend() } });
  });
  afterEach(() => app.close());

  it.each<[string, object, string, string]>([
    ['a value', { kind: 'http-response', body: { at } }, `{"at":"${at.toISOString()}"}`, 'application/json'],
    ['a string', { kind: 'http-response', body: 'text' }, 'text', platform === 'express' ? 'text/html' : 'text/plain'],
    ['text', { kind: 'http-json', text: '{"a": 1}', isExact: true }, '{"a": 1}', 'application/json'],
    ['text with a tag', { kind: 'http-json', text: '[1]', isExact: false, etag: 'W/"1"' }, '[1]', 'application/json'],
  ])('is served whichever version of the library has put it there: %s', async (_name, form, text, type) => {
    await app.cache.set('http:thing', { ...HEAD, ...form });
    for (const _ of [1, 2]) {
      const answer = await app.get('/thing');
      expect([answer.status, answer.xCache, answer.text]).toEqual([201, 'HIT', text]);
      expect([answer.headers.get('x-from'), answer.headers.get('vary')]).toEqual(['before', 'accept']);
      expect(answer.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
    }
    expect(runs).toBe(0);
  });

  it.each<[string, unknown]>([
    ['of a later version', { kind: 'http-frames', ...HEAD, frames: [] }],
    ['without its text', { kind: 'http-json', ...HEAD }],
    ['with a text that is none', { kind: 'http-json', ...HEAD, text: { length: 1 }, isExact: true }],
    ['without headers', { kind: 'http-json', status: 200, headers: null, text: '{}' }],
    ['without a status', { kind: 'http-response', headers: {}, body: 1 }],
    ['somebody’s own', 'thing'],
    ['nothing', undefined],
  ])('is a miss and no error: %s', async (_name, form) => {
    await app.cache.set('http:thing', form);
    const answer = await app.get('/thing');
    expect([answer.status, answer.xCache, answer.text]).toEqual([200, 'MISS', '{"made":"now"}']);
    expect([runs, app.cache.getStats().errors]).toEqual([1, 0]);
    expect(app.lines).toEqual([]);
  });

  it('is put there as text', async () => {
    await app.get('/thing');
    const etag = platform === 'express' ? { etag: expect.stringMatching(/^W\/"/) as unknown } : {};
    const json = { kind: 'http-json', status: 200, headers: {}, text: '{"made":"now"}', isExact: true, ...etag };
    expect(await app.cache.get('http:thing')).toEqual(json);
  });
});
