import { AiBooks } from './ai-books.js';
import { Prices } from './cost/prices.js';
import { RequestKeys } from './keys/request-keys.js';
import type { AiCacheOptions } from './options/ai-cache-options.js';
import { resolveAiOptions } from './options/resolved-ai-options.js';

/** What the views of one AI cache have in common, whichever tenant they are for. */
export class AiParts {
  readonly keys: RequestKeys;
  readonly books: AiBooks;
  /** Milliseconds, by `operationName`. */
  readonly operationTtls: ReadonlyMap<string, number>;
  readonly storeToolCalls: boolean;
  /** The tenant may be named by the request, by `forTenant`, or resolved by the cache; so the keys do not ask for it. */
  readonly tenantRequired: boolean;

  /** @throws CacheConfigError that lists every fault. */
  constructor(options: AiCacheOptions) {
    const resolved = resolveAiOptions(options);
    const { textHashThreshold, sizeTiers, maxTextLength, ignore, prices, currency } = resolved;
    this.keys = new RequestKeys({ textHashThreshold, sizeTiers, maxTextLength, ignore });
    this.books = new AiBooks(new Prices(prices, currency));
    this.operationTtls = resolved.operationTtls;
    this.storeToolCalls = resolved.storeToolCalls;
    this.tenantRequired = resolved.tenantRequired;
  }
}
