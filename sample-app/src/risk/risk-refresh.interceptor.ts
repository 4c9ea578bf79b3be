import { Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { CacheKeyGenerator, CacheManager } from 'nestjs-cached';
import type { ServerResponse } from 'node:http';
import { concatMap } from 'rxjs';
import type { Observable } from 'rxjs';

/**
 * A new result about a file outdates the file's risk score. The score is dropped after the result was stored and before the
 * answer goes out: a score that is being composed meanwhile from the older results is not stored either, since it began
 * before this invalidation.
 */
@Injectable()
export class RiskRefreshInterceptor implements NestInterceptor<{ hash: string }, { hash: string }> {
  constructor(private readonly cache: CacheManager) {}

  intercept(context: ExecutionContext, next: CallHandler<{ hash: string }>): Observable<{ hash: string }> {
    const response = context.switchToHttp().getResponse<ServerResponse>();
    return next.handle().pipe(
      concatMap(async (result) => {
        if (response.getHeader('X-Cache') === 'MISS')
          await this.cache.delete(CacheKeyGenerator.riskScore('DOCUMENT', result.hash));
        return result;
      }),
    );
  }
}
