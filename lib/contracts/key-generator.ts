/** What a default key is made of. */
export interface KeyInput {
  readonly className: string;
  readonly methodName: string;
  readonly args: readonly unknown[];
  /** Stands in place of class and method. */
  readonly prefix?: string | undefined;
}

/** Makes the logical key of a call. Two calls that may have different results must have different keys. */
export interface KeyGenerator {
  /** @throws CacheKeyError naming the argument that has no stable identity. */
  generate(input: KeyInput): string;
}
