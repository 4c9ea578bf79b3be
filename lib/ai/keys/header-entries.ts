import { types } from 'node:util';

import { CacheKeyError } from '../../support/errors.js';
import { classify } from '../../support/value-kind.js';
import { isIgnoredHeader } from './ignored-headers.js';

/**
 * The headers that count, by name in lower case, in the order of their names; a name that came more than once has its
 * values in the order in which they came. Takes what `fetch` takes (an object, `Headers`, pairs) and a Map.
 * @throws CacheKeyError for anything else.
 */
export function headerEntries(headers: unknown, path: string): [name: string, values: unknown[]][] {
  const found = new Map<string, unknown[]>();
  for (const [name, value] of pairsOf(headers, path)) {
    if (typeof name !== 'string') throw new CacheKeyError(path, `has a name of type ${typeof name}`);
    // A header that is not set is not sent; `null` takes back one that the client sets by itself.
    if (value === undefined) continue;
    const lower = name.toLowerCase();
    if (isIgnoredHeader(lower)) continue;
    const values = found.get(lower);
    const more: unknown[] = Array.isArray(value) ? value : [value];
    if (values) values.push(...more);
    else found.set(lower, [...more]);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

function pairsOf(headers: unknown, path: string): Iterable<readonly [unknown, unknown]> {
  if (typeof headers === 'object' && headers !== null) {
    if (Array.isArray(headers)) return headers.map((pair, index) => pairOf(pair, `${path}[${index}]`));
    if (types.isMap(headers)) return headers;
    if (classify(headers).kind === 'object') return Object.entries(headers);
    const { entries } = headers as { entries?: unknown };
    if (typeof entries === 'function') return entries.call(headers) as Iterable<readonly [unknown, unknown]>;
  }
  throw new CacheKeyError(path, 'are neither an object, Headers, a Map nor an array of pairs');
}

function pairOf(pair: unknown, path: string): readonly [unknown, unknown] {
  if (Array.isArray(pair) && pair.length === 2) return pair as [unknown, unknown];
  throw new CacheKeyError(path, 'is not a pair of a name and a value');
}
