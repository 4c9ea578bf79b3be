/**
 * One address space of a cache: a namespace, or a tenant within one. Two scopes never share an entry, a tag or a
 * pattern, however their names are spelled.
 */
export interface Scope {
  /** The injective, escaped spelling of the whole path, for example `app`, `app/orders` or `app@acme`. */
  readonly path: string;
  /** The namespace as the user wrote it; nested ones joined by `/` for display only. */
  readonly namespace: string;
  /** The tenant as the user wrote it, if this scope is one. */
  readonly tenant: string | undefined;
  /** The paths of every scope whose `clear()` takes this one along: the outermost first, its own last. */
  readonly lineage: readonly string[];
  /** What an entry's logical key is called inside the process: unique over all scopes of the cache. */
  idOf(key: string): string;
}

/** Where one entry lives. */
export interface Address {
  readonly scope: Scope;
  /** The logical key, as the user knows it. */
  readonly key: string;
  /** `scope.idOf(key)`. */
  readonly id: string;
}
