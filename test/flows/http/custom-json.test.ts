import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, RouteSchema } from '@nestjs/platform-fastify';
import { from, map, switchMap, type Observable } from 'rxjs';
import { CacheInterceptor } from '../../../lib/nest/http/cache.interceptor.js';
import { CacheResponse } from '../../../lib/nest/http/cache-response.decorator.js';
import { HttpApp, PLATFORMS, type AppParts } from './support/app.js';
import { BodiesController, runs } from './support/bodies.controller.js';

beforeEach(() => void (runs.count = 0));

const GLOBAL = { provide: APP_INTERCEPTOR, useClass: CacheInterceptor };

/** What only the body itself tells: that it has a Date, and the Date is one. */
function wrapped(body: unknown): unknown {
  const { at } = body as { at?: unknown };
  return { data: body, hasDate: at instanceof Date };
}

class WrappingInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map(wrapped));
  }
}

@Injectable()
class WrappingCacheInterceptor extends CacheInterceptor {
  override intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return from(Promise.resolve(super.intercept(context, next))).pipe(
      switchMap((bodies) => bodies),
      map(wrapped),
    );
  }
}

@Controller('schema')
@UseInterceptors(CacheInterceptor)
class SchemaController {
  @Get()
  @RouteSchema({ response: { 200: { type: 'object', properties: { id: { type: 'string' } } } } })
  find(): unknown {
    runs.count++;
    return { id: 7, secret: 'hidden' };
  }
}

type Hooked = {
  addHook(name: string, hook: (request: Request, reply: Reply, body: unknown) => Promise<unknown>): void;
  setReplySerializer(serialize: (body: unknown, status: number) => string): void;
};
interface Request {
  readonly headers: Readonly<Record<string, string | undefined>>;
}
interface Reply {
  header(name: string, value: string | undefined): unknown;
  serializer(serialize: (body: unknown) => string): unknown;
  send(body: unknown): unknown;
}
const fastify = (app: INestApplication): Hooked => app.getHttpAdapter().getInstance() as Hooked;
const express = (app: INestApplication): ExpressAdapter => app.getHttpAdapter() as ExpressAdapter;
interface ExpressResponse {
  json(body: unknown): unknown;
}

interface Custom extends Omit<AppParts, 'controllers'> {
  readonly path: string;
  readonly text: string;
  readonly controllers?: AppParts['controllers'];
}

