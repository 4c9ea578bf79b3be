import { SetMetadata, type CustomDecorator } from '@nestjs/common';

export const NO_CACHE_METADATA = 'nestjs-cached:no-cache';

/**
 * A route, or every route of a controller, that `CacheInterceptor` leaves alone. `@CacheResponse` on a route wins over
 * `@NoCache` on its controller; on the same place `@NoCache` wins.
 */
export function NoCache(): CustomDecorator {
  return SetMetadata(NO_CACHE_METADATA, true);
}
