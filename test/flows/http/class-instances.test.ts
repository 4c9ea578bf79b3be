import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { map, type Observable } from 'rxjs';
import { CacheInterceptor } from '../../../lib/nest/http/cache.interceptor.js';
import { HttpApp, PLATFORMS } from './support/app.js';

let runs = 0;
beforeEach(() => void (runs = 0));

const GLOBAL = { provide: APP_INTERCEPTOR, useClass: CacheInterceptor };

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