const OBJECT = '{"id":7,"name":"a","nested":{"list":[1,"a",null,true,{"deep":[]}]}}';
const DATES = '{"at":"1970-01-02T00:00:00.000Z","list":["1970-01-01T00:00:00.000Z"]}';
const CUSTOM: Record<string, Custom> = {
  'json spaces': {
    platform: 'express',
    path: '/bodies/of/array',
    text: '[\n 1,\n {\n  "a": "b"\n },\n []\n]',
    prepare: (app) => void express(app).set('json spaces', 1),
  },
  'json replacer': {
    platform: 'express',
    path: '/bodies/of/object',
    text: '{"id":8,"name":"a","nested":{"list":[2,"a",null,true,{"deep":[]}]}}',
    prepare: (app) =>
      void express(app).set('json replacer', (_key: string, value: unknown) =>
        typeof value === 'number' ? value + 1 : value,
      ),
  },
  'json escape': {
    platform: 'express',
    path: '/bodies/of/odd',
    text: '{"1":"a","2":"b","__proto__":{"x":1},"":"\\ud800 \u2028 \\u003c/script\\u003e"}',
    prepare: (app) => void express(app).set('json escape', true),
  },
  'middleware with a json of its own': {
    platform: 'express',
    path: '/bodies/of/dates',
    text: `{"data":${DATES},"hasDate":true}`,
    prepare: (app) =>
      void app.use((_request: unknown, response: ExpressResponse, next: () => void) => {
        const json = response.json.bind(response);
        response.json = (body) => json(wrapped(body));
        next();
      }),
  },
  'a response schema': {
    platform: 'fastify',
    controllers: [SchemaController],
    providers: [],
    path: '/schema',
    text: '{"id":"7"}',
  },
  setReplySerializer: {
    platform: 'fastify',
    path: '/bodies/of/dates',
    text: 'custom 200 true',
    prepare: (app) =>
      fastify(app).setReplySerializer(
        (body, status) => `custom ${status} ${(body as { at: unknown }).at instanceof Date}`,
      ),
  },
  'a preSerialization hook': {
    platform: 'fastify',
    path: '/bodies/of/dates',
    text: `{"data":${DATES},"hasDate":true}`,
    prepare: (app) => fastify(app).addHook('preSerialization', async (_request, _reply, body) => wrapped(body)),
  },
  'a hook that sets a serializer': {
    platform: 'fastify',
    path: '/bodies/of/object',
    text: `<${OBJECT}>`,
    prepare: (app) =>
      fastify(app).addHook('preHandler', async (_request, reply) => {
        reply.serializer((body) => `<${JSON.stringify(body)}>`);
      }),
  },
  'a hook that sets a send': {
    platform: 'fastify',
    path: '/bodies/of/dates',
    text: `{"data":${DATES},"hasDate":true}`,
    prepare: (app) =>
      fastify(app).addHook('preHandler', async (_request, reply) => {
        const send = reply.send.bind(reply);
        reply.send = (body) => send(wrapped(body));
      }),
  },
  'an adapter made from Express’s': {
    platform: 'express',
    path: '/bodies/of/dates',
    text: `{"data":${DATES},"hasDate":true}`,
    adapter: new (class extends ExpressAdapter {
      override reply(response: unknown, body: unknown, status?: number): unknown {
        return super.reply(response, wrapped(body), status);
      }
    })(),
  },
  'an adapter made from Fastify’s': {
    platform: 'fastify',
    path: '/bodies/of/dates',
    text: `{"data":${DATES},"hasDate":true}`,
    adapter: new (class extends FastifyAdapter {
      override reply(response: never, body: unknown, status?: number): never {
        return super.reply(response, wrapped(body), status) as never;
      }
    })(),
  },
};
for (const platform of PLATFORMS) {
  const path = '/bodies/of/dates';
  const text = `{"data":${DATES},"hasDate":true}`;
  const wrapping = { provide: APP_INTERCEPTOR, useClass: WrappingInterceptor };
  CUSTOM[`an interceptor outside, on ${platform}`] = { platform, path, text, providers: [wrapping, GLOBAL] };
  CUSTOM[`an interceptor made from it, on ${platform}`] = {
    platform,
    path,
    text,
    providers: [{ provide: APP_INTERCEPTOR, useClass: WrappingCacheInterceptor }],
  };
}

