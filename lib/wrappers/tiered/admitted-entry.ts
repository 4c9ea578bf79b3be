import type { Lookup } from '../../contracts/entry-store.js';
import type { Entry, EntryDraft, Kept, ValueIsolation } from '../../contracts/entry.js';

/** An entry of L2 that was taken into L1: the first reader gets what was decoded, the others copies of what is kept. */
class AdmittedEntry implements Entry {
  readonly tier = 'l2' as const;
  readonly createdAt: number;
  readonly staleAt: number;
  readonly expiresAt: number;
  readonly loadTime: number;
  readonly tags: readonly string[];

  constructor(
    entry: Entry,
    private first: { readonly value: unknown } | undefined,
    private readonly kept: Kept,
    private readonly isolation: ValueIsolation,
  ) {
    this.createdAt = entry.createdAt;
    this.staleAt = entry.staleAt;
    this.expiresAt = entry.expiresAt;
    this.loadTime = entry.loadTime;
    this.tags = entry.tags;
  }

  read(): unknown {
    const { first } = this;
    this.first = undefined;
    return first ? first.value : this.isolation.give(this.kept);
  }
}

/** `undefined` when the value cannot be kept in the process, or not be read. */
export function admit(entry: Entry, isolation: ValueIsolation): { entry: Entry; draft: EntryDraft } | undefined {
  try {
    const value = entry.read();
    const kept = isolation.keep(value);
    const { createdAt, staleAt, expiresAt, loadTime, tags } = entry;
    const draft = { kept, createdAt, staleAt, expiresAt, loadTime, tags };
    return { entry: new AdmittedEntry(entry, { value }, kept, isolation), draft };
  } catch {
    return undefined;
  }
}

/** What L2 has found, with the entry that was taken in. */
export class AdmittedLookup implements Lookup {
  constructor(
    private readonly found: Lookup,
    readonly entry: Entry,
  ) {}

  get versions(): unknown {
    return this.found.versions;
  }

  get witness(): Uint8Array | undefined {
    return this.found.witness;
  }

  get size(): number | undefined {
    return this.found.size;
  }
}
