import { LRUCache } from 'lru-cache';
import type { Scope } from '../contracts/scope.js';
import { CacheUsageError } from '../support/errors.js';
import { idPrefix, rootId } from '../support/entry-id.js';
import { escapeSegment } from '../support/wire-key.js';
import { Counters } from './counters.js';

/** How many tenants and nested namespaces a process keeps in mind at once. A forgotten one is simply made anew. */
const MAX_SCOPES = 10_000;

/** A namespace or a tenant, with its own totals. */
export class CacheScope implements Scope {
  readonly counters = new Counters();
  private readonly prefix: string;

  constructor(
    readonly path: string,
    readonly namespace: string,
    readonly tenant: string | undefined,
    /** The namespace this tenant belongs to; a namespace is its own owner. */
    readonly owner: CacheScope | undefined,
    readonly lineage: readonly string[],
  ) {
    this.prefix = lineage.length === 1 ? '' : idPrefix(path);
  }

  idOf(key: string): string {
    return this.prefix === '' ? rootId(key) : this.prefix + key;
  }

  /** Whether `other` is this scope or lies below it. */
  contains(other: Scope): boolean {
    return other.lineage.includes(this.path);
  }
}

/** The scope of a cache's own namespace. */
export function rootScope(namespace: string): CacheScope {
  const path = escapeSegment(namespace);
  return new CacheScope(path, namespace, undefined, undefined, [path]);
}

/** The scopes of one cache. Asking twice for the same one gives the same object, while it is remembered. */
export class Scopes {
  readonly root: CacheScope;
  private readonly known = new LRUCache<string, CacheScope>({
    max: MAX_SCOPES,
    // What a forgotten scope counted stays in the totals of the root.
    dispose: (scope, _name, reason) => {
      if (reason === 'evict') this.root.counters.add(scope.counters);
    },
  });

  constructor(namespace: string) {
    this.root = rootScope(namespace);
  }

  /** A namespace within `scope`'s. Keeps the tenant: a tenant's nested namespace is still that tenant's. */
  nested(scope: CacheScope, name: string): CacheScope {
    requireName(name, 'namespace');
    const owner = scope.owner ?? scope;
    const path = `${owner.path}/${escapeSegment(name)}`;
    const namespace = this.remember(path, () => {
      return new CacheScope(path, `${owner.namespace}/${name}`, undefined, undefined, [...owner.lineage, path]);
    });
    return scope.tenant === undefined ? namespace : this.tenant(namespace, scope.tenant);
  }

  /**
   * A tenant of `scope`'s namespace; replaces the tenant `scope` may have. Its entries fall with a clear of the
   * namespace, of any namespace above, and of the same tenant in any namespace above.
   */
  tenant(scope: CacheScope, tenant: string): CacheScope {
    requireName(tenant, 'tenant');
    const owner = scope.owner ?? scope;
    // As it is, because this is on the way of every hit of a tenant: no path of a namespace holds an `@`.
    return this.remember(`${owner.path}@${tenant}`, () => {
      const suffix = `@${escapeSegment(tenant)}`;
      const lineage = [...owner.lineage, ...owner.lineage.map((path) => path + suffix)];
      return new CacheScope(owner.path + suffix, owner.namespace, tenant, owner, lineage);
    });
  }

  /** The totals of `scope` and everything below it. */
  totals(scope: CacheScope): Counters {
    const totals = new Counters();
    totals.add(scope.counters);
    for (const other of this.known.values()) if (other !== scope && scope.contains(other)) totals.add(other.counters);
    return totals;
  }

  private remember(name: string, create: () => CacheScope): CacheScope {
    const known = this.known.get(name);
    if (known) return known;
    const scope = create();
    this.known.set(name, scope);
    return scope;
  }
}

function requireName(name: unknown, what: string): void {
  if (typeof name !== 'string' || name === '') {
    throw new CacheUsageError(
      `A ${what} must be a string that is not empty; got ${typeof name === 'string' ? "''" : String(name)}.`,
    );
  }
}
