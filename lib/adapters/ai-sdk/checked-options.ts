import type { Duration } from '../../contracts/duration.js';
import { parseDuration } from '../../support/duration.js';
import { CacheUsageError } from '../../support/errors.js';

/** What both kinds of middleware are told. */
interface CommonOptions {
  readonly ttl?: Duration;
  readonly variant?: string | number;
}

/**
 * Once, where the middleware is made: a name that is misspelled would go unnoticed else.
 * @throws CacheUsageError naming the option.
 */
export function checkOptions(owner: string, options: CommonOptions, names: ReadonlySet<string>): void {
  if (typeof options !== 'object' || options === null) {
    throw new CacheUsageError(
      `The options of ${owner} must be an object; got ${options === null ? 'null' : typeof options}.`,
    );
  }
  const unknown = Object.keys(options).find((name) => !names.has(name));
  if (unknown !== undefined) throw new CacheUsageError(`${JSON.stringify(unknown)} is no option of ${owner}.`);
  const { ttl, variant } = options;
  if (ttl !== undefined) parseDuration(ttl, 'ttl');
  if (variant !== undefined && typeof variant !== 'string' && !Number.isFinite(variant)) {
    throw new CacheUsageError(`variant must be a string or a number; got ${String(variant)}.`);
  }
}

/** @throws CacheUsageError when an injected cache is not there, or is another one. */
export function requireCache(owner: string, cache: object | undefined, method: string, className: string): void {
  if (typeof cache === 'object' && cache !== null && typeof Reflect.get(cache, method) === 'function') return;
  throw new CacheUsageError(`${owner} needs an ${className}; got ${cache === null ? 'null' : typeof cache}.`);
}
