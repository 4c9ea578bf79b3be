import type { Codec } from '../../contracts/codec.js';
import type { EntryRejection } from '../../contracts/entry-store.js';
import type { Entry, EntryTimes } from '../../contracts/entry.js';
import type { Address } from '../../contracts/scope.js';
import { CacheError, CacheFormatError } from '../../support/errors.js';
import { compileGlob } from '../../support/glob.js';
import type { EntryFormat, OpenedEntry } from './entry-format.js';
import type { EntryMeta, NamedVersion } from './entry-meta.js';
import type { FoundVersions } from './version-read.js';
import { readEntryMeta } from './wire-format.js';

const NO_TAGS: readonly string[] = [];

/** Bytes that are no entry, or no whole one. */
export interface Unreadable {
  readonly rejected: EntryRejection;
  readonly error: CacheFormatError;
}

/** From bytes to an entry, and whether it still stands. Nothing in the bytes can make it throw. */
export class EntryReader {
  constructor(private readonly format: EntryFormat) {}

  /** `tenant`: whose the key is. */
  open(key: string, bytes: Uint8Array | undefined, tenant: string | undefined): StoredEntry | Unreadable | undefined {
    if (bytes === undefined) return undefined;
    try {
      return new StoredEntry(this.format.open(key, bytes, tenant), this.format.codec);
    } catch (error) {
      return unreadable(error);
    }
  }

  /** Why the entry must not be served; `undefined` when nothing stands against it. `now` is when it was read. */
  judge(entry: StoredEntry, { scope, key }: Address, versions: FoundVersions, now: number): EntryRejection | undefined {
    if (now >= entry.expiresAt) return 'expired';
    const { lineage, path } = scope;
    for (let at = 0; at < lineage.length; at++) {
      const name = lineage[at]!;
      const present = versions.scopes.get(name)?.version;
      if (present === undefined || versionOf(entry.scopes, name, at) !== present) return 'cleared';
    }
    for (const [sequence, pattern] of versions.scopes.get(path)!.patterns.items) {
      if (sequence > entry.patterns && compileGlob(pattern)(key)) return 'pattern';
    }
    for (const [tag, version] of entry.versions) if (versions.tags.get(tag) !== version) return 'tag';
    return undefined;
  }

  /** The logical key that stands in the bytes of a hashed one, whatever codec wrote them. */
  nameIn(key: string, bytes: Uint8Array | undefined): string | undefined {
    return metaOf(key, bytes)?.key;
  }

  /** The version of the scope that the entry was stored under. */
  versionIn(key: string, bytes: Uint8Array | undefined, path: string): string | undefined {
    return metaOf(key, bytes)?.scopes.find(([at]) => at === path)?.[1];
  }
}

/** Written in the order of the lineage, `at` is where it stands; but bytes may say anything. */
function versionOf(versions: readonly NamedVersion[], name: string, at: number): string | undefined {
  const expected = versions[at];
  return expected?.[0] === name ? expected[1] : versions.findLast(([other]) => other === name)?.[1];
}

/** What an entry says of itself. The value is left alone: it may be large, another codec's, or encrypted. */
function metaOf(key: string, bytes: Uint8Array | undefined): EntryMeta | undefined {
  try {
    return bytes && readEntryMeta(key, bytes);
  } catch {
    return undefined;
  }
}

export class StoredEntry implements Entry {
  readonly tier = 'l2' as const;
  readonly tags: readonly string[];
  readonly versions: readonly NamedVersion[];
  readonly scopes: readonly NamedVersion[];
  readonly patterns: number;
  readonly name: string | undefined;
  private readonly payload: Uint8Array;
  /** As they were read: a number with a fraction is an object, and would be made anew for each field. */
  private readonly times: EntryTimes;
  /** What was decoded, until somebody has taken it. */
  private value: unknown;
  private isTaken = false;

  /** @throws whatever the codec throws on bytes it did not write. */
  constructor(
    { times, meta, payload }: OpenedEntry,
    private readonly codec: Codec,
  ) {
    this.times = times;
    this.versions = meta.tags;
    this.scopes = meta.scopes;
    this.patterns = meta.patterns ?? 0;
    this.tags = meta.tags.length === 0 ? NO_TAGS : meta.tags.map(([tag]) => tag);
    this.name = meta.key;
    this.payload = payload;
    this.value = codec.decode(payload);
  }

  get createdAt(): number {
    return this.times.createdAt;
  }

  get staleAt(): number {
    return this.times.staleAt;
  }

  get expiresAt(): number {
    return this.times.expiresAt;
  }

  get loadTime(): number {
    return this.times.loadTime;
  }

  /**
   * Each caller's own: a look-up that several share is decoded anew for all but the first.
   * @throws CacheFormatError when the codec cannot do again what it did once.
   */
  read(): unknown {
    if (!this.isTaken) {
      const { value } = this;
      this.isTaken = true;
      this.value = undefined;
      return value;
    }
    try {
      return this.codec.decode(this.payload);
    } catch (error) {
      throw unreadable(error).error;
    }
  }
}

/** A codec may throw anything. Its message stays out: that of `JSON.parse`, for one, quotes what it could not read. */
function unreadable(thrown: unknown): Unreadable {
  const error =
    thrown instanceof CacheFormatError
      ? thrown
      : new CacheFormatError(`The entry cannot be decoded (${saidBy(thrown)}).`);
  return { rejected: error.reason, error };
}

/** Ours quote nothing. */
function saidBy(thrown: unknown): string {
  if (thrown instanceof CacheError) return thrown.message;
  return thrown instanceof Error ? thrown.name : typeof thrown;
}
