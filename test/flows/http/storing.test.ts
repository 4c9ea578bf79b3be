import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  BadRequestException,
  Controller,
  Delete,
  Get,
  Head,
  Header,
  HttpCode,
  NotFoundException,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import { EMPTY, of } from 'rxjs';
import { CacheInterceptor } from '../../../lib/nest/http/cache.interceptor.js';
import { CacheResponse } from '../../../lib/nest/http/cache-response.decorator.js';
import { NoCache } from '../../../lib/nest/http/no-cache.decorator.js';
import { HttpApp, PLATFORMS } from './support/app.js';

/** Both platforms' responses have these. */
interface Reply {
  header(name: string, value: string): Reply;
  status(code: number): Reply;
}

let runs = 0;
beforeEach(() => void (runs = 0));

@Controller('cats')
@UseInterceptors(CacheInterceptor)
class CatsController {
  @Get('plain/:id')
  plain(@Param('id') id: string, @Query() query: Record<string, string>): unknown {
    return { id, query, run: ++runs, none: null, list: [1, 'a'] };
  }

  @Get('text')
  text(): string {
    return `run ${++runs}`;
  }

  @Get('nothing')
  nothing(): void {
    runs++;
  }

  @Get('null')
  null(): null {
    runs++;
    return null;
  }

  @Get('buffer')
  @Header('Content-Type', 'application/octet-stream')
  buffer(): Buffer {
    return Buffer.from([0, 255, ++runs]);
  }

  @Get('observable')
  observable(): unknown {
    return of({ n: 1 }, { n: 2, run: ++runs });
  }

  @Get('empty')
  empty(): unknown {
    runs++;
    return EMPTY;
  }

  @Get('created')
  @HttpCode(201)
  created(): unknown {
    return { run: ++runs };
  }

  @Get('accepted')
  accepted(@Res({ passthrough: true }) reply: Reply): unknown {
    reply.status(202);
    return { run: ++runs };
  }

  @Get('headers')
  @Header('X-Static', 'always')
  headers(@Res({ passthrough: true }) reply: Reply): string {
    reply.header('ETag', `"v${++runs}"`).header('Content-Type', 'text/csv').header('X-Request-Id', 'leader');
    return 'a;b';
  }

  @Get('missing')
  missing(): never {
    runs++;
    throw new NotFoundException();
  }

  @Get('broken')
  broken(): never {
    runs++;
    throw new Error('out of order');
  }

  @Get('bad')
  bad(@Res({ passthrough: true }) reply: Reply): unknown {
    reply.status(400);
    return { run: ++runs };
  }

  @Get('redirect')
  redirect(@Res({ passthrough: true }) reply: Reply): unknown {
    reply.status(302).header('Location', `/${++runs}`);
    return '';
  }

  @Get('partial')
  partial(@Res({ passthrough: true }) reply: Reply): unknown {
    reply.status(206);
    return { run: ++runs };
  }

  @Get('later')
  @CacheResponse({ ttl: '10s' })
  later(): unknown {
    return { run: ++runs };
  }

  @Get('brief')
  @CacheResponse({ ttl: '10s', nullTtl: '1s' })
  brief(@Query('body') body: string | undefined): unknown {
    runs++;
    return body;
  }

  @Get('never')
  @CacheResponse({ ttl: 0 })
  never(): unknown {
    return { run: ++runs };
  }

  @Get('conditional')
  conditional(@Req() request: { headers: Record<string, string> }): unknown {
    runs++;
    if (request.headers['if-none-match'] !== undefined) throw new BadRequestException();
    return { run: runs };
  }

  @NoCache()
  @Get('live')
  live(): unknown {
    return { run: ++runs };
  }

  @Get('tagged/:id')
  @CacheResponse<{ params: { id: string } }>({ tags: (request) => [`cat:${request.params.id}`] })
  tagged(): unknown {
    return { run: ++runs };
  }

  @Head('probe')
  probe(@Res({ passthrough: true }) reply: Reply): void {
    reply.header('X-Probe', String(++runs));
  }

  @Post('plain/:id')
  @HttpCode(200)
  post(): unknown {
    return { run: ++runs };
  }

  @Delete('plain/:id')
  remove(): unknown {
    return { run: ++runs };
  }
}

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
    expect(runs).toBe(1);
  });

  it.each(['text', 'nothing', 'null', 'buffer', 'observable', 'created', 'accepted'])(
    'are the same from the cache: %s',
    async (path) => {
      const first = await app.get(`/cats/${path}`);
      const second = await app.get(`/cats/${path}`);
      expect([first.xCache, second.xCache]).toEqual(['MISS', 'HIT']);
      expect([second.status, second.text]).toEqual([first.status, first.text]);
      expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
      expect(runs).toBe(1);
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
    expect(runs).toBe(2);
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
    expect(runs).toBe(6);
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
    expect(runs).toBe(4);
  });

  it('do not store one request’s failure for another', async () => {
    expect((await app.get('/cats/conditional', { 'if-none-match': '"x"' })).status).toBe(400);
    expect((await app.get('/cats/conditional')).status).toBe(200);
    expect(app.lines.filter((line) => line.includes('uncached'))).toEqual([]);
  });
});
