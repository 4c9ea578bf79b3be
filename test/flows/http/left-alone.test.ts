import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Logger,
  Next,
  Redirect,
  Render,
  Res,
  Sse,
  StreamableFile,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
} from '@nestjs/common';
import { CacheRegistry } from 'nestjs-cached';
import { from, lastValueFrom, of } from 'rxjs';
import { CacheInterceptor } from '../../../lib/nest/http/cache.interceptor.js';
import { CacheResponse } from '../../../lib/nest/http/cache-response.decorator.js';
import { HttpApp, PLATFORMS } from './support/app.js';

interface Reply {
  send(body: string): void;
}

let runs = 0;
beforeEach(() => void (runs = 0));

@Controller()
@UseInterceptors(CacheInterceptor)
class OddController {
  @Sse('events')
  events(): unknown {
    return from([{ data: `run ${++runs}` }, { data: 'end' }]);
  }

  @Get('file')
  file(): StreamableFile {
    return new StreamableFile(Buffer.from(`run ${++runs}`));
  }

  @Get('stream')
  stream(): unknown {
    return new StreamableFile(Readable.from([`run `, `${++runs}`]));
  }

  @Get('generator')
  async *generator(): AsyncGenerator<string> {
    yield `run ${++runs}`;
  }

  @Get('fetched')
  fetched(): unknown {
    return new Response(`run ${++runs}`);
  }

  @Get('own')
  own(@Res() reply: Reply): void {
    reply.send(`run ${++runs}`);
  }

  @Get('moved')
  @Redirect('/elsewhere', 301)
  moved(): unknown {
    return { url: `/run-${++runs}` };
  }

  @Get('explicit')
  @CacheResponse()
  explicit(@Res() reply: Reply): void {
    reply.send(`run ${++runs}`);
  }
}

describe.each(PLATFORMS)('what cannot be given twice, on %s', (platform) => {
  let app: HttpApp;
  beforeEach(async () => void (app = await HttpApp.start({ platform, controllers: [OddController] })));
  afterEach(() => app.close());

  it.each([
    ['/events', 200, 'data: run'],
    ['/file', 200, 'run'],
    ['/stream', 200, 'run'],
    ['/generator', 200, 'run'],
    ['/fetched', 200, 'run'],
    ['/own', 200, 'run'],
    ['/moved', 301, ''],
  ])('%s is made for every request', async (path, status, text) => {
    for (const run of [1, 2]) {
      const answer = await app.get(path);
      expect([answer.status, answer.xCache === 'HIT']).toEqual([status, false]);
      if (text !== '') expect(answer.text).toContain(`${text} ${run}`);
      else expect(answer.headers.get('location')).toBe(`/run-${run}`);
    }
    expect(app.lines).toEqual([]);
  });

  it('is named where @CacheResponse asked for it', async () => {
    for (const _ of [1, 2]) expect((await app.get('/explicit')).xCache).toBeNull();
    expect(app.lines).toEqual([
      'OddController.explicit has @CacheResponse and is not cached: it takes @Res() or @Next() without { passthrough: true }.',
    ]);
  });
});

class Page {
  @Render('page')
  rendered(): unknown {
    return {};
  }

  next(@Next() _next: unknown): unknown {
    return {};
  }

  plain(): unknown {
    return {};
  }
}

describe('contexts (fake ones: no GraphQL, RPC or WebSocket package is installed here)', () => {
  let run = 0;
  const next: CallHandler = { handle: () => of({ run: ++run }) };
  /** As Nest makes them; `getType` is what the interceptor goes by, and nothing else may be asked for. */
  const contextOf = (type: string): ExecutionContext =>
    ({
      getType: () => type,
      getClass: () => Page,
      getHandler: () => Page.prototype.plain,
      switchToHttp: () => {
        throw new Error('not HTTP');
      },
    }) as unknown as ExecutionContext;

  it.each(['graphql', 'rpc', 'ws', 'necord'])('%s passes through', async (type) => {
    const interceptor = new CacheInterceptor(new CacheRegistry());
    const before = run;
    for (const each of [1, 2]) {
      expect(await lastValueFrom(await interceptor.intercept(contextOf(type), next))).toEqual({ run: before + each });
    }
  });

  it.each(['rendered', 'next'] as const)('a handler that has the response itself passes through: %s', async (name) => {
    const contextFor = (method: keyof Page): ExecutionContext =>
      ({
        getType: () => 'http',
        getClass: () => Page,
        getHandler: () => Page.prototype[method],
        switchToHttp: () => ({
          getRequest: () => ({ method: 'GET', url: '/', headers: {} }),
          getResponse: () => new ServerResponse(new IncomingMessage(new Socket())),
        }),
      }) as unknown as ExecutionContext;
    const warnings: unknown[] = [];
    Logger.overrideLogger({ log: () => {}, error: () => {}, warn: (line: unknown) => void warnings.push(line) });
    const interceptor = new CacheInterceptor(new CacheRegistry());
    expect(await lastValueFrom(await interceptor.intercept(contextFor(name), next))).toMatchObject({});
    // Left alone before it comes to a cache; a plain handler does come to it, and misses it aloud.
    expect(warnings).toEqual([]);
    expect(await lastValueFrom(await interceptor.intercept(contextFor('plain'), next))).toMatchObject({});
    expect(warnings).toEqual(['Page.plain runs uncached: CacheModule is not imported.']);
  });
});
