import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Post,
  Scope,
  Sse,
  UseInterceptors,
  Version,
  VersioningType,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Cached, CacheModule } from 'nestjs-cached';
import { FakeClock, FlakyBackend } from 'nestjs-cached/testing';
import { map, of, type Observable } from 'rxjs';
import { CacheInterceptor } from '../../../lib/nest/http/cache.interceptor.js';
import { CacheResponse } from '../../../lib/nest/http/cache-response.decorator.js';
import { NoCache } from '../../../lib/nest/http/no-cache.decorator.js';
import { HttpApp, PLATFORMS, type AppParts } from './support/app.js';

let runs = 0;
beforeEach(() => void (runs = 0));
const next = (): unknown => ({ run: ++runs });

@Controller('mixed')
class MixedController {
  @Get('plain')
  plain(): unknown {
    return next();
  }

  @Get('cached')
  @Cached()
  async cached(): Promise<unknown> {
    return next();
  }

  @Get('cached-response')
  @CacheResponse()
  @Cached({ ttl: 0 })
  async cachedResponse(): Promise<unknown> {
    return next();
  }

  @Get('live')
  @NoCache()
  live(): unknown {
    return next();
  }

  @Post('plain')
  post(): unknown {
    return next();
  }

  @Sse('events')
  events(): unknown {
    return of({ data: ++runs });
  }

  @Get('broken')
  @CacheResponse({
    key: () => {
      throw new TypeError('no such user');
    },
  })
  broken(): unknown {
    return next();
  }

  @Get('broken-tags')
  @CacheResponse({ tags: () => [''] })
  brokenTags(): unknown {
    return next();
  }

  @Get('elsewhere')
  @CacheResponse({ cache: 'second' })
  elsewhere(): unknown {
    return next();
  }
}

@Controller('quiet')
@NoCache()
@CacheResponse({ ttl: '1h', varyBy: ['x-a'] })
class QuietController {
  @Get('plain')
  plain(): unknown {
    return next();
  }

  @Get('loud')
  @CacheResponse({ ttl: '10s' })
  loud(): unknown {
    return next();
  }
}

@Controller('health')
class HealthController {
  constructor(private readonly health: HealthCheckService) {}

  @Get()
  @HealthCheck()
  check(): unknown {
    runs++;
    return this.health.check([]);
  }
}

@Controller({ path: 'versions' })
class VersionsController {
  @Version('1')
  @Get()
  first(): unknown {
    return { version: 1, ...(next() as object) };
  }

  @Version('2')
  @Get()
  second(): unknown {
    return { version: 2, ...(next() as object) };
  }
}

@Controller('scoped')
class ScopedController {
  readonly made = ++runs;

  @Get()
  find(): unknown {
    return { made: this.made };
  }
}
Injectable({ scope: Scope.REQUEST })(ScopedController);

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
    runs = 0;
    expect(await outcomes('/mixed/cached')).toEqual([null, null]);
    expect(runs).toBe(1);
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
    expect(runs).toBe(2);
  });

  it('two versions of one URL are two handlers', async () => {
    const prepare: AppParts['prepare'] = (nest) =>
      void nest.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' });
    await start({ controllers: [VersionsController], prepare });
    for (const version of ['1', '2', '1', '2']) {
      expect((await app.get('/versions', { 'x-version': version })).text).toContain(`"version":${version}`);
    }
    expect(runs).toBe(2);
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
    expect(runs).toBe(4);
    expect(app.lines).toHaveLength(2);
    expect(app.lines[1]).toMatch(/^MixedController.brokenTags runs uncached: A tag must be a string/);
  });

  it('a disabled cache runs the handler every time', async () => {
    await start({ cache: { enabled: false } });
    expect(await outcomes('/mixed/plain')).toEqual(['MISS', 'MISS']);
    expect(runs).toBe(2);
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

class Account {
  readonly name = 'ann';
  readonly password = 'secret';
}

/** As `ClassSerializerInterceptor` with `@Exclude`: what is held back depends on the class. */
class HidingInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, handler: CallHandler): Observable<unknown> {
    return handler.handle().pipe(map((body: unknown) => (body instanceof Account ? { name: body.name } : body)));
  }
}

@Controller()
class AccountController {
  @Get('account')
  find(): Account {
    runs++;
    return new Account();
  }
}

describe.each(PLATFORMS)('class instances on %s', (platform) => {
  it('are not stored inside of an interceptor that may go by the class', async () => {
    const outside = { provide: APP_INTERCEPTOR, useClass: HidingInterceptor };
    const app = await HttpApp.start({ platform, controllers: [AccountController], providers: [outside, GLOBAL] });
    try {
      for (const _ of [1, 2]) expect((await app.get('/account')).text).toBe('{"name":"ann"}');
      expect(runs).toBe(2);
      expect(app.lines).toEqual([
        expect.stringMatching(/^AccountController.find is not cached: it returns instances of Account/),
      ]);
    } finally {
      await app.close();
    }
  });

  it('are stored as their data where the caching interceptor is the outermost', async () => {
    const inside = { provide: APP_INTERCEPTOR, useClass: HidingInterceptor };
    const hidden = await HttpApp.start({ platform, controllers: [AccountController], providers: [GLOBAL, inside] });
    const bare = await HttpApp.start({ platform, controllers: [AccountController], providers: [GLOBAL] });
    try {
      for (const _ of [1, 2]) expect((await hidden.get('/account')).text).toBe('{"name":"ann"}');
      for (const _ of [1, 2]) expect((await bare.get('/account')).text).toBe('{"name":"ann","password":"secret"}');
      expect(runs).toBe(2);
    } finally {
      await hidden.close();
      await bare.close();
    }
  });

  it('of a route’s own interceptors, the order counts', async () => {
    @Controller()
    @UseInterceptors(HidingInterceptor)
    class OrderedController {
      @Get('ordered')
      @UseInterceptors(CacheInterceptor)
      find(): Account {
        runs++;
        return new Account();
      }
    }
    const app = await HttpApp.start({ platform, controllers: [OrderedController] });
    try {
      for (const _ of [1, 2]) expect((await app.get('/ordered')).text).toBe('{"name":"ann"}');
      expect(runs).toBe(2);
    } finally {
      await app.close();
    }
  });
});
