import { LRUCache } from 'lru-cache';
import type { Random } from '../../contracts/clock.js';
import type { Stamp } from '../../contracts/entry-store.js';
import type { Scope } from '../../contracts/scope.js';
import type { WireNames } from '../coherence/wire-names.js';
import type { BackendCalls } from './backend-calls.js';
import type { NamedVersion } from './entry-meta.js';
import type { VersionCache } from './version-cache.js';
import { VersionRead, type FoundVersions, type RememberedVersions, type VersionKeys } from './version-read.js';
import { encodeScopeRecord, encodeTagRecord, type ScopeRecord } from './version-record.js';
import { markOf, noneBetween } from './tag-counter.js';
import { DAY, scopeKey, VERSION_TTL, VersionWrites } from './version-writes.js';

/** How many lengthened versions are remembered, so that not every fill lengthens them again. */
const MAX_REMEMBERED = 10_000;

/** The versions an entry is stored under. */
export interface StoredStamp extends Stamp {
  readonly scopes: readonly NamedVersion[];
  readonly versions: readonly NamedVersion[];
  /** How many patterns of the entry's own scope the load came after. */
  readonly patterns: number;
  /** The counter of the scope's tags, as it was before the load; only where several processes share the tags. */
  readonly anyTag: string | undefined;
}

export interface VersionParts {
  readonly calls: BackendCalls;
  readonly random: Random;
  readonly names: WireNames;
  /** Where changes of versions are heard. */
  readonly cache: VersionCache | undefined;
}

/**
 * Versions of scopes and tags that live in the backend beside the entries: tiny records of a random text each. To
 * invalidate is to write another text. A version that is missing matches nothing, so losing one is safe.
 */
export class StoredVersions {
  readonly writes: VersionWrites;
  /** Looks at a scope for which nothing had to be asked: the next one finds the same, while no version has changed. */
  private readonly atHand = new WeakMap<Scope, { readonly read: VersionRead; readonly epoch: number }>();
  private readonly lengthened = new LRUCache<string, number>({ max: MAX_REMEMBERED });

  constructor(private readonly parts: VersionParts) {
    this.writes = new VersionWrites(parts);
  }

  /** Begins a look at the versions of a scope and tags. To be ended whatever comes of it. */
  begin(scope: Scope, tags: readonly string[]): VersionRead {
    const { cache } = this.parts;
    const known = tags.length === 0 ? this.atHand.get(scope) : undefined;
    if (known && cache?.connected && known.epoch === cache.epoch) return known.read;
    const scopes = scope.lineage.map((path) => scopeKey(path));
    const tagKeys = tags.map((tag) => this.tagKey(scope, tag));
    const read = new VersionRead({ scope, tags, scopes, anyTag: this.anyTagKey(scope), tagKeys }, cache);
    if (cache && tags.length === 0 && read.asked.length === 0) this.atHand.set(scope, { read, epoch: cache.epoch });
    return read;
  }

  read(scope: Scope, tags: readonly string[]): Promise<FoundVersions> {
    return this.ask(this.begin(scope, tags));
  }

  /** `begun`: since when the call is under way that this is for. Ends the look. */
  async ask(read: VersionRead, begun?: number): Promise<FoundVersions> {
    try {
      return read.found(read.asked.length === 0 ? [] : await this.parts.calls.getMany(read.asked, begun));
    } finally {
      read.end();
    }
  }

  forget(scope: Scope, { scopes, tags }: RememberedVersions): void {
    const paths = scopes ? scope.lineage : [];
    this.parts.cache?.drop([...paths.map((path) => scopeKey(path)), ...tags.map((tag) => this.tagKey(scope, tag))]);
  }

  /** Turns what was found into a stamp; makes the versions that are missing. */
  async stamp(scope: Scope, tags: readonly string[], found: FoundVersions): Promise<StoredStamp> {
    const { writes } = this;
    const anyTagKey = this.anyTagKey(scope);
    const [records, versions, anyTag] = await Promise.all([
      Promise.all(scope.lineage.map(async (path) => found.scopes.get(path) ?? writes.createScope(path))),
      this.tagVersions(scope, tags, found),
      anyTagKey === undefined ? undefined : (found.anyTag ?? writes.createCounter(anyTagKey)),
    ]);
    const scopes = scope.lineage.map((path, index) => [path, records[index]!.version] as const);
    return { tags, scopes, versions, patterns: records.at(-1)!.patterns.sequence, anyTag };
  }

