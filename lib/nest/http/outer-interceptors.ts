import type { ApplicationConfig } from '@nestjs/core';
import type { RouteMetadata } from './route-metadata.js';

/**
 * Whether other interceptors see what this one returns. `own` is the caching interceptor's class. They run as registered:
 * the application's, those of them with a request scope, the controller's, the route's.
 */
export function hasOuterInterceptors(
  config: ApplicationConfig | undefined,
  route: RouteMetadata,
  own: abstract new (...args: never[]) => unknown,
): boolean {
  const isOwn = (interceptor: unknown): boolean =>
    interceptor === own ||
    interceptor instanceof own ||
    (typeof interceptor === 'function' && interceptor.prototype instanceof own);
  const scoped = config?.getGlobalRequestInterceptors().map((wrapper): unknown => wrapper.metatype) ?? [];
  const all: readonly unknown[] = [...(config?.getGlobalInterceptors() ?? []), ...scoped, ...route.interceptors];
  return !(all.length > 0 && isOwn(all[0]));
}
