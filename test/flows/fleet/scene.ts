import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { settle, type Deferred } from '../../support/deferred.js';
import { MODES, type Instance, type Mode } from '../../support/fleet-caches.js';
import type { FleetServer } from '../../support/fleet-server.js';
import { INVALIDATIONS } from '../../support/invalidations.js';

/** Where the entries live, and how the processes hear of each other. */
export const PLACES: readonly { readonly mode: Mode; readonly backend: 'tiered' | 'redis' }[] = MODES.flatMap(
  (mode) => [
    { mode, backend: 'tiered' },
    { mode, backend: 'redis' },
  ],
);

/** What the loaders read: a table of one row, and how often it was read. */
export class Row {
  value = 'old';
  reads = 0;

  read = (): string => {
    this.reads++;
    return this.value;
  };

  /** A loader that reads at once, and takes its time to come home. */
  slowly(gate: Deferred<void>): () => Promise<string> {
    return async () => {
      const value = this.read();
      await gate.promise;
      return value;
    };
  }
}

/** A tenant's namespace, so that there is something above it. */
export function scopeOf({ cache }: Instance): CacheManager {
  return cache.forNamespace('orders').forTenant('acme');
}

/** What another process may do to the key `k`, tagged `t`. Each resolves when it is through. */
export const CHANGES: readonly {
  readonly name: string;
  readonly run: (by: Instance) => Promise<boolean>;
  /** What stands there then. */
  readonly leaves: string | undefined;
}[] = [
  ...INVALIDATIONS.map(({ name, run }) => ({
    name,
    run: (by: Instance) => run(scopeOf(by), by.cache),
    leaves: undefined,
  })),
  { name: 'set', run: (by: Instance) => scopeOf(by).set('k', 'new', { tags: ['t'] }), leaves: 'new' },
];

/** The wire keys of what stands on the server, of one kind: values, leases, tags or scopes. */
export function standing({ data }: FleetServer, kind: 'v' | 'l' | 't' | 's'): string[] {
  return data.keys().filter((key) => key.includes(`:${kind}:{`));
}

/** The commands that a step makes a process send, with the names of their keys. */
export async function sentBy({ client }: Instance, step: () => unknown): Promise<string[]> {
  const before = client.sent.length;
  await step();
  await settle();
  return client.sent.slice(before).map(({ command, keys }) => [command, ...keys].join(' '));
}
