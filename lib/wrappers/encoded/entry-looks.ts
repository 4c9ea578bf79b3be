import type { EntryRejection, Lookup } from '../../contracts/entry-store.js';
import { WITNESS_LENGTH } from '../../contracts/fleet.js';
import type { Address } from '../../contracts/scope.js';
import type { WireNames } from '../coherence/wire-names.js';
import type { EntryReader, StoredEntry, Unreadable } from './entry-reader.js';
import type { OverdueReads } from './overdue-reads.js';
import type { RememberedVersions, StoredVersions } from './stored-versions.js';
import type { ValueWrites } from './value-writes.js';
import type { FoundVersions } from './version-read.js';

/** Entries as they are found: read together with the versions they are held against. */
export class EntryLooks {
  constructor(
    private readonly reads: OverdueReads,
    private readonly names: WireNames,
    private readonly versions: StoredVersions,
    private readonly writes: ValueWrites,
    private readonly reader: EntryReader,
  ) {}

  /**
   * All addresses must be of one scope. One round trip, and another one when entries carry tags that nobody asked for and
   * whose versions are not at hand. Before an entry is rejected for a version that was at hand, the version is asked for: one
   * that the server has lost and somebody has made anew would keep processes apart that remember different ones.
   */
  async lookMany(addresses: readonly Address[], tags: readonly string[]): Promise<Lookup[]> {
    const { scope } = addresses[0]!;
    const keys = addresses.map(({ key }) => this.names.keyOf(scope, 'v', key));
    const remembered = this.versions.remembered(scope, tags);
    const read = this.versions.begin(scope, tags);
    try {
      const answers = await this.reads.read(read.asked, keys);
      const versions = read.found(answers);
      const bytes = answers.slice(read.asked.length);
      const opened = keys.map((key, index) =>
        this.writes.isRemoving(key) ? undefined : this.reader.open(key, bytes[index], scope.tenant),
      );
      const others = [...new Set(opened.flatMap((entry) => (entry && 'tags' in entry ? entry.tags : [])))].filter(
        (tag) => !tags.includes(tag),
      );
      for (const tag of this.versions.remembered(scope, others).tags) remembered.tags.push(tag);
      const all = others.length === 0 ? versions : merge(versions, await this.versions.read(scope, others));
      const found = opened.map((entry, index) => this.lookupOf(entry, bytes[index], addresses[index]!, versions, all));
      if (!found.some(({ rejected }) => isInDoubt(rejected, remembered))) return found;
      this.versions.forget(scope, remembered);
      const anew = await this.versions.read(scope, [...tags, ...others]);
      return opened.map((entry, index) => this.lookupOf(entry, bytes[index], addresses[index]!, anew, anew));
    } finally {
      read.end();
    }
  }

  private lookupOf(
    entry: StoredEntry | Unreadable | undefined,
    bytes: Uint8Array | undefined,
    address: Address,
    versions: FoundVersions,
    all: FoundVersions,
  ): Lookup {
    const seen = { versions, witness: witnessOf(bytes) };
    if (entry === undefined) return { entry: undefined, ...seen };
    if ('rejected' in entry) return { entry: undefined, ...entry, ...seen };
    const rejected = this.reader.judge(entry, address, all);
    if (rejected === undefined) return { entry, ...seen };
    return { entry: undefined, rejected, ...(all.broken && { error: all.broken }), ...seen };
  }
}

/** Whether what speaks against the entry was only remembered. */
function isInDoubt(rejected: EntryRejection | undefined, remembered: RememberedVersions): boolean {
  return (rejected === 'cleared' && remembered.scopes) || (rejected === 'tag' && remembered.tags.length > 0);
}

/** What tells the bytes from any others that may stand there. */
function witnessOf(bytes: Uint8Array | undefined): Uint8Array {
  return bytes instanceof Uint8Array ? bytes.subarray(0, WITNESS_LENGTH) : NO_BYTES;
}

const NO_BYTES = new Uint8Array(0);

function merge(one: FoundVersions, other: FoundVersions): FoundVersions {
  return {
    scopes: one.scopes,
    anyTag: one.anyTag,
    tags: new Map([...one.tags, ...other.tags]),
    broken: one.broken ?? other.broken,
  };
}
