import type { LoaderContext } from '../../contracts/options.js';
import type { StreamLike } from '../../contracts/stream.js';
import type { CallOptions } from '../../core/call-options.js';
import type { CacheScope } from '../../core/scopes.js';
import { CachedStream } from '../../core/streams/cached-stream.js';
import { CacheTenantError } from '../../support/errors.js';
import type { CallSite, Place } from './call-site.js';
import type { CachedOptions } from './cached-options.js';
import type { StreamKind } from './returned.js';
import { shaped } from './stream-shapes.js';
import type { AnyMethod } from './wrap-method.js';

/** What a call of a method with a stream is given to work with. */
export interface StreamSite {
  readonly site: CallSite;
  readonly options: CachedOptions<unknown[], unknown>;
  readonly original: AnyMethod;
  /** The options of the call met with the module's. */
  optionsFor(place: Place, args: unknown[]): CallOptions;
  /** Whether and how long what was emitted is stored. */
  decide(context: LoaderContext, place: Place, instance: unknown, items: unknown, args: unknown[]): void;
}

/** One call of a decorated method that returns a stream: the method runs when somebody reads and nothing is cached. */
export function runStreamed(parts: StreamSite, kind: StreamKind, instance: unknown, args: unknown[]): unknown {
  const { site, options: given, original } = parts;
  const place = site.placeOf(instance);
  if (place === undefined) return original.apply(instance, args);
  let scope: CacheScope;
  let key: string;
  let options: CallOptions;
  try {
    if (given.condition !== undefined && !given.condition(...args)) return original.apply(instance, args);
    scope = site.scopeOf(place, args);
    key = site.keyOf(place, args);
    options = parts.optionsFor(place, args);
  } catch (error) {
    // To run it would be to answer somebody who could be anybody.
    if (error instanceof CacheTenantError) return shaped(kind, () => new CachedStream(() => Promise.reject(error)));
    site.report(place, instance, 'key', error, 'ran uncached');
    return original.apply(instance, args);
  }
  const load = (): StreamLike<unknown> => original.apply(instance, args) as StreamLike<unknown>;
  const decide = (context: LoaderContext, items: unknown[]): void =>
    parts.decide(context, place, instance, items, args);
  return shaped(kind, () => place.cache.readStream(scope, key, load, options, decide));
}
