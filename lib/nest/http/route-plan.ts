import type { CacheResponseOptions, SetOptions } from '../../contracts/options.js';
import { canonicalKey } from '../../core/canonical-key.js';
import { CACHE_RESPONSE_METADATA, type CacheResponseOptionsFor } from './cache-response.decorator.js';
import type { HttpRequest } from './http-exchange.js';
import { NO_CACHE_METADATA } from './no-cache.decorator.js';
import { CREDENTIAL_HEADERS } from './header-rules.js';
import type { Distinction } from './request-policy.js';
import { uncoveredBy } from './response-policy.js';
import type { RouteMetadata } from './route-metadata.js';

export type RouteOptions = CacheResponseOptionsFor<HttpRequest>;

/** How the responses of one handler are cached: options merged, metadata read, once. */
export interface RoutePlan {
  /** `CatsController.find`, for logs. */
  readonly label: string;
  /** Tells two handlers of one URL apart. Spelled canonically. */
  readonly identity: string;
  /** `undefined`: the default cache. */
  readonly cache: string | undefined;
  readonly key: ((request: HttpRequest) => unknown) | undefined;
  /** Sorted and lower case, when it is a list. */
  readonly varyBy: readonly string[] | ((request: HttpRequest) => unknown);
  readonly tags: ((request: HttpRequest) => readonly string[]) | undefined;
  /** For the cache; `undefined` when the cache's own defaults hold, which is its fast path. */
  readonly stored: SetOptions | undefined;
  /** `@Header('Vary', ...)` stands on the handler: what Vary says before it runs is the handler's too. */
  readonly setsVary: boolean;
}

/** A handler that the interceptor leaves alone. */
export interface LeftAlone {
  readonly label: string;
  /** Told once, where `@CacheResponse` asked for what cannot be; `undefined` where it is nobody's surprise. */
  readonly warning: string | undefined;
}

/** Reads what stands on the handler. `cachedMetadata` is where `@Cached` leaves its mark. */
export function planRoute(
  route: RouteMetadata,
  cachedMetadata: string,
  defaultsOf: (cache: string | undefined) => CacheResponseOptions | undefined,
): RoutePlan | LeftAlone {
  const { label } = route;
  const ofRoute = route.onRoute(CACHE_RESPONSE_METADATA) as RouteOptions | undefined;
  const ofController = route.onController(CACHE_RESPONSE_METADATA) as RouteOptions | undefined;
  const isSilenced =
    route.onRoute(NO_CACHE_METADATA) === true ||
    (ofRoute === undefined &&
      (route.onController(NO_CACHE_METADATA) === true || route.onRoute(cachedMetadata) !== undefined));
  if (isSilenced) return { label, warning: undefined };

  const cache = ofRoute?.cache ?? ofController?.cache;
  const options = merge(defaultsOf(cache), ofController, ofRoute);
  const varyBy = typeof options.varyBy === 'function' ? options.varyBy : headerNames(options.varyBy ?? []);
  const reason = route.whyBeyondReach ?? whyUnsaid(route, distinctionOf(options.key, varyBy));
  if (reason !== undefined) return { label, warning: ofRoute === undefined ? undefined : reason };
  return {
    label,
    identity: canonicalKey(route.identity, 'the handler'),
    cache,
    key: options.key,
    varyBy,
    tags: typeof options.tags === 'function' ? options.tags : undefined,
    stored: storedOptions(options),
    setsVary: route.setsHeader('vary'),
  };
}

export function distinctionOf(key: unknown, varyBy: RoutePlan['varyBy']): Distinction {
  if (key !== undefined || typeof varyBy === 'function') return { by: 'function' };
  return varyBy.length === 0 ? { by: 'nothing' } : { by: 'headers', names: varyBy };
}

/** What the handler is given besides the URL, and the key knows nothing of. */
function whyUnsaid(route: RouteMetadata, distinction: Distinction): string | undefined {
  if (distinction.by === 'function') return undefined;
  if (route.personRead !== undefined)
    return `it takes ${route.personRead}, which only a key or varyBy function can take up`;
  // A request that carries credentials is judged when it comes.
  const names = route.headersRead.filter((name) => !CREDENTIAL_HEADERS.includes(name));
  const uncovered = uncoveredBy(distinction, names);
  return uncovered === undefined ? undefined : `it takes @Headers('${uncovered}'), which varyBy does not name`;
}

/** The later wins, member by member; `undefined` never does. */
function merge(...layers: readonly (CacheResponseOptions | RouteOptions | undefined)[]): RouteOptions {
  const merged: Record<string, unknown> = {};
  for (const layer of layers) {
    for (const [name, value] of Object.entries(layer ?? {})) if (value !== undefined) merged[name] = value;
  }
  return merged;
}

function headerNames(names: readonly string[]): readonly string[] {
  return [...new Set(names.map((name) => name.toLowerCase()))].sort();
}

function storedOptions(options: RouteOptions): SetOptions | undefined {
  const { key: _key, varyBy: _varyBy, cache: _cache, tags, ...freshness } = options;
  const stored: SetOptions = Array.isArray(tags) ? { ...freshness, tags: tags as readonly string[] } : freshness;
  return Object.keys(stored).length === 0 ? undefined : stored;
}
