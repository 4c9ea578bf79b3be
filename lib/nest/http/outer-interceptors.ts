import { AbstractHttpAdapter, type ApplicationConfig } from '@nestjs/core';
import type { RouteMetadata } from './route-metadata.js';

type InterceptorClass = abstract new (...args: never[]) => { intercept: unknown };

/**
 * The interceptor of a route that sees a body last, an instance or a class: what it returns is what the platform is given.
 * They run as registered: the application's, those of them with a request scope, the controller's, the route's.
 */
export function outermostInterceptor(config: ApplicationConfig | undefined, route: RouteMetadata): unknown {
  const scoped = config?.getGlobalRequestInterceptors().map((wrapper): unknown => wrapper.metatype) ?? [];
  return [...(config?.getGlobalInterceptors() ?? []), ...scoped, ...route.interceptors][0];
}

/** Whether it is one of `own`, the caching interceptor's class, or of a class made from it. */
export function isKindOf(interceptor: unknown, own: InterceptorClass): boolean {
  return (
    interceptor === own ||
    interceptor instanceof own ||
    (typeof interceptor === 'function' && interceptor.prototype instanceof own)
  );
}

/** Whether `own` answers by it unchanged: a class made from it may look into every body that passes. */
export function answersAs(interceptor: unknown, own: InterceptorClass): boolean {
  if (!isKindOf(interceptor, own)) return false;
  const { intercept } = (typeof interceptor === 'function' ? interceptor.prototype : interceptor) as {
    intercept: unknown;
  };
  return intercept === (own.prototype as { intercept: unknown }).intercept;
}

/** Whether the platform's own adapter puts bodies on the wire: a class made from it may look into every one of them. */
export function repliesAsPlatform(adapter: object | undefined): boolean {
  let owner: object | null = adapter ?? null;
  while (owner !== null && !Object.hasOwn(owner, 'reply')) owner = Object.getPrototypeOf(owner) as object | null;
  return owner !== null && Object.getPrototypeOf(owner) === AbstractHttpAdapter.prototype;
}
