/** `FreshnessOptions` with defaults applied; durations in milliseconds. */
export interface ResolvedFreshness {
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
  /** The beta of XFetch; 0: off. */
  readonly refreshAhead: number;
  readonly softTimeout: number | undefined;
  readonly hardTimeout: number | undefined;
  readonly jitter: number;
  readonly nullTtl: number | undefined;
}
