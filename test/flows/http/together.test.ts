import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  ForbiddenException,
  Get,
  Req,
  Res,
  ServiceUnavailableException,
  StreamableFile,
  UseInterceptors,
} from '@nestjs/common';
import { defer, from } from 'rxjs';
import { CacheInterceptor } from '../../../lib/nest/http/cache.interceptor.js';
import { CacheResponse } from '../../../lib/nest/http/cache-response.decorator.js';
import { HttpApp, PLATFORMS, type Answer } from './support/app.js';
import { Gate, until } from './support/gate.js';
import { tally } from './support/tally.js';

interface Request {
  headers: Record<string, string | undefined>;
}
interface Reply {
  header(name: string, value: string): Reply;
  status(code: number): Reply;
}

let gate = new Gate();
let runs = 0;
beforeEach(() => {
  gate = new Gate();
  runs = 0;
});

@Controller()
@UseInterceptors(CacheInterceptor)
class SlowController {
  @Get('report')
  async report(@Res({ passthrough: true }) reply: Reply): Promise<unknown> {
    const run = ++runs;
    reply.status(203).header('ETag', `"${run}"`);
    await gate.pass();
    return { run };
  }

  @Get('cookie')
  async cookie(@Res({ passthrough: true }) reply: Reply): Promise<unknown> {
    const run = ++runs;
    await gate.pass();
    reply.header('Set-Cookie', `secret=${run}`);
    return { run };
  }

  @Get('forbidden')
  async forbidden(@Req() request: Request): Promise<unknown> {
    runs++;
    await gate.pass();
    if (request.headers['x-role'] !== 'admin') throw new ForbiddenException();
    return { secret: true };
  }

  @Get('busy')
  async busy(): Promise<unknown> {
    const run = ++runs;
    await gate.pass();
    if (run === 1) throw new ServiceUnavailableException();
    return { run };
  }

  @Get('file')
  async file(): Promise<unknown> {
    const run = ++runs;
    await gate.pass();
    return new StreamableFile(Buffer.from(`file ${run}`));
  }

  @Get('observed')
  observed(): unknown {
    return defer(() => from(this.observe()));
  }

  @Get('limited')
  @CacheResponse({ hardTimeout: 100 })
  async limited(): Promise<unknown> {
    runs++;
    await gate.pass();
    return {};
  }

  private async observe(): Promise<unknown> {
    const run = ++runs;
    await gate.pass();
    return { run };
  }
}

const count = (answers: readonly Answer[]): unknown => ({
  runs,
  outcomes: tally(answers.map(({ xCache }) => xCache)),
  statuses: tally(answers.map(({ status }) => status)),
  different: new Set(answers.map(({ text }) => text)).size,
});

describe.each(PLATFORMS)('requests at the same time on %s', (platform) => {
  let app: HttpApp;
  beforeEach(async () => void (app = await HttpApp.start({ platform, controllers: [SlowController] })));
  afterEach(() => app.close());

  /** Sends five, and lets the handler go on when all of them are inside. */
  async function five(
    path: string,
    headers: (index: number) => Record<string, string> = () => ({}),
  ): Promise<Answer[]> {
    const before = app.cache.getStats().misses;
    const answers = [0, 1, 2, 3, 4].map((index) => app.get(path, headers(index)));
    await until(() => app.cache.getStats().misses === before + 5);
    await gate.untilArrived(1);
    gate.open();
    return Promise.all(answers);
  }

  it('run the handler once and get its status, headers and body', async () => {
    const answers = await five('/report');
    expect(count(answers)).toEqual({
      runs: 1,
      outcomes: { HIT: 4, MISS: 1 },
      statuses: { 203: 5 },
      different: 1,
    });
    expect(new Set(answers.map(({ headers }) => headers.get('etag')))).toEqual(new Set(['"1"']));
  });

  it('each run their own when the response sets a cookie', async () => {
    const answers = await five('/cookie');
    expect(count(answers)).toEqual({ runs: 5, outcomes: { MISS: 5 }, statuses: { 200: 5 }, different: 5 });
    expect(new Set(answers.map(({ headers }) => headers.get('set-cookie'))).size).toBe(5);
    for (const { text, headers } of answers) {
      expect(headers.get('set-cookie')).toBe(`secret=${(JSON.parse(text) as { run: number }).run}`);
    }
  });

  it('each run their own when it is a stream', async () => {
    expect(count(await five('/file'))).toEqual({
      runs: 5,
      outcomes: { MISS: 5 },
      statuses: { 200: 5 },
      different: 5,
    });
  });

  it('share no failure: a 403 is for whom it was meant', async () => {
    const first = app.get('/forbidden');
    await gate.untilArrived(1);
    const admin = app.get('/forbidden', { 'x-role': 'admin' });
    await until(() => app.cache.getStats().misses === 2);
    gate.open();
    expect((await first).status).toBe(403);
    expect([(await admin).status, (await admin).text]).toEqual([200, '{"secret":true}']);
  });

  it('share no failure: nor a 503', async () => {
    const answers = await five('/busy');
    expect(tally(answers.map(({ status }) => status))).toEqual({ 200: 4, 503: 1 });
    expect(runs).toBe(5);
    expect(app.lines.filter((line) => line.includes('uncached'))).toEqual([]);
  });

  it.each(['/report', '/observed'])('get their answer when the one who runs it leaves: %s', async (path) => {
    const leader = httpRequest(app.url + path).on('error', () => {});
    leader.end();
    await gate.untilArrived(1);
    const others = [app.get(path), app.get(path)];
    await until(() => app.cache.getStats().misses === 3);
    leader.destroy();
    await new Promise((resolve) => leader.once('close', resolve));
    gate.open();
    const answers = await Promise.all(others);
    expect(count(answers)).toEqual({
      runs: 1,
      outcomes: { HIT: 2 },
      statuses: { [path === '/report' ? 203 : 200]: 2 },
      different: 1,
    });
    expect((await app.get(path)).xCache).toBe('HIT');
    expect(runs).toBe(1);
  });

  it('all get 504 when hardTimeout passes', async () => {
    const answers = [app.get('/limited'), app.get('/limited')];
    await until(() => app.cache.getStats().misses === 2);
    await app.clock.advance(100);
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([504, 504]);
    gate.open();
    expect(runs).toBe(1);
  });
});
