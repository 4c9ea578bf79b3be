import { headerEntries } from '../../ai/keys/header-entries.js';
import { classify } from '../../support/value-kind.js';
import { isTransport } from './ignored-names.js';
import { keyable } from './keyable.js';

const HEADERS = /headers$/i;

/** What a client of HTTP is made with, or one request: where it goes and what it carries, without how it travels and for whom. */
export function clientRecord(options: unknown, path: string): unknown {
  if (typeof options !== 'object' || options === null || classify(options).kind !== 'object') return undefined;
  const kept = (Object.entries(options) as [string, unknown][])
    .filter(([name, value]) => value !== undefined && value !== null && !isTransport(name))
    .map(([name, value]) => [name, HEADERS.test(name) ? headersOf(value, path) : keyable(value, path, 'drop')]);
  // None is as good as one that says nothing.
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** As pairs: a name may have several values. */
function headersOf(headers: unknown, path: string): unknown {
  const kept = headerEntries(headers, path).filter(([, values]) => values.some((value) => value !== null));
  return kept.length === 0 ? undefined : kept;
}
