import { Keyv } from 'keyv';
import { Keyv as Keyv6 } from 'keyv6';
import type { CacheManager } from 'nestjs-cached';
import { Keyv5Store, Keyv6Store } from 'nestjs-cached/keyv';

/** What both versions of Keyv have in common. */
export interface AnyKeyv {
  get(key: string): Promise<unknown>;
  getMany(keys: string[]): Promise<unknown[]>;
  getRaw(key: string): Promise<{ value?: unknown; expires?: number | undefined } | undefined>;
  set(key: string, value: unknown, ttl?: number): Promise<boolean>;
  setMany(entries: { key: string; value: unknown; ttl?: number }[]): Promise<boolean[] | undefined>;
  has(key: string): Promise<boolean>;
  hasMany(keys: string[]): Promise<boolean[]>;
  delete(key: string): Promise<boolean>;
  deleteMany(keys: string[]): Promise<boolean | boolean[]>;
  clear(): Promise<void>;
  disconnect(): Promise<void>;
  iterator?: (namespace?: string) => AsyncGenerator<unknown[], void>;
  namespace?: string | undefined;
  on(event: string, listener: (error: unknown) => void): unknown;
}

export interface KeyvOptions {
  namespace?: string;
  ttl?: number;
  /** Values as they are, instead of as JSON. */
  plain?: boolean;
}

export interface KeyvCase {
  readonly name: string;
  make(cache: CacheManager, options?: KeyvOptions): AnyKeyv;
}

/** A listener, as an application has one: without it Keyv 6 rejects, with what the listener is told otherwise. */
function heard(keyv: AnyKeyv): AnyKeyv {
  keyv.on('error', () => {});
  return keyv;
}

export const KEYVS: readonly KeyvCase[] = [
  {
    name: 'Keyv 5',
    make: (cache, { plain = false, ...options } = {}) => {
      const bare = plain ? { serialize: undefined, deserialize: undefined } : {};
      return heard(new Keyv({ store: new Keyv5Store(cache), ...options, ...bare }));
    },
  },
  {
    name: 'Keyv 6',
    make: (cache, { plain = false, ...options } = {}) => {
      const bare = plain ? ({ serialization: false } as const) : {};
      return heard(new Keyv6({ store: new Keyv6Store(cache), ...options, ...bare }) as unknown as AnyKeyv);
    },
  },
  {
    name: 'Keyv 6 with the store for Keyv 5, by its bridge',
    make: (cache, { plain = false, ...options } = {}) => {
      const bare = plain ? ({ serialization: false } as const) : {};
      return heard(new Keyv6({ store: new Keyv5Store(cache), ...options, ...bare }) as unknown as AnyKeyv);
    },
  },
];

export async function listed(keyv: AnyKeyv): Promise<[string, unknown][]> {
  const found: [string, unknown][] = [];
  for await (const [key, value] of keyv.iterator!(keyv.namespace)) found.push([key as string, value]);
  return found.toSorted(([a], [b]) => (a < b ? -1 : 1));
}
