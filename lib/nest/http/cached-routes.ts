import { Logger } from '@nestjs/common';
import type { CacheResponseOptions } from '../../contracts/options.js';
import { RouteMetadata, type Controller, type Handler } from './route-metadata.js';
import { planRoute, type RoutePlan } from './route-plan.js';

/** What is only known where the routes run. */
export interface RoutesParts {
  readonly logger: Logger;
  readonly cachedMetadata: string;
  readonly defaultsOf: (cache: string | undefined) => CacheResponseOptions | undefined;
  /** Whether interceptors that are not the cache's see what it returns. */
  readonly hasOuterInterceptors: (route: RouteMetadata) => boolean;
  /** Whether nobody but the platform itself sees what the cache returns. */
  readonly answersItself: (route: RouteMetadata) => boolean;
}

/** A handler whose responses may be cached. Each kind of trouble with it is told once. */
export class CachedRoute {
  private readonly told = new Set<string>();
  private outer: boolean | undefined;
  private last: boolean | undefined;

  constructor(
    readonly plan: RoutePlan,
    private readonly metadata: RouteMetadata,
    private readonly parts: RoutesParts,
  ) {}

  /** A body may be given back as text: nobody looks into it on its way to the platform. */
  get answersItself(): boolean {
    return (this.last ??= this.parts.answersItself(this.metadata));
  }

  /** For what stands in the way of this request being cached. The request itself goes on. */
  complain(error: unknown): void {
    const message = `${this.plan.label} runs uncached: ${error instanceof Error ? error.message : String(error)}`;
    this.once('error', () => this.parts.logger.error(message, error instanceof Error ? error.stack : undefined));
  }

  /**
   * A cached body comes back as plain data. An interceptor further out that goes by the class, as
   * `ClassSerializerInterceptor` does for `@Exclude`, would then let through what it is there to hold back.
   */
  mayLoseClass(className: string): boolean {
    this.outer ??= this.parts.hasOuterInterceptors(this.metadata);
    if (!this.outer) return true;
    this.once('class', () =>
      this.parts.logger.warn(
        `${this.plan.label} is not cached: it returns instances of ${className}, and interceptors outside CacheInterceptor may go ` +
          'by their class. Return plain data, or register CacheInterceptor first (outermost).',
      ),
    );
    return false;
  }

  private once(kind: string, tell: () => void): void {
    if (this.told.has(kind)) return;
    this.told.add(kind);
    tell();
  }
}

/** The routes an interceptor has met. */
export class CachedRoutes {
  /** By controller too: a subclass shares its handlers, and not its options. */
  private readonly known = new WeakMap<Controller, WeakMap<Handler, CachedRoute | 'left alone'>>();

  constructor(private readonly parts: RoutesParts) {}

  /** `undefined`: a handler that is left alone. */
  of(controller: Controller, handler: Handler): CachedRoute | undefined {
    let routes = this.known.get(controller);
    if (!routes) this.known.set(controller, (routes = new WeakMap()));
    let route = routes.get(handler);
    if (!route) routes.set(handler, (route = this.read(new RouteMetadata(controller, handler))));
    return route === 'left alone' ? undefined : route;
  }

  private read(metadata: RouteMetadata): CachedRoute | 'left alone' {
    const { cachedMetadata, defaultsOf, logger } = this.parts;
    const plan = planRoute(metadata, cachedMetadata, defaultsOf);
    if ('key' in plan) return new CachedRoute(plan, metadata, this.parts);
    if (plan.warning !== undefined) logger.warn(`${plan.label} has @CacheResponse and is not cached: ${plan.warning}.`);
    return 'left alone';
  }
}
