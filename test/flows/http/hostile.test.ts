import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Req, UseInterceptors } from '@nestjs/common';
import { CacheInterceptor } from '../../../lib/nest/http/cache.interceptor.js';
import { CacheResponse } from '../../../lib/nest/http/cache-response.decorator.js';
import { HttpApp, PLATFORMS } from './support/app.js';

interface Request {
  headers: Record<string, string | undefined>;
  hostname: string;
  originalUrl: string;
  query: Record<string, string>;
}

let runs = 0;
beforeEach(() => void (runs = 0));

@Controller()
@UseInterceptors(CacheInterceptor)
class LinksController {
  @Get('links')
  links(@Req() request: Request): unknown {
    return {
      host: request.headers['host'],
      forwarded: request.headers['x-forwarded-host'],
      url: request.originalUrl,
      run: ++runs,
    };
  }

  @Get('admin')
  admin(): unknown {
    return { admin: true, run: ++runs };
  }

  @Get('named')
  @CacheResponse<Request>({ key: (request) => request.query['key'] })
  named(@Req() request: Request): unknown {
    return { key: request.query['key'], run: ++runs };
  }
}

describe.each(PLATFORMS)('hostile requests on %s', (platform) => {
  let app: HttpApp;
  beforeEach(async () => void (app = await HttpApp.start({ platform, controllers: [LinksController] })));
  afterEach(() => app.close());

  /** The bytes as they are: `fetch` would tidy them up. */
  async function send(target: string, headers: Record<string, string>, version = '1.1'): Promise<string> {
    const { port } = new URL(app.url);
    const lines = [
      `GET ${target} HTTP/${version}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      'Connection: close',
    ];
    return new Promise((resolve, reject) => {
      let received = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.end(`${lines.join('\r\n')}\r\n\r\n`));
      socket.on('data', (chunk: Buffer) => (received += chunk.toString())).on('end', () => resolve(received));
      socket.on('error', reject);
    });
  }

  it('poison nobody’s links: each host has its own, forwarded ones and none too', async () => {
    const good = { Host: 'good.test' };
    const hosts = [
      { Host: 'evil.test' },
      { ...good, 'X-Forwarded-Host': 'evil.test' },
      { Host: 'good.test, evil.test' },
      { Host: 'GOOD.test:80' },
    ];
    for (const headers of hosts) await send('/links', headers);
    await send('/links', {}, '1.0');
    const mine = await send('/links', good);
    expect(mine).toContain('"host":"good.test","url"');
    expect(mine).toMatch(/x-cache: MISS/i);
    expect(await send('/links', good)).toMatch(/x-cache: HIT/i);
  });

  it.each([
    '/links?',
    '/links?#',
    '/links?a=1,[Cats,find]',
    '/links?"],[',
    '/links?%00',
    '/links?a=%E0%A4%A',
    '/links?__proto__=1',
    '/links?' + 'x'.repeat(6_000),
    'http://evil.test/links',
    '//links',
    '/links/',
    '/LINKS',
    '/./links',
  ])('%s is an answer of its own, or none', async (target) => {
    const plain = await send('/links', { Host: 'a.test' });
    for (const _ of [1, 2]) {
      const answer = await send(target, { Host: 'a.test' });
      expect(answer).toMatch(/^HTTP\/1.1 (200|400|404)/);
      if (answer.startsWith('HTTP/1.1 200')) expect(answer).not.toContain(plain.slice(plain.indexOf('{')));
    }
    expect((await send('/links', { Host: 'a.test' })).slice(-20)).toBe(plain.slice(-20));
  });

  it('cannot spell another kind of key through a key function', async () => {
    await app.get('/admin');
    const keys: string[] = [];
    for await (const key of app.cache.keys()) keys.push(key);
    expect(keys).toHaveLength(1);
    for (const spelled of [keys[0]!, keys[0]!.replace('http-route:', ''), `route:${keys[0]}`]) {
      const answer = await app.get(`/named?key=${encodeURIComponent(spelled)}`);
      expect(JSON.parse(answer.text)).toMatchObject({ key: spelled });
    }
    expect((await app.get('/named?key=')).xCache).toBeNull();
    expect((await app.get('/named?key=a&key=b')).text).toContain('["a","b"]');
    expect((await app.get('/named?key=%5B%22a%22,%22b%22%5D')).text).not.toContain('["a","b"]');
  });
});
