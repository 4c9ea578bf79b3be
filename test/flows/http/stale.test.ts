import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  ForbiddenException,
  Get,
  Req,
  Res,
  ServiceUnavailableException,
  UseInterceptors,
} from '@nestjs/common';
import { CacheInterceptor } from '../../../lib/nest/http/cache.interceptor.js';
import { CacheResponse } from '../../../lib/nest/http/cache-response.decorator.js';
import { HttpApp, PLATFORMS } from './support/app.js';
import { Gate, until } from './support/gate.js';

interface Reply {
  /** Fastify's reply has none. */
  readonly headersSent?: boolean;
  header(name: string, value: string): Reply;
  status(code: number): Reply;
}

let runs = 0;
let ids = 0;
let gate: Gate | undefined;
let failure: Error | undefined;
let seen: unknown[] = [];
beforeEach(() => {
  runs = 0;
  gate = undefined;
  failure = undefined;
  seen = [];
});

async function work(reply: Reply, gone: () => boolean): Promise<unknown> {
  const run = ++runs;
  reply.status(run === 1 ? 201 : 203).header('X-Run', String(run));
  await gate?.pass();
  seen.push(gone());
  if (failure) throw failure;
  reply.header('ETag', `"${run}"`).header('Content-Type', 'text/plain');
  return `run ${run}`;
}

@Controller()
@UseInterceptors(CacheInterceptor)
class StaleController {
  @Get('swr')
  @CacheResponse({ ttl: '10s', staleWhileRevalidate: '60s' })
  swr(@Res({ passthrough: true }) reply: Reply): Promise<unknown> {
    return work(reply, () => reply.headersSent ?? false);
  }

  @Get('json')
  @CacheResponse({ ttl: '10s', staleWhileRevalidate: '60s' })
  async json(): Promise<unknown> {
    const run = ++runs;
    await gate?.pass();
    return { run, at: new Date(run) };
  }

  @Get('error')
  @CacheResponse({ ttl: '10s', staleIfError: '60s' })
  error(@Res({ passthrough: true }) reply: Reply): Promise<unknown> {
    return work(reply, () => false);
  }

  @Get('early')
  @CacheResponse({ ttl: '10s', refreshAhead: true })
  early(@Res({ passthrough: true }) reply: Reply): Promise<unknown> {
    return work(reply, () => reply.headersSent ?? false);
  }

  @Get('soft')
  @CacheResponse({ ttl: '10s', staleIfError: '60s', softTimeout: 100 })
  soft(@Req() _request: unknown, @Res({ passthrough: true }) reply: Reply): Promise<unknown> {
    return work(reply, () => false);
  }
}

