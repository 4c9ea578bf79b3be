import { Keyv, type KeyvStoreAdapter } from 'keyv';
import { Keyv as Keyv6, type KeyvStorageAdapter } from 'keyv6';
import type { CacheManager } from 'nestjs-cached';
import { CacheModule } from 'nestjs-cached';
import { Keyv5Store, Keyv6Store, KeyvBackend, type KeyvBackendOptions } from 'nestjs-cached/keyv';

declare const cache: CacheManager;
declare const adapter5: KeyvStoreAdapter;
declare const adapter6: KeyvStorageAdapter;

// What the versions ask of a store; the emitter of version 6 is wider than what it uses, and its option `store` takes anything.
export const five: KeyvStoreAdapter = new Keyv5Store(cache);
type Asked =
  'namespace' | 'capabilities' | 'get' | 'set' | 'setMany' | 'delete' | 'deleteMany' | 'clear' | 'has' | 'hasMany';
export const six: Pick<KeyvStorageAdapter, Asked | 'getMany' | 'disconnect' | 'iterator'> = new Keyv6Store(cache);
export const keyvs = [
  new Keyv(new Keyv5Store(cache)),
  new Keyv({ store: new Keyv5Store(cache), namespace: 'a', ttl: 1_000 }),
  new Keyv6({ store: new Keyv6Store(cache), namespace: 'a', ttl: 1_000 }),
];

const options: KeyvBackendOptions = { disconnect: true, scan: false };
export const backends = [
  new KeyvBackend(new Keyv(), options),
  new KeyvBackend(new Keyv<string>({ namespace: 'a' })),
  new KeyvBackend(new Keyv6()),
  new KeyvBackend(new Keyv6<string>({ namespace: 'a' })),
  new KeyvBackend(new Map<string, string>()),
  new KeyvBackend(new Map()),
  new KeyvBackend(adapter5),
  new KeyvBackend(adapter6),
];
export const module = CacheModule.forRoot({ backend: new KeyvBackend(new Keyv()) });

// @ts-expect-error: a text is no store
export const none = new KeyvBackend('redis://localhost');
// @ts-expect-error: a ttl is a number here
void new Keyv5Store(cache).set('k', 1, '5m');
