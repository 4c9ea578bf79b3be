import { Controller, Get, Header, Headers, Injectable, Ip, Req, Res, UseGuards, UseInterceptors } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { CacheInterceptor } from '../../../../lib/nest/http/cache.interceptor.js';
import { CacheResponse } from '../../../../lib/nest/http/cache-response.decorator.js';

export interface Request {
  headers: Record<string, string | undefined>;
  url: string;
  user?: { id: string };
  session?: Record<string, unknown>;
}
interface Reply {
  header(name: string, value: string): Reply;
}

/** Who is asking, from a header that nobody else knows the meaning of. */
@Injectable()
class BadgeGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const id = request.headers['x-badge'];
    if (id !== undefined) request.user = { id };
    return id !== 'refused';
  }
}

/** How often a handler has run. */
export const count = { runs: 0 };
const who = (request: Request): unknown => ({
  who:
    request.headers['authorization'] ??
    request.headers['cookie'] ??
    request.headers['x-api-key'] ??
    request.user?.id ??
    'nobody',
  run: ++count.runs,
});

@Controller()
@UseInterceptors(CacheInterceptor)
@UseGuards(BadgeGuard)
export class PersonalController {
  @Get('me')
  me(@Req() request: Request): unknown {
    return who(request);
  }

  @Get('by-header')
  @CacheResponse({ varyBy: ['Authorization', 'X-Tenant'] })
  byHeader(@Req() request: Request): unknown {
    return { ...(who(request) as object), tenant: request.headers['x-tenant'] };
  }

  @Get('by-user')
  @CacheResponse<Request>({ varyBy: (request) => request.user?.id })
  byUser(@Req() request: Request): unknown {
    return who(request);
  }

  @Get('by-key')
  @CacheResponse<Request>({ key: (request) => request.user && `profile:${request.user.id}` })
  byKey(@Req() request: Request): unknown {
    return who(request);
  }

  @Get('language')
  @CacheResponse({ varyBy: ['accept-language'] })
  language(@Headers('Accept-Language') language: string): unknown {
    return { language, run: ++count.runs };
  }

  @Get('undeclared')
  @CacheResponse()
  undeclared(@Headers('X-Tenant') tenant: string): unknown {
    return { tenant, run: ++count.runs };
  }

  @Get('ip')
  ip(@Ip() ip: string): unknown {
    return { ip, run: ++count.runs };
  }

  @Get('login')
  login(@Req() request: Request): unknown {
    request.session = { userId: 7 };
    return { run: ++count.runs };
  }

  @Get('cookie')
  cookie(@Res({ passthrough: true }) reply: Reply): unknown {
    reply.header('Set-Cookie', `visit=${++count.runs}`);
    return { run: count.runs };
  }

  @Get('private')
  private(@Res({ passthrough: true }) reply: Reply): unknown {
    reply.header('Cache-Control', 'max-age=60, Private');
    return { run: ++count.runs };
  }

  @Get('static-private')
  @Header('Cache-Control', 'no-store')
  staticPrivate(): unknown {
    return { run: ++count.runs };
  }

  @Get('varied')
  varied(@Req() request: Request, @Res({ passthrough: true }) reply: Reply): unknown {
    reply.header('Vary', 'Accept-Language');
    return { language: request.headers['accept-language'], run: ++count.runs };
  }

  @Get('varied-named')
  @CacheResponse({ varyBy: ['accept-language'] })
  variedNamed(@Req() request: Request, @Res({ passthrough: true }) reply: Reply): unknown {
    reply.header('Vary', 'Accept-Language');
    return { language: request.headers['accept-language'], run: ++count.runs };
  }

  @Get('varied-static')
  @Header('Vary', 'Accept-Language')
  variedStatic(@Req() request: Request): unknown {
    return { language: request.headers['accept-language'], run: ++count.runs };
  }

  @Get('varied-any')
  varyAny(@Res({ passthrough: true }) reply: Reply): unknown {
    reply.header('Vary', '*');
    return { run: ++count.runs };
  }

  @Get('open')
  open(): unknown {
    return { run: ++count.runs };
  }
}
