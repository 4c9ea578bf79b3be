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
import { CacheInterceptor } from '../../../../lib/nest/http/cache.interceptor.js';
import { CacheResponse } from '../../../../lib/nest/http/cache-response.decorator.js';
import { NoCache } from '../../../../lib/nest/http/no-cache.decorator.js';

/** Both platforms' responses have these. */
interface Reply {
  header(name: string, value: string): Reply;
  status(code: number): Reply;
}

/** How often a handler has run. */
export const count = { runs: 0 };

@Controller('cats')
@UseInterceptors(CacheInterceptor)
export class CatsController {
  @Get('plain/:id')
  plain(@Param('id') id: string, @Query() query: Record<string, string>): unknown {
    return { id, query, run: ++count.runs, none: null, list: [1, 'a'] };
  }

  @Get('text')
  text(): string {
    return `run ${++count.runs}`;
  }

  @Get('nothing')
  nothing(): void {
    count.runs++;
  }

  @Get('null')
  null(): null {
    count.runs++;
    return null;
  }

  @Get('buffer')
  @Header('Content-Type', 'application/octet-stream')
  buffer(): Buffer {
    return Buffer.from([0, 255, ++count.runs]);
  }

  @Get('observable')
  observable(): unknown {
    return of({ n: 1 }, { n: 2, run: ++count.runs });
  }

  @Get('empty')
  empty(): unknown {
    count.runs++;
    return EMPTY;
  }

  @Get('created')
  @HttpCode(201)
  created(): unknown {
    return { run: ++count.runs };
  }

  @Get('accepted')
  accepted(@Res({ passthrough: true }) reply: Reply): unknown {
    reply.status(202);
    return { run: ++count.runs };
  }

  @Get('headers')
  @Header('X-Static', 'always')
  headers(@Res({ passthrough: true }) reply: Reply): string {
    reply.header('ETag', `"v${++count.runs}"`).header('Content-Type', 'text/csv').header('X-Request-Id', 'leader');
    return 'a;b';
  }

  @Get('missing')
  missing(): never {
    count.runs++;
    throw new NotFoundException();
  }

  @Get('broken')
  broken(): never {
    count.runs++;
    throw new Error('out of order');
  }

  @Get('bad')
  bad(@Res({ passthrough: true }) reply: Reply): unknown {
    reply.status(400);
    return { run: ++count.runs };
  }

  @Get('redirect')
  redirect(@Res({ passthrough: true }) reply: Reply): unknown {
    reply.status(302).header('Location', `/${++count.runs}`);
    return '';
  }

  @Get('partial')
  partial(@Res({ passthrough: true }) reply: Reply): unknown {
    reply.status(206);
    return { run: ++count.runs };
  }

  @Get('later')
  @CacheResponse({ ttl: '10s' })
  later(): unknown {
    return { run: ++count.runs };
  }

  @Get('brief')
  @CacheResponse({ ttl: '10s', nullTtl: '1s' })
  brief(@Query('body') body: string | undefined): unknown {
    count.runs++;
    return body;
  }

  @Get('never')
  @CacheResponse({ ttl: 0 })
  never(): unknown {
    return { run: ++count.runs };
  }

  @Get('conditional')
  conditional(@Req() request: { headers: Record<string, string> }): unknown {
    count.runs++;
    if (request.headers['if-none-match'] !== undefined) throw new BadRequestException();
    return { run: count.runs };
  }

  @NoCache()
  @Get('live')
  live(): unknown {
    return { run: ++count.runs };
  }

  @Get('tagged/:id')
  @CacheResponse<{ params: { id: string } }>({ tags: (request) => [`cat:${request.params.id}`] })
  tagged(): unknown {
    return { run: ++count.runs };
  }

  @Head('probe')
  probe(@Res({ passthrough: true }) reply: Reply): void {
    reply.header('X-Probe', String(++count.runs));
  }

  @Post('plain/:id')
  @HttpCode(200)
  post(): unknown {
    return { run: ++count.runs };
  }

  @Delete('plain/:id')
  remove(): unknown {
    return { run: ++count.runs };
  }
}
