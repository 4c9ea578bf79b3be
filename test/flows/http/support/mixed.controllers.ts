import { Controller, Get, Injectable, Post, Scope, Sse, Version } from '@nestjs/common';
import { HealthCheck, HealthCheckService } from '@nestjs/terminus';
import { Cached } from 'nestjs-cached';
import { of } from 'rxjs';
import { CacheResponse } from '../../../../lib/nest/http/cache-response.decorator.js';
import { NoCache } from '../../../../lib/nest/http/no-cache.decorator.js';

/** How often a handler has run. */
export const count = { runs: 0 };
export const next = (): unknown => ({ run: ++count.runs });

@Controller('mixed')
export class MixedController {
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
    return of({ data: ++count.runs });
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
export class QuietController {
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
export class HealthController {
  constructor(private readonly health: HealthCheckService) {}

  @Get()
  @HealthCheck()
  check(): unknown {
    count.runs++;
    return this.health.check([]);
  }
}

@Controller({ path: 'versions' })
export class VersionsController {
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
export class ScopedController {
  readonly made = ++count.runs;

  @Get()
  find(): unknown {
    return { made: this.made };
  }
}
Injectable({ scope: Scope.REQUEST })(ScopedController);
