import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import type { CacheManager } from 'nestjs-cached';
import { Keyv5Store } from 'nestjs-cached/keyv';

export const pagesOver = (cache: CacheManager) =>
  createCache({ stores: [new Keyv({ store: new Keyv5Store(cache), namespace: 'pages' })], ttl: 60_000 });
