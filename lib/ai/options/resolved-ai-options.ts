import { parseDuration } from '../../support/duration.js';
import { operationName } from '../../support/operation-name.js';
import type { PriceTable } from '../cost/prices.js';
import type { SizeTiers } from '../keys/size-tier.js';
import type { AiCacheOptions } from './ai-cache-options.js';
import { DEFAULT_OPERATION_TTLS, sizeTiersOf } from './ai-defaults.js';
import { validateAiOptions } from './ai-option-faults.js';

/** What `AiResponseCache` itself goes by, defaults applied; durations in milliseconds. */
export interface ResolvedAiOptions {
  /** By `operationName`. */
  readonly operationTtls: ReadonlyMap<string, number>;
  readonly textHashThreshold: number;
  readonly maxTextLength: number;
  readonly sizeTiers: SizeTiers;
  readonly prices: PriceTable;
  readonly currency: string | undefined;
  readonly tenantRequired: boolean;
  readonly ignore: readonly string[];
  readonly storeToolCalls: boolean;
}

/** Checks the options and applies the defaults. @throws CacheConfigError that lists every fault. */
export function resolveAiOptions(given: AiCacheOptions): ResolvedAiOptions {
  const options = validateAiOptions(given);
  return Object.freeze({
    operationTtls: resolveTtls(options.operationTtls ?? {}),
    textHashThreshold: options.textHashThreshold ?? 1_000,
    maxTextLength: options.maxTextLength ?? 50_000_000,
    sizeTiers: sizeTiersOf(options.sizeTiers),
    prices: options.prices ?? {},
    currency: options.currency,
    tenantRequired: options.tenant?.required ?? false,
    ignore: options.ignore ?? [],
    storeToolCalls: options.storeToolCalls ?? false,
  });
}

function resolveTtls(given: NonNullable<AiCacheOptions['operationTtls']>): ReadonlyMap<string, number> {
  const resolved = new Map<string, number>();
  for (const [name, ttl] of [...Object.entries(DEFAULT_OPERATION_TTLS), ...Object.entries(given)]) {
    if (ttl !== undefined) resolved.set(operationName(name), parseDuration(ttl, `operationTtls.${name}`));
  }
  return resolved;
}
