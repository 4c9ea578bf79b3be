import { applyDecorators, HttpCode, UseInterceptors } from '@nestjs/common';
import { CacheHeadersInterceptor } from '../http/cache-headers.interceptor.js';
import { RiskRefreshInterceptor } from './risk-refresh.interceptor.js';

/**
 * A route that computes a result about a file, or finds it in the cache, and says which on its answer. The headers come
 * first, that is outermost: dropping the score is part of the time that they state.
 */
export const ResultRoute = (): MethodDecorator =>
  applyDecorators(HttpCode(200), UseInterceptors(CacheHeadersInterceptor, RiskRefreshInterceptor));