describe('JSON that is not everybody’s', () => {
  it.each(Object.entries(CUSTOM))('is made of the body at each hit: %s', async (_name, custom) => {
    const { path, text, ...parts } = custom;
    const app = await HttpApp.start({ controllers: [BodiesController], providers: [GLOBAL], ...parts });
    try {
      for (const xCache of ['MISS', 'HIT', 'HIT']) {
        const answer = await app.get(path);
        expect([answer.xCache, answer.text]).toEqual([xCache, text]);
      }
      expect(await app.stored()).toMatchObject({ kind: 'http-response' });
    } finally {
      await app.close();
    }
  });

  it('is not kept where the handler itself has set the serializer', async () => {
    const app = await HttpApp.start({ platform: 'fastify', controllers: [BodiesController], providers: [GLOBAL] });
    try {
      expect((await app.get('/bodies/marked')).text).toBe('<{"data":[]}>');
      expect(await app.stored()).toMatchObject({ kind: 'http-response', body: { data: [] } });
    } finally {
      await app.close();
    }
  });

  it('is not stored where a toJSON has left no object to make it of', async () => {
    const prepare = (app: INestApplication): void => void express(app).set('json spaces', 1);
    const app = await HttpApp.start({
      platform: 'express',
      controllers: [BodiesController],
      providers: [GLOBAL],
      prepare,
    });
    try {
      for (const _ of [1, 2]) {
        const answer = await app.get('/bodies/of/bare');
        expect([answer.text, answer.headers.get('content-type')]).toEqual([
          '"0.99"',
          'application/json; charset=utf-8',
        ]);
      }
      expect(runs.count).toBe(2);
    } finally {
      await app.close();
    }
  });

  it('is not made of a text in which a date is a string', async () => {
    const app = await HttpApp.start({
      platform: 'express',
      controllers: [BodiesController],
      providers: [GLOBAL],
      ...wrappedOnDemand(),
    });
    try {
      await app.get('/bodies/of/dates');
      await app.get('/bodies/of/object');
      const [dates, object] = [await onDemand(app, 'dates'), await onDemand(app, 'object')];
      // Run anew, once: what lies in the cache is not this request's body any more.
      expect([dates.xCache, dates.text]).toEqual(['MISS', `{"data":${DATES},"hasDate":true}`]);
      // Given back as the object it was.
      expect([object.xCache, object.text]).toEqual(['HIT', `{"data":${OBJECT},"hasDate":false}`]);
      expect(runs.count).toBe(3);
      expect((await app.get('/bodies/of/dates')).xCache).toBe('HIT');
      // A text that somebody has changed is nothing to be parsed back.
      for await (const key of app.cache.keys('*object*')) {
        await app.cache.set(key, { ...(await app.cache.get<object>(key)), text: '{' });
      }
      expect((await onDemand(app, 'object')).text).toBe(`{"data":${OBJECT},"hasDate":false}`);
    } finally {
      await app.close();
    }
  });

  it('is not sent for an object under a type that a hook has set for this request', async () => {
    const parts: AppParts = {
      platform: 'fastify',
      controllers: [BodiesController],
      providers: [GLOBAL],
      prepare: (app) =>
        fastify(app).addHook('preHandler', async (request, reply) => {
          if (request.headers['x-type'] !== undefined) reply.header('content-type', request.headers['x-type']);
        }),
    };
    const app = await HttpApp.start(parts);
    const uncached = await HttpApp.start({ ...parts, cache: false });
    try {
      await app.get('/bodies/of/object');
      for (const type of ['application/json', 'application/hal+json', 'text/plain']) {
        const [plain, hit] = [uncached, app].map((asked) => asked.get('/bodies/of/object', { 'x-type': type }));
        const { status, text, headers } = await hit!;
        const expected = await plain!;
        expect([type, status, text]).toEqual([type, expected.status, expected.text]);
        expect(headers.get('content-type')).toBe(expected.headers.get('content-type'));
      }
    } finally {
      await app.close();
      await uncached.close();
    }
  });

  it('of handlers that share a key is each its own', async () => {
    @Controller()
    @UseInterceptors(CacheInterceptor)
    class PlainController {
      @Get('plain')
      @CacheResponse({ key: () => 'shared' })
      find(): unknown {
        runs.count++;
        return { at: new Date(86_400_000) };
      }
    }
    @Controller()
    @UseInterceptors(WrappingInterceptor, CacheInterceptor)
    class WrappedController {
      @Get('wrapped')
      @CacheResponse({ key: () => 'shared' })
      find(): unknown {
        runs.count++;
        return { at: new Date(86_400_000) };
      }
    }
    const app = await HttpApp.start({ platform: 'fastify', controllers: [PlainController, WrappedController] });
    try {
      expect((await app.get('/plain')).text).toBe('{"at":"1970-01-02T00:00:00.000Z"}');
      const second = await app.get('/wrapped');
      expect([second.xCache, second.text]).toEqual([
        'HIT',
        '{"data":{"at":"1970-01-02T00:00:00.000Z"},"hasDate":true}',
      ]);
    } finally {
      await app.close();
    }
  });
});

/** Middleware that looks into bodies, for those who ask for it. */
function wrappedOnDemand(): Pick<AppParts, 'prepare'> {
  const prepare = (app: INestApplication): void => {
    app.use((request: { headers: Record<string, unknown> }, response: ExpressResponse, next: () => void) => {
      const json = response.json.bind(response);
      if (request.headers['x-wrap'] !== undefined) response.json = (body) => json(wrapped(body));
      next();
    });
  };
  return { prepare };
}

function onDemand(app: HttpApp, name: string): ReturnType<HttpApp['get']> {
  return app.get(`/bodies/of/${name}`, { 'x-wrap': '1' });
}
