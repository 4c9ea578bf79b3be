import type { EntryStore } from '../contracts/entry-store.js';
import type { JournalFile } from '../contracts/journal.js';
import type { MemoryBackend } from '../backends/memory/memory.backend.js';
import { openJournalFile } from '../backends/journal/disk.journal.js';
import { nullBackend } from '../backends/null.backend.js';
import type { ResolvedOptions } from '../config/resolved-options.js';
import type { ResolvedResilience } from '../config/resolved-resilience.js';
import { rootScope } from '../core/scopes.js';
import type { EncodedStore } from '../wrappers/encoded/encoded.store.js';
import type { FallbackStore } from '../wrappers/resilient/aside.js';
import { ResilientStore } from '../wrappers/resilient/resilient.store.js';
import type { SharedRoom } from './shared-room.js';
import type { StoreListener } from './store-listener.js';

/**
 * How much longer than this process another one may take to notice that a server is back, in milliseconds: an attempt to
 * connect takes 300 ms at most, the pause after it 190, and a question that was lost is waited for twice as long as a command.
 */
const graceOf = (commandTimeout: number): number => 450 + 2 * commandTimeout;

export interface LosableParts {
  /** What the cache reads and writes. */
  readonly primary: EntryStore;
  /** What of it stands on the server. */
  readonly far: EncodedStore;
  readonly room: SharedRoom;
  readonly openNear: () => MemoryBackend;
}

/** A store that may be lost, and what stands in for it. */
export function createResilientStore(
  { primary, far, room, openNear }: LosableParts,
  options: ResolvedOptions & { readonly resilience: ResolvedResilience },
  listener: StoreListener,
): EntryStore {
  const { clock, commandTimeout, namespace, random, resilience } = options;
  const { breaker, fallback, fallbackTtl, journal } = resilience;
  return new ResilientStore({
    primary,
    breaker,
    random,
    commandTimeout,
    link: room.link,
    clock: room.clock ?? clock,
    entryClock: clock,
    root: rootScope(namespace),
    fallback: {
      kind: fallback,
      maxTtl: fallbackTtl,
      open: (): FallbackStore => (fallback === 'memory' ? openNear() : (nullBackend as unknown as FallbackStore)),
    },
    journal: { maxEntries: journal.maxEntries, file: fileOf(journal.directory, namespace) },
    grace: room.fleet ? graceOf(commandTimeout) : 0,
    verify: () => far.verify(),
    onDegraded: (error) => listener.onDegraded(error),
    onRecovered: () => listener.onRecovered(),
    onError: (operation, error) => listener.onError(operation, error),
  });
}

function fileOf(directory: string | undefined, namespace: string): JournalFile | undefined {
  return directory === undefined ? undefined : openJournalFile({ directory, namespace });
}
