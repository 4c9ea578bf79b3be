import { expect, it } from '@jest/globals';
import { Controller, Get, UseInterceptors } from '@nestjs/common';
import { CacheInterceptor } from '../../../lib/nest/http/cache.interceptor.js';
import { CacheResponse } from '../../../lib/nest/http/cache-response.decorator.js';
import { HttpApp } from './support/app.js';
import { Gate, until } from './support/gate.js';

let never: Gate;

@Controller()
@UseInterceptors(CacheInterceptor)
class SlowController {
  @Get('limited')
  @CacheResponse({ hardTimeout: 100 })
  limited(): Promise<void> {
    return never.pass();
  }
}

it.each(['plain', 'digest'] as const)(
  'a route’s own hardTimeout is its 504, whatever names the key: %s',
  async (logKeys) => {
    never = new Gate();
    const app = await HttpApp.start({ platform: 'express', controllers: [SlowController], cache: { logKeys } });
    const answer = app.get('/limited');
    await until(() => app.cache.getStats().misses === 1);
    await app.clock.advance(100);
    expect((await answer).status).toBe(504);
    never.open();
    await app.close();
  },
);
