import type { StoreUsage } from '../../contracts/entry-store.js';
import type { Scope } from '../../contracts/scope.js';

interface Counted {
  readonly scope: Scope;
  readonly bytes: number;
}

interface Usage {
  readonly path: string;
  readonly lineage: readonly string[];
  entries: number;
  bytes: number;
}

/** How many entries each scope has, and what they weigh. A scope without entries is forgotten. */
export class Usages {
  private readonly byPath = new Map<string, Usage>();
  /** The one that was changed last: most caches have one scope. */
  private last: Usage | undefined;

  add({ scope, bytes }: Counted): void {
    let usage = this.find(scope.path);
    if (usage === undefined) {
      usage = { path: scope.path, lineage: scope.lineage, entries: 0, bytes: 0 };
      this.byPath.set(scope.path, usage);
    }
    usage.entries++;
    usage.bytes += bytes;
    this.last = usage;
  }

  remove({ scope, bytes }: Counted): void {
    const usage = this.find(scope.path);
    if (usage === undefined) return;
    usage.entries--;
    usage.bytes -= bytes;
    this.last = usage.entries > 0 ? usage : undefined;
    if (usage.entries === 0) this.byPath.delete(usage.path);
  }

  clear(): void {
    this.byPath.clear();
    this.last = undefined;
  }

  /** Of the scope and all below it, or of all. */
  total(scope: Scope | undefined): StoreUsage {
    const total = { entries: 0, bytes: 0 };
    for (const usage of this.byPath.values()) {
      if (scope && !usage.lineage.includes(scope.path)) continue;
      total.entries += usage.entries;
      total.bytes += usage.bytes;
    }
    return total;
  }

  private find(path: string): Usage | undefined {
    return this.last?.path === path ? this.last : this.byPath.get(path);
  }
}
