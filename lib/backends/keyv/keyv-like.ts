import { CacheUsageError } from '../../support/errors.js';
import type { ErrorSource } from './reported-errors.js';

/** A Keyv of version 5 or 6, a storage adapter of either, or a Map: known by its methods, so that `keyv` need not be loaded. */
export interface KeyvLike {
  get(key: string): unknown;
  set(key: string, value: unknown, life?: number): unknown;
  delete(key: string): unknown;
  clear(): unknown;
}

/** What of a storage adapter is used beyond that. */
export interface Adapter extends KeyvLike, ErrorSource {
  readonly namespace?: string | undefined;
  /** Of version 6: takes the instant of an end, instead of a length of time. */
  readonly capabilities?: { readonly expires?: boolean } | undefined;
  /** Of version 5, and of what version 6 puts round those. */
  readonly opts?: { readonly dialect?: unknown } | undefined;
  /** Of those for Redis: what stands between a namespace and a key. */
  readonly keyPrefixSeparator?: string | undefined;
  /** Of what version 6 puts round a Map or an adapter of version 5. */
  readonly store?: Adapter | undefined;
  getMany?(keys: string[]): unknown;
  iterator?(namespace?: string): AsyncIterable<readonly unknown[]>;
  disconnect?(): unknown;
}

/** What of a Keyv is used. Both versions take a length of time here. */
export interface Keyv extends KeyvLike, ErrorSource {
  readonly store: Adapter;
  /** Of version 5. */
  readonly opts?: { readonly emitErrors?: boolean } | undefined;
  /** Throws what the store throws in version 5, whose `get` keeps it to itself. Since 5.5. */
  getRaw?(key: string): Promise<unknown>;
  getMany(keys: string[]): Promise<unknown>;
  disconnect(): Promise<unknown>;
}

const METHODS = ['get', 'set', 'delete', 'clear'] as const;

/**
 * What was handed in: a Keyv, or an adapter.
 * @throws CacheUsageError when it is neither, or a Keyv of another version.
 */
export function recognize(given: unknown): { readonly keyv: Keyv } | { readonly adapter: Adapter } {
  if (typeof given !== 'object' || given === null) throw noStore(`got ${given === null ? 'null' : typeof given}`);
  const has = (member: string): boolean => member in given;
  const missing = METHODS.filter((method) => typeof Reflect.get(given, method) !== 'function');
  if (missing.length > 0) throw noStore(`it has no ${missing.join(', ')}`);
  if (has('getOrSet')) throw noStore('it is a cache, which has a backend already');
  // Adapters have no statistics.
  if (has('stats')) {
    if (!has('setRaw') && !(has('opts') && has('hooks'))) throw noStore('this Keyv is neither of version 5 nor of 6');
    const keyv = given as unknown as Keyv;
    // Nobody would be told of a deletion that has failed.
    if (!keyv.getRaw && keyv.opts?.emitErrors === false)
      throw noStore('this Keyv is older than 5.5, with emitErrors: false');
    return { keyv };
  }
  const { store } = Object(Reflect.get(given, 'opts')) as { readonly store?: unknown };
  if (store !== undefined) throw noStore('this Keyv is older than version 5');
  return { adapter: given as Adapter };
}

function noStore(reason: string): CacheUsageError {
  return new CacheUsageError(`KeyvBackend needs a Keyv of version 5 or 6, or a storage adapter of it; ${reason}.`);
}
