import type { Clock, Random } from '../../contracts/clock.js';
import type { EntryStore } from '../../contracts/entry-store.js';
import type { JournalFile } from '../../contracts/journal.js';
import type { Scope } from '../../contracts/scope.js';
import type { ServerLink } from '../../contracts/server-link.js';
import type { FallbackStore } from './aside.js';
import type { BreakerLimits } from './breaker.js';
import type { Verdict } from './recovery-parts.js';

export interface ResilientParts {
  readonly primary: EntryStore;
  readonly fallback: { readonly kind: 'memory' | 'none'; readonly maxTtl: number; open(): FallbackStore };
  readonly breaker: BreakerLimits;
  readonly journal: { readonly maxEntries: number; readonly file: JournalFile | undefined };
  /** The cache's own namespace. */
  readonly root: Scope;
  readonly link: ServerLink | undefined;
  /** Whether the server answers, takes writes, and who it is. */
  verify(): Promise<Verdict>;
  /** Milliseconds one command may take. */
  readonly commandTimeout: number;
  /** How long other processes may take longer than this one to come back, in milliseconds; 0 where there are none. */
  readonly grace: number;
  /** Of the network. */
  readonly clock: Clock;
  /** Of the entries. */
  readonly entryClock: Clock;
  readonly random: Random;
  onDegraded(error: unknown): void;
  onRecovered(): void;
  onError(operation: string, error: unknown): void;
}
