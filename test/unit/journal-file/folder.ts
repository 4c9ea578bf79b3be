import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { QueuedChange } from '../../../lib/contracts/journal.js';
import type { Scope } from '../../../lib/contracts/scope.js';
import { rootScope, Scopes } from '../../../lib/core/scopes.js';

/** A folder of this test alone. */
export interface Folder {
  /** Where the journals go; not there yet. */
  readonly path: string;
  files(): Promise<string[]>;
  remove(): Promise<void>;
}

export async function newFolder(): Promise<Folder> {
  const base = await mkdtemp(join(tmpdir(), 'journal-'));
  const path = join(base, 'journals');
  return {
    path,
    files: async () =>
      (await readdir(path).catch(() => []))
        .map((name) => join(path, name))
        .toSorted((one, other) => (one < other ? -1 : 1)),
    remove: () => rm(base, { recursive: true, force: true }),
  };
}

/** A change without the functions of its scope, to compare. */
export function plain(change: QueuedChange): unknown {
  const { path, namespace, tenant, lineage } = change.scope;
  const name = change.kind === 'scope' ? undefined : change.name;
  return { kind: change.kind, name, path, namespace, tenant, lineage };
}

/** In an order of their own, since a journal has none. */
export function sorted(changes: readonly QueuedChange[]): unknown[] {
  return changes.map((change) => JSON.stringify(plain(change))).toSorted();
}

export const key = (name: string, scope: Scope = rootScope('app')): QueuedChange => ({ kind: 'key', scope, name });
export const clear = (namespace = 'app'): QueuedChange => ({ kind: 'scope', scope: rootScope(namespace) });

export function tenantOf(namespace: string, nested: string, tenant: string): Scope {
  const scopes = new Scopes(namespace);
  return scopes.tenant(scopes.nested(scopes.root, nested), tenant);
}
