import { CacheUsageError } from '../support/errors.js';

/** The key itself. @throws CacheUsageError when it is empty or no string. */
export function checkKey(key: unknown): string {
  if (typeof key === 'string' && key !== '') return key;
  throw new CacheUsageError(`A key must be a string that is not empty; got ${key === '' ? "''" : typeof key}.`);
}

export function checkKeys(keys: Iterable<unknown>): string[] {
  return Array.from(keys, checkKey);
}