describe.each(PLATFORMS)('stale responses on %s', (platform) => {
  let app: HttpApp;
  beforeEach(
    async () =>
      void (app = await HttpApp.start({
        platform,
        controllers: [StaleController],
        cache: { random: { next: () => 0.99, id: () => `id${++ids}` } },
      })),
  );
  afterEach(() => app.close());
  const shown = async (path: string): Promise<unknown> => {
    const { status, xCache, text, headers } = await app.get(path);
    return [
      status,
      xCache,
      text,
      headers.get('etag'),
      headers.get('x-run'),
      headers.get('content-type')?.split(';')[0],
    ];
  };
  const FIRST = [201, 'MISS', 'run 1', '"1"', '1', 'text/plain'];
  const answer = (status: number, outcome: string, run: number): unknown[] => [
    status,
    outcome,
    `run ${run}`,
    `"${run}"`,
    `${run}`,
    'text/plain',
  ];

  it('are served whole while the new one is made, and the new one is whole as well', async () => {
    expect(await shown('/swr')).toEqual(FIRST);
    await app.clock.advance(10_000);
    gate = new Gate();
    // Two of them: the second joins a refresh that is not its own.
    expect(await shown('/swr')).toEqual(answer(201, 'STALE', 1));
    expect(await shown('/swr')).toEqual(answer(201, 'STALE', 1));
    await gate.untilArrived(1);
    gate.open();
    await until(() => app.cache.getStats().sets === 2);
    expect(await shown('/swr')).toEqual(answer(203, 'HIT', 2));
    expect(runs).toBe(2);
    // The handler is not told that its response has gone: it is still making one.
    expect(seen).toEqual([false, false]);
  });

  it('are sent as text, and made anew as text', async () => {
    const text = (run: number): string => JSON.stringify({ run, at: new Date(run) });
    const make = { kind: 'http-json', isExact: false };
    expect((await app.get('/json')).text).toBe(text(1));
    await app.clock.advance(10_000);
    gate = new Gate();
    const stale = await app.get('/json');
    expect([stale.xCache, stale.text, stale.headers.get('content-type')]).toEqual([
      'STALE',
      text(1),
      'application/json; charset=utf-8',
    ]);
    await gate.untilArrived(1);
    gate.open();
    await until(() => app.cache.getStats().sets === 2);
    const fresh = await app.get('/json');
    expect([fresh.xCache, fresh.text, runs]).toEqual(['HIT', text(2), 2]);
    expect(await app.stored()).toMatchObject({ ...make, text: text(2) });
  });

  it('go on being served when their refresh fails', async () => {
    await shown('/swr');
    await app.clock.advance(10_000);
    failure = new ServiceUnavailableException();
    for (const run of [2, 3]) {
      expect(await shown('/swr')).toEqual(answer(201, 'STALE', 1));
      await until(() => runs === run && app.cache.getStats().loadErrors === run - 1);
    }
    failure = undefined;
    expect(await shown('/swr')).toEqual(answer(201, 'STALE', 1));
    await until(() => app.cache.getStats().sets === 2);
    expect(await shown('/swr')).toEqual(answer(203, 'HIT', 4));
  });

  it('stand in for a server that fails, and for no refusal', async () => {
    expect(await shown('/error')).toEqual(FIRST);
    await app.clock.advance(10_000);
    failure = new ServiceUnavailableException();
    expect(await shown('/error')).toEqual(answer(201, 'STALE', 1));
    failure = new Error('out of order');
    expect(await shown('/error')).toEqual(answer(201, 'STALE', 1));
    failure = new ForbiddenException();
    expect((await app.get('/error')).status).toBe(403);
    failure = undefined;
    expect(await shown('/error')).toEqual(answer(203, 'MISS', 5));
    expect(await shown('/error')).toEqual(answer(203, 'HIT', 5));
    await app.clock.advance(70_000);
    failure = new ServiceUnavailableException();
    expect((await app.get('/error')).status).toBe(503);
  });

  it('need not be: a fresh one is served while it is renewed early', async () => {
    const first = new Gate();
    gate = first;
    const made = shown('/early');
    await first.untilArrived(1);
    await app.clock.advance(1_000);
    first.open();
    expect(await made).toEqual(FIRST);
    await app.clock.advance(8_000);
    gate = new Gate();
    // With the load time of 1 s and a random number of 0.99, renewal is due from 4.6 s before the end.
    expect(await shown('/early')).toEqual(answer(201, 'HIT', 1));
    await gate.untilArrived(1);
    gate.open();
    await until(() => app.cache.getStats().sets === 2);
    expect(await shown('/early')).toEqual(answer(203, 'HIT', 2));
  });

  it('are given after softTimeout, untouched by the run that goes on', async () => {
    expect(await shown('/soft')).toEqual(FIRST);
    await app.clock.advance(10_000);
    gate = new Gate();
    const waiting = shown('/soft');
    await gate.untilArrived(1);
    await app.clock.advance(100);
    expect(await waiting).toEqual(answer(201, 'STALE', 1));
    gate.open();
    await until(() => app.cache.getStats().sets === 2);
    expect(await shown('/soft')).toEqual(answer(203, 'HIT', 2));
  });
});
