import type { SizeTier, SizeTiers } from '../keys/size-tier.js';

export const DEFAULT_NAME = 'ai';

const HOUR = 3_600_000;

/** Milliseconds. What a text is about stays so; what is answered about it is sooner out of date. */
export const DEFAULT_OPERATION_TTLS: Readonly<Record<string, number>> = Object.freeze({
  summarize: 2 * HOUR,
  sentiment: 24 * HOUR,
  key_points: 2 * HOUR,
  questions: HOUR,
  qa: HOUR / 2,
});

/** An option that is `undefined` is not set. */
export function sizeTiersOf({ small, medium, large }: Partial<SizeTiers> = {}): SizeTiers {
  return { small: small ?? 500, medium: medium ?? 5_000, large: large ?? 50_000 };
}

export const DEFAULT_MEMORY_TIERS: readonly SizeTier[] = Object.freeze(['small', 'medium'] as const);
/** Bytes. */
export const DEFAULT_COMPRESSION_THRESHOLD = 1_000;
export const DEFAULT_COMPRESSION_LEVEL = 6;
