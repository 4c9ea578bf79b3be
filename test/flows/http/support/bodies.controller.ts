import { Controller, Get, Header, Param, Query, Res } from '@nestjs/common';
import { CacheResponse } from '../../../../lib/nest/http/cache-response.decorator.js';

export class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
}

class Price {
  constructor(private readonly cents: number) {}
  toJSON(): string {
    return (this.cents / 100).toFixed(2);
  }
}

const long = Array.from({ length: 60 }, (_, id) => ({ id, title: `Item ${id} “quoted” – ünïcode 🐈` }));

/** Bodies whose JSON is all that can be told of them. */
export const BODIES: Readonly<Record<string, unknown>> = {
  object: { id: 7, name: 'a', nested: { list: [1, 'a', null, true, { deep: [] }] } },
  array: [1, { a: 'b' }, []],
  empty: {},
  long: { long },
  dates: { at: new Date(86_400_000), list: [new Date(0)] },
  gone: { here: 1, gone: undefined, hole: [undefined, Number.NaN, -0] },
  lost: { map: new Map([[1, 2]]), set: new Set([1]), url: new URL('http://a.b/') },
  bytes: { bytes: Buffer.from('abc'), view: new Uint8Array([1, 2]) },
  point: new Point(1, 2),
  price: { price: new Price(1234) },
  bare: new Price(99),
  odd: JSON.parse('{"2":"b","1":"a","__proto__":{"x":1},"":"\\ud800 \\u2028 </script>"}'),
};
/** Bodies for which platforms have ways of their own. */
export const OTHER_BODIES: Readonly<Record<string, unknown>> = {
  text: 'just "text"',
  number: 12,
  yes: true,
  nothing: null,
  buffer: Buffer.from('raw'),
  date: new Date(0),
  map: new Map([[1, 2]]),
};

export const runs = { count: 0 };

interface Reply {
  serializer?: (serialize: (body: unknown) => string) => unknown;
  header(name: string, value: string): unknown;
}

@Controller('bodies')
export class BodiesController {
  @Get('of/:name')
  of(@Param('name') name: string): unknown {
    runs.count++;
    return { ...BODIES, ...OTHER_BODIES }[name];
  }

  @Get('typed')
  @Header('Content-Type', 'application/vnd.api+json')
  typed(): unknown {
    runs.count++;
    return { data: [] };
  }

  @Get('said')
  @CacheResponse({ varyBy: (request) => request.url })
  said(@Query('type') type: string, @Res({ passthrough: true }) reply: Reply): unknown {
    runs.count++;
    reply.header('Content-Type', type);
    return { data: [] };
  }

  @Get('tagged')
  tagged(@Res({ passthrough: true }) reply: Reply): unknown {
    runs.count++;
    reply.header('ETag', '"own"');
    return { data: [] };
  }

  @Get('marked')
  marked(@Res({ passthrough: true }) reply: Reply): unknown {
    runs.count++;
    reply.serializer?.((body) => `<${JSON.stringify(body)}>`);
    return { data: [] };
  }
}