  /**
   * Further tags have no version of before the load. Where other processes may have invalidated them, the counter of the
   * scope's tags tells. It is read last, when every tag has the version that the entry will carry:
   *
   *     A: the counter has not moved     B: invalidateTags(t)     A: reads t, and takes the new version for its old value
   */
  async widen(scope: Scope, stamp: StoredStamp, tags: readonly string[]): Promise<StoredStamp | undefined> {
    const tagKeys = tags.map((tag) => this.tagKey(scope, tag));
    const found = await this.readAnew({ scope: NO_SCOPES, tags, scopes: [], anyTag: undefined, tagKeys });
    const versions = await this.tagVersions(scope, tags, found);
    const anyTag = this.anyTagKey(scope);
    if (anyTag !== undefined) {
      const now = await this.readAnew({ scope: NO_SCOPES, tags: [], scopes: [], anyTag, tagKeys: [] });
      if (!noneBetween(stamp.anyTag, now.anyTag, tags)) return undefined;
    }
    return { ...stamp, tags: [...stamp.tags, ...tags], versions: [...stamp.versions, ...versions] };
  }

  /** Whether all of the versions are known to stand at this very moment. Without a cache nobody can know. */
  vouches(scope: Scope, scopes: readonly NamedVersion[], tags: readonly NamedVersion[]): boolean {
    const { cache } = this.parts;
    if (!cache) return true;
    return (
      scopes.every(([path, version]) => recordVersion(cache.get(scopeKey(path))) === version) &&
      tags.every(([tag, version]) => cache.get(this.tagKey(scope, tag)) === version)
    );
  }

  invalidateTags(scope: Scope, tags: readonly string[]): Promise<void> {
    const versions = tags.map((tag) => ({
      key: this.tagKey(scope, tag),
      bytes: () => encodeTagRecord({ version: this.parts.random.id() }),
      ttlMs: VERSION_TTL,
    }));
    const key = this.anyTagKey(scope);
    if (key === undefined) return this.writes.overwrite(versions);
    return this.writes.overwriteTags({ key, epoch: this.parts.random.id(), marks: tags.map(markOf) }, versions);
  }

  clear(scope: Scope): Promise<void> {
    const bytes = (): Buffer => encodeScopeRecord(this.writes.freshScope());
    return this.writes.overwrite([{ key: scopeKey(scope.path), bytes, ttlMs: undefined }]);
  }

  /** Sees to it that the versions outlive an entry stored under them. Best effort: falling short costs a miss. */
  async outlive(scope: Scope, tags: readonly string[], lifetime: number, now: number): Promise<void> {
    const { calls } = this.parts;
    const { backend } = calls;
    if (!backend.touch || tags.length === 0) return;
    const until = now + lifetime;
    const due = tags.map((tag) => this.tagKey(scope, tag)).filter((key) => (this.lengthened.get(key) ?? 0) < until);
    // Less than what it is made with: a change of its end is a change, and everybody who knows the version would be told.
    const ttl = lifetime + VERSION_TTL / 2;
    await Promise.all(
      due.map(async (key) => {
        await calls.limited('touch', () => backend.touch!(key, ttl));
        this.lengthened.set(key, now + ttl - DAY);
      }),
    );
  }

  /** Whatever is at hand: that may be of before a change that is on its way here. */
  private async readAnew(keys: VersionKeys): Promise<FoundVersions> {
    const { cache, calls } = this.parts;
    cache?.drop(keys.anyTag === undefined ? keys.tagKeys : [keys.anyTag, ...keys.tagKeys]);
    const read = new VersionRead(keys, cache);
    try {
      return read.found(await calls.getMany(read.asked));
    } finally {
      read.end();
    }
  }

  private async tagVersions(scope: Scope, tags: readonly string[], found: FoundVersions): Promise<NamedVersion[]> {
    return Promise.all(
      tags.map(
        async (tag) => [tag, found.tags.get(tag) ?? (await this.writes.createTag(this.tagKey(scope, tag)))] as const,
      ),
    );
  }

  private tagKey(scope: Scope, tag: string): string {
    return this.parts.names.keyOf(scope, 't', tag);
  }

  /** The empty name, which no tag can have. */
  private anyTagKey(scope: Scope): string | undefined {
    return this.parts.calls.fleet ? this.parts.names.keyOf(scope, 't', '') : undefined;
  }
}

const NO_SCOPES: Scope = { path: '', namespace: '', tenant: undefined, lineage: [], idOf: (key) => key };

function recordVersion(version: ScopeRecord | string | undefined): string | undefined {
  return typeof version === 'object' ? version.version : undefined;
}
