import { LRUCache } from 'lru-cache';
import type { Scope } from '../../contracts/scope.js';
import { idPrefix, rootId } from '../../support/entry-id.js';
import { siblingKey, wireKey, type WireKind } from '../../support/wire-key.js';
import { placeOf } from '../../support/wire-place.js';

/** How many wire keys that are only hashes are remembered. One that is forgotten, and changed, costs an empty L1. */
const MAX_HASHED = 100_000;

/** What a wire key stands for, in the words of the cache. */
export interface Named {
  readonly kind: WireKind;
  readonly scope: Scope;
  readonly name: string;
}

/** From names to wire keys and back. Most keys show both path and name; of the hashed ones it remembers what they are. */
export class WireNames {
  private readonly hashed = new LRUCache<string, Named>({ max: MAX_HASHED });

  /** @param rootPath The path of the cache's own namespace: its entries have ids without a path. */
  constructor(private readonly rootPath: string) {}

  keyOf(scope: Scope, kind: WireKind, name: string): string {
    const key = wireKey(scope.path, kind, name);
    if (key.includes('~')) this.hashed.set(siblingKey(key, 'v'), { kind, scope, name });
    return key;
  }

  /** `undefined`: not a key of this cache. `unknown`: one of which nobody knows what it is. */
  read(key: string): Named | 'unknown' | undefined {
    const place = placeOf(key);
    if (!place) return undefined;
    const { kind, path, name } = place;
    if (path !== undefined && name !== undefined) return { kind, name, scope: this.scopeAt(path) };
    const known = this.hashed.get(siblingKey(key, 'v'));
    return known ? { kind, name: known.name, scope: known.scope } : 'unknown';
  }

  /** As much of a scope as its path tells. */
  scopeAt(path: string): Scope {
    const prefix = path === this.rootPath ? undefined : idPrefix(path);
    const idOf = (key: string): string => (prefix === undefined ? rootId(key) : prefix + key);
    return { path, namespace: path, tenant: undefined, lineage: [path], idOf };
  }
}
