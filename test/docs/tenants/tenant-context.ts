import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, Module, type MiddlewareConsumer, type NestMiddleware, type NestModule } from '@nestjs/common';

/** Whose the request is that is being answered. */
const storage = new AsyncLocalStorage<string>();

export const tenantContext = {
  /** `undefined` outside of a request, and for a request that names nobody. */
  current: (): string | undefined => storage.getStore(),
  run: <T>(tenant: string, work: () => T): T => storage.run(tenant, work),
};

@Injectable()
export class TenantMiddleware implements NestMiddleware {
  use(request: IncomingMessage, _response: ServerResponse, next: () => void): void {
    const tenant = this.tenantOf(request);
    if (tenant === undefined) next();
    else tenantContext.run(tenant, next);
  }

  /** From what your gateway vouches for; a header that any client can set is no proof. */
  private tenantOf({ headers }: IncomingMessage): string | undefined {
    const header = headers['x-tenant-id'];
    return typeof header === 'string' && header !== '' ? header : undefined;
  }
}

@Module({})
export class TenantModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(TenantMiddleware).forRoutes('*splat');
  }
}
