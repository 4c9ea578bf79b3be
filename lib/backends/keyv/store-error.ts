import { CacheBackendError } from '../../support/errors.js';
import { publicMessageOf } from '../../support/public-message.js';

/**
 * What an adapter's error says, without what hangs on it: those for SQL put the whole statement there, values and all, and an
 * `error` event may be printed to the depth.
 */
export function storeError(store: string, operation: string, error: unknown): CacheBackendError {
  const message = publicMessageOf(error);
  const { name, code } = Object(error) as { readonly name?: unknown; readonly code?: unknown };
  const cause = Object.assign(new Error(message), typeof code === 'string' ? { code } : {});
  if (typeof name === 'string') Object.defineProperty(cause, 'name', { value: name });
  return new CacheBackendError(`${store} failed at ${operation}: ${message}`, { cause });
}

/** What stands in the store is no JSON: the value's fault, and no trouble with the store. What the error says, it quotes. */
export function isNoJson(error: unknown): boolean {
  return (Object(error) as { readonly name?: unknown }).name === 'SyntaxError';
}
