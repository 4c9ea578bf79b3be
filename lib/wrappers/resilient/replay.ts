import type { EntryStore } from '../../contracts/entry-store.js';
import type { QueuedChange } from '../../contracts/journal.js';
import type { Scope } from '../../contracts/scope.js';
import { CacheTimeoutError } from '../../support/errors.js';
import type { Journal } from './journal.js';

/** How many keys, or tags, go out together. */
const BATCH = 500;

/**
 * Does in the store what is queued, until nothing is; what comes in meanwhile is done too. Rejects with the first failure:
 * what was not done stays queued.
 */
export async function replay(journal: Journal, store: EntryStore): Promise<void> {
  try {
    while (journal.size > 0) {
      for (const batch of batches(journal.snapshot())) {
        await redo(batch, store);
        journal.done(batch);
      }
    }
  } catch (error) {
    journal.failed(error);
    throw error;
  }
}

/** Neighbours of one kind and scope. */
function batches(changes: readonly QueuedChange[]): QueuedChange[][] {
  const groups: QueuedChange[][] = [];
  for (const change of changes) {
    const last = groups.at(-1);
    const first = last?.[0];
    const fits = first?.kind === change.kind && first.scope.path === change.scope.path && last!.length < BATCH;
    if (fits && (change.kind === 'key' || change.kind === 'tag')) last!.push(change);
    else groups.push([change]);
  }
  return groups;
}

/**
 * What the server refuses (a permission is missing, a backend does not like the key) would be refused for ever, and keep the
 * whole cache from it: then all of the scope is taken along.
 */
async function redo(batch: readonly QueuedChange[], store: EntryStore): Promise<void> {
  const { kind, scope } = batch[0]!;
  try {
    await attempt(batch, store);
  } catch (error) {
    if (kind === 'scope' || error instanceof CacheTimeoutError) throw error;
    await store.clear(scope);
  }
}

async function attempt(batch: readonly QueuedChange[], store: EntryStore): Promise<void> {
  const [first] = batch;
  const { kind, scope } = first!;
  const names = batch.flatMap((change) => (change.kind === 'scope' ? [] : [change.name]));
  switch (kind) {
    case 'key':
      await store.deleteMany(names.map((key) => ({ scope, key, id: scope.idOf(key) })));
      return;
    case 'tag':
      return store.invalidateTags(scope, names);
    case 'pattern':
      await store.invalidate(scope, names[0]!);
      return;
    case 'scope':
      return store.clear(scope);
  }
}

/** A pattern that the server will not have swept, for want of a permission for example, takes all of its scope along. */
export async function sweepOrClear(store: EntryStore, scope: Scope, pattern: string): Promise<number> {
  try {
    return await store.invalidate(scope, pattern);
  } catch (error) {
    if (error instanceof CacheTimeoutError) throw error;
    await store.clear(scope);
    return 0;
  }
}
