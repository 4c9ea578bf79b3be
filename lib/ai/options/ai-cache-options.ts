import type { Duration } from '../../contracts/duration.js';
import type { ByteSize } from '../../contracts/encoding-options.js';
import type { CacheModuleOptions } from '../../contracts/options.js';
import type { PriceTable } from '../cost/prices.js';
import type { SizeTier, SizeTiers } from '../keys/size-tier.js';

/** Everything `AiCacheModule.forRoot` takes. All optional. */
export interface AiCacheOptions {
  /** Which cache this is; `@InjectCache(name)` finds its manager. Default `ai`. */
  name?: string;
  /** Whether every module can inject it without importing. Default true. */
  isGlobal?: boolean;
  /** Those of the cache below: where answers are kept, and how. */
  cache?: Omit<CacheModuleOptions, 'name' | 'isGlobal'>;
  /**
   * How long the answers of an operation are good. Default: summarize 2 h, sentiment 24 h, key_points 2 h, questions 1 h,
   * qa 30 min; all others as `cache.ttl` says. Case, `-`, `_` and `.` do not tell names apart.
   */
  operationTtls?: Record<string, Duration>;
  /** A text of this many characters or more stands in its key as a digest. 0: always. Default 1,000. */
  textHashThreshold?: number;
  /** The longest text or question that is taken, in characters. Default 50,000,000. */
  maxTextLength?: number;
  /** The longest text of each size, in characters. Default: small 500, medium 5,000, large 50,000; longer ones are huge. */
  sizeTiers?: Partial<SizeTiers>;
  /** Which answers of Redis are kept in this process too, by the size of the text. Default small and medium. */
  memoryTiers?: readonly SizeTier[];
  /** Answers above this many bytes are compressed, where they leave the process. Default 1,000. */
  compressionThreshold?: ByteSize;
  /** How hard it is tried. Default 6. */
  compressionLevel?: number;
  /** What models cost, per million tokens. Default: money is not counted. */
  prices?: PriceTable;
  /** What the prices are in; only shown. */
  currency?: string;
  tenant?: {
    /** A request whose tenant is not known rejects with `CacheTenantError`. Default false: its answer is of no tenant. */
    required?: boolean;
  };
  /** Paths in the options of a request that do not change the answer, such as `metadata.requestId`. */
  ignore?: readonly string[];
  /** Whether answers that call tools are stored. Default false: what they lead to happens once a call. */
  storeToolCalls?: boolean;
}
