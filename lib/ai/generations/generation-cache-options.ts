import type { Duration } from '../../contracts/duration.js';
import type { ByteSize } from '../../contracts/encoding-options.js';
import type { EvictionChoice } from '../../contracts/eviction.js';
import type { CacheModuleOptions } from '../../contracts/options.js';

/** What `GenerationCacheModule.forRoot` takes. `directory` is needed unless `cache` says where else results are kept. */
export interface GenerationCacheOptions {
  /** Which cache this is; `@InjectCache(name)` finds its manager. Default `generations`. */
  name?: string;
  /** Whether every module can inject it without importing. Default true. */
  isGlobal?: boolean;
  /** Where results are kept. Made when it is not there. */
  directory?: string;
  /** How large it may get, in bytes or as `'512mb'`. Default 1 GiB. */
  maxBytes?: ByteSize;
  /** The same in MiB. Not beside `maxBytes`. */
  maxSizeMb?: number;
  /** How long a result is good. Default 7 days. */
  ttl?: Duration;
  /** The same in hours. Not beside `ttl`. */
  ttlHours?: number;
  /** Which result makes room for others. Default: the least recently used. */
  eviction?: EvictionChoice;
  /** Of the generator. With another one nothing is found that was stored before. */
  version?: string | number;
  /** More of the cache below, such as `compression`; with `backend` or `redis` results are kept there, and not on disk. */
  cache?: Omit<CacheModuleOptions, 'name' | 'isGlobal' | 'ttl' | 'disk'>;
}
