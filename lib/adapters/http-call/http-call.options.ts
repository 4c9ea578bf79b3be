import type { StreamRules } from '../../ai/answer-rules.js';
import { betaOf, checkJitter } from '../../core/call-options.js';
import { parseDuration } from '../../support/duration.js';
import { CacheUsageError } from '../../support/errors.js';

/** How the calls of one client are cached. */
export interface HttpCallOptions extends StreamRules {
  /**
   * Whose answers these are: clients that name the same account share them, whatever credentials they send. Give one where
   * credentials rotate, or where several keys are of one account. Default: a digest of the credentials of each request, so that
   * nobody is served what another key has paid for.
   */
  readonly account?: string;
  /** What the requests are called in statistics, events and ttls. Default: by what is asked for, such as `chat`. */
  readonly operation?: string;
}

const DURATIONS = ['ttl', 'staleWhileRevalidate', 'staleIfError', 'softTimeout', 'hardTimeout', 'nullTtl'] as const;

const NAMES: ReadonlySet<string> = new Set<keyof HttpCallOptions>([
  ...DURATIONS,
  ...(['refreshAhead', 'jitter', 'storeToolCalls', 'account', 'operation'] as const),
]);

/** The options as they were given. @param more Names of an adapter's own. @throws CacheUsageError naming the option. */
export function checkOptions<O extends HttpCallOptions>(options: O | undefined, more: readonly string[]): O {
  const checked = options ?? ({} as O);
  if (typeof checked !== 'object' || Array.isArray(checked)) {
    throw new CacheUsageError(
      `The options must be an object; got ${Array.isArray(checked) ? 'an array' : typeof checked}.`,
    );
  }
  const unknown = Object.keys(checked).find((name) => !NAMES.has(name) && !more.includes(name));
  if (unknown !== undefined) throw new CacheUsageError(`${JSON.stringify(unknown)} is no option of cached calls.`);
  for (const name of DURATIONS) if (checked[name] !== undefined) parseDuration(checked[name], name);
  const { refreshAhead, jitter } = checked;
  if (refreshAhead !== undefined) betaOf(refreshAhead);
  if (jitter !== undefined) checkJitter(jitter);
  for (const name of ['account', 'operation'] as const) {
    const value: unknown = checked[name];
    if (value === undefined || (typeof value === 'string' && value !== '')) continue;
    throw new CacheUsageError(`${name} must be a string that is not empty; got ${value === '' ? "''" : typeof value}.`);
  }
  const { storeToolCalls }: { storeToolCalls?: unknown } = checked;
  if (storeToolCalls !== undefined && typeof storeToolCalls !== 'boolean') {
    throw new CacheUsageError(`storeToolCalls must be true or false; got ${typeof storeToolCalls}.`);
  }
  return checked;
}
