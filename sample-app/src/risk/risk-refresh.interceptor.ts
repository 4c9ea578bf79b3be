import { Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { CacheKeyGenerator, CacheManager } from 'nestjs-cached';
import { from, lastValueFrom } from 'rxjs';
import type { Observable } from 'rxjs';
import { isHit } from '../http/cache-headers.interceptor.js';

/**
 * A new result about a file outdates the file's risk score. The score is dropped after the result was stored and before the
 * answer goes out: a score that is being composed meanwhile from the older results is not stored either, since it began
 * before this invalidation.
 */
@Injectable()
export class RiskRefreshInterceptor implements NestInterceptor<{ hash: string }, { hash: string }> {
  constructor(private readonly cache: CacheManager) {}

  intercept(_: ExecutionContext, next: CallHandler<{ hash: string }>): Observable<{ hash: string }> {
    return from(this.#refresh(next));
  }

  async #refresh(next: CallHandler<{ hash: string }>): Promise<{ hash: string }> {
    const { value, outcomes } = await this.cache.observe(() => lastValueFrom(next.handle()));
    // Awaited, although a frozen Redis lets it cost a time limit: whoever has the answer must not be shown the old score.
    if (!isHit(outcomes)) await this.cache.delete(CacheKeyGenerator.riskScore('DOCUMENT', value.hash));
    return value;
  }
}
