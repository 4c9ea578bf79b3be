import type { Clock } from '../../contracts/clock.js';
import type { EntryRejection, Lookup } from '../../contracts/entry-store.js';
import { WITNESS_LENGTH } from '../../contracts/fleet.js';
import type { Address } from '../../contracts/scope.js';
import type { WireNames } from '../coherence/wire-names.js';
import type { EntryReader, StoredEntry, Unreadable } from './entry-reader.js';
import type { OverdueReads } from './overdue-reads.js';
import type { StoredVersions } from './stored-versions.js';
import type { ValueWrites } from './value-writes.js';
import type { FoundVersions, RememberedVersions } from './version-read.js';

/** What entries are held against. */
interface Held {
  /** Those that were asked for: the fence of a load that may follow. */
  readonly versions: FoundVersions;
  /** With those of the tags that the entries carry. */
  readonly all: FoundVersions;
  readonly now: number;
}

/** Entries as they are found: read together with the versions they are held against. */
export class EntryLooks {
  constructor(
    private readonly reads: OverdueReads,
    private readonly names: WireNames,
    private readonly versions: StoredVersions,
    private readonly writes: ValueWrites,
    private readonly reader: EntryReader,
    private readonly clock: Clock,
  ) {}

  /**
   * All addresses must be of one scope. One round trip, and another one when entries carry tags that nobody asked for and
   * whose versions are not at hand. Before an entry is rejected for a version that was at hand, the version is asked for: one
   * that the server has lost and somebody has made anew would keep processes apart that remember different ones. All of it
   * within the time that one command may take.
   */
  async lookMany(addresses: readonly Address[], tags: readonly string[]): Promise<Lookup[]> {
    const { scope } = addresses[0]!;
    const keys = addresses.map(({ key }) => this.names.keyOf(scope, 'v', key));
    const read = this.versions.begin(scope, tags);
    const begun = this.clock.now();
    try {
      const answers = await this.reads.read(read.asked, keys, begun);
      const versions = read.found(answers);
      const bytes = answers.slice(read.asked.length);
      const opened = keys.map((key, index) =>
        this.writes.isRemoving(key) ? undefined : this.reader.open(key, bytes[index], scope.tenant),
      );
      const others = furtherTags(opened, tags);
      const further = others.length === 0 ? undefined : this.versions.begin(scope, others);
      const all = further ? merge(versions, await this.versions.ask(further, begun)) : versions;
      const held = { versions, all, now: this.clock.now() };
      const found = opened.map((entry, index) => this.lookupOf(entry, bytes[index], addresses[index]!, held));
      if (found.every(({ rejected }) => rejected === undefined)) return found;
      const remembered = both(read.remembered, further?.remembered);
      if (!found.some(({ rejected }) => isInDoubt(rejected, remembered))) return found;
      this.versions.forget(scope, remembered);
      const anew = await this.versions.ask(this.versions.begin(scope, [...tags, ...others]), begun);
      const heldAnew = { versions: anew, all: anew, now: this.clock.now() };
      return opened.map((entry, index) => this.lookupOf(entry, bytes[index], addresses[index]!, heldAnew));
    } finally {
      read.end();
    }
  }

  private lookupOf(
    entry: StoredEntry | Unreadable | undefined,
    bytes: Uint8Array | undefined,
    address: Address,
    { versions, all, now }: Held,
  ): Lookup {
    if (entry === undefined) return new Seen(undefined, versions, bytes);
    if ('rejected' in entry) return new Seen(undefined, versions, bytes, entry.rejected, entry.error);
    const rejected = this.reader.judge(entry, address, all, now);
    if (rejected === undefined) return new Seen(entry, versions, bytes);
    return new Seen(undefined, versions, bytes, rejected, all.broken);
  }
}

/** Whether what speaks against the entry was only remembered. */
function isInDoubt(rejected: EntryRejection | undefined, remembered: RememberedVersions): boolean {
  return (rejected === 'cleared' && remembered.scopes) || (rejected === 'tag' && remembered.tags.length > 0);
}

function both(one: RememberedVersions, other: RememberedVersions | undefined): RememberedVersions {
  return other ? { scopes: one.scopes || other.scopes, tags: [...one.tags, ...other.tags] } : one;
}

/** What one address had. */
class Seen implements Lookup {
  readonly rejected?: EntryRejection;
  readonly error?: Error;

  constructor(
    readonly entry: StoredEntry | undefined,
    readonly versions: FoundVersions,
    private readonly bytes: Uint8Array | undefined,
    rejected?: EntryRejection,
    error?: Error,
  ) {
    if (rejected !== undefined) this.rejected = rejected;
    if (error !== undefined) this.error = error;
  }

  /** What tells the bytes from any others that may stand there. Only who goes on to load asks for it. */
  get witness(): Uint8Array {
    return this.bytes instanceof Uint8Array ? this.bytes.subarray(0, WITNESS_LENGTH) : NO_BYTES;
  }

  get size(): number {
    return this.bytes instanceof Uint8Array ? this.bytes.length : 0;
  }
}

const NO_BYTES = new Uint8Array(0);
const NO_TAGS: readonly string[] = [];

/** The tags that the entries carry beside those that were asked for. Mostly none have any. */
function furtherTags(
  opened: readonly (StoredEntry | Unreadable | undefined)[],
  asked: readonly string[],
): readonly string[] {
  let further: Set<string> | undefined;
  for (const entry of opened) {
    if (entry === undefined || 'rejected' in entry) continue;
    for (const tag of entry.tags) if (!asked.includes(tag)) (further ??= new Set()).add(tag);
  }
  return further === undefined ? NO_TAGS : [...further];
}

function merge(one: FoundVersions, other: FoundVersions): FoundVersions {
  return {
    scopes: one.scopes,
    anyTag: one.anyTag,
    tags: new Map([...one.tags, ...other.tags]),
    broken: one.broken ?? other.broken,
  };
}
