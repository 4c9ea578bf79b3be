/** How a store fares that can lose what it stands on. Live: each read is of this moment. */
export interface StoreCondition {
  /** Since when it does without, in milliseconds of the Unix epoch; `undefined`: it does not. */
  readonly awaySince: number | undefined;
  /** What serves in its place: entries of this process, or nothing, so that loaders run. */
  readonly fallback: 'memory' | 'none';
  /** What went wrong last; kept until it is back. */
  readonly lastError: unknown;
  /** How many invalidations wait for its return. */
  readonly pending: number;
  /** How long the last attempt to reach it took, in milliseconds. */
  readonly latency: number;
}
