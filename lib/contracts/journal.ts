import type { Scope } from './scope.js';

/** An invalidation that waits for the return of what it could not reach. */
export type QueuedChange =
  | { readonly kind: 'key'; readonly scope: Scope; readonly name: string }
  | { readonly kind: 'tag'; readonly scope: Scope; readonly name: string }
  | { readonly kind: 'pattern'; readonly scope: Scope; readonly name: string }
  /** The scope and all below it. */
  | { readonly kind: 'scope'; readonly scope: Scope };

/** Where queued invalidations outlive the process. */
export interface JournalFile {
  /** What earlier processes left over. From then on it is in this file's keeping. */
  read(): Promise<readonly QueuedChange[]>;
  /** Resolves when a crash of the process cannot lose them any more. */
  append(changes: readonly QueuedChange[]): Promise<void>;
  /** Puts these in place of everything; none: it may go. */
  replace(changes: readonly QueuedChange[]): Promise<void>;
  close(): Promise<void>;
}
