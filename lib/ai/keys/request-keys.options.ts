import { CacheUsageError } from '../../support/errors.js';
import { IgnoredPaths } from './ignored-options.js';
import type { SizeTiers } from './size-tier.js';

/** How keys of requests are made. All optional. */
export interface RequestKeysOptions {
  /** A text or question of this many characters or more stands in the key as a digest. 0: always. Default 1,000. */
  readonly textHashThreshold?: number;
  readonly sizeTiers?: Partial<SizeTiers>;
  /** The longest text or question, in characters. Default 50,000,000. */
  readonly maxTextLength?: number;
  /** `required`: a request that names no tenant throws `CacheTenantError`. Default false. */
  readonly tenant?: { readonly required?: boolean };
  /**
   * Paths in the options that do not change the answer, from the options down: `user`, `metadata.requestId`,
   * `headers.x-session`. The entries of an array are all meant: `messages.id` is the id of each.
   */
  readonly ignore?: readonly string[];
}

/** The options with their defaults. */
export interface RequestKeysRules {
  readonly textHashThreshold: number;
  readonly sizeTiers: SizeTiers;
  readonly maxTextLength: number;
  readonly tenantRequired: boolean;
  readonly ignored: IgnoredPaths;
}

const DEFAULT_TIERS: SizeTiers = { small: 500, medium: 5000, large: 50_000 };

/** @throws CacheUsageError naming the option that cannot be meant. */
export function requestKeysRules(options: RequestKeysOptions): RequestKeysRules {
  const sizeTiers = { ...DEFAULT_TIERS, ...options.sizeTiers };
  for (const tier of ['small', 'medium', 'large'] as const) requireCount(sizeTiers[tier], `sizeTiers.${tier}`);
  if (sizeTiers.small > sizeTiers.medium || sizeTiers.medium > sizeTiers.large) {
    throw new CacheUsageError('sizeTiers must not fall from small to medium to large.');
  }
  const ignored = new IgnoredPaths();
  for (const path of options.ignore ?? []) {
    if (typeof path === 'string' && path.split('.').every((name) => name !== '')) ignored.add(path);
    else throw new CacheUsageError(`ignore holds ${JSON.stringify(path)}. Give paths such as 'metadata.requestId'.`);
  }
  return {
    textHashThreshold: requireCount(options.textHashThreshold ?? 1000, 'textHashThreshold'),
    sizeTiers,
    maxTextLength: requireCount(options.maxTextLength ?? 50_000_000, 'maxTextLength'),
    tenantRequired: options.tenant?.required ?? false,
    ignored,
  };
}

function requireCount(value: unknown, name: string): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw new CacheUsageError(`${name} must be a number of characters, 0 or more; got ${String(value)}.`);
}
