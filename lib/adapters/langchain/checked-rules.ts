import { parseDuration } from '../../support/duration.js';
import { CacheUsageError } from '../../support/errors.js';

const DURATIONS = ['ttl', 'staleWhileRevalidate', 'staleIfError', 'softTimeout', 'hardTimeout', 'nullTtl'];
const OTHERS = ['refreshAhead', 'jitter'];

/**
 * The rules of freshness among the options of an adapter, checked when it is made and not at its first call, whose caller
 * could not help it.
 * @param more What else may stand among them.
 * @throws CacheUsageError naming what is no option, or no duration.
 */
export function checkedRules<T extends object>(options: T, owner: string, more: readonly string[]): T {
  for (const [name, value] of Object.entries(options) as [string, never][]) {
    if (![...DURATIONS, ...OTHERS, ...more].includes(name)) {
      throw new CacheUsageError(`${JSON.stringify(name)} is no option of ${owner}.`);
    }
    if (value !== undefined && DURATIONS.includes(name)) parseDuration(value, name);
  }
  return options;
}

/** For error messages. */
export function shown(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value)
    : value === null
      ? 'null'
      : `a value of type ${typeof value}`;
}
