/** An option that has its name already, and nothing behind it yet. */
export interface NotBuilt {
  readonly path: string;
  /** Whether this value asks for it. Never called for `undefined`. */
  readonly asksFor: (value: unknown) => boolean;
  /** How the message calls it. */
  readonly what: string;
  readonly instead?: string;
}

/** Whoever builds one of these deletes its line. */
export const NOT_BUILT: readonly NotBuilt[] = [
  {
    path: 'redis.replicas',
    asksFor: (value) => value !== false,
    what: 'redis.replicas',
    instead:
      'A replica may not have heard yet of what was deleted; values in the process (`tiered`) take reads off the master.',
  },
];
