import { LRUCache } from 'lru-cache';
import type { Random } from '../../contracts/clock.js';
import type { Stamp } from '../../contracts/entry-store.js';
import type { Scope } from '../../contracts/scope.js';
import { wireKey } from '../../support/wire-key.js';
import type { BackendCalls } from './backend-calls.js';
import type { NamedVersion } from './entry-meta.js';
import {
  decodeScopeRecord,
  decodeTagRecord,
  encodeScopeRecord,
  encodeTagRecord,
  type ScopeRecord,
} from './version-record.js';
import { CacheFormatError, CacheTimeoutError } from '../../support/errors.js';
import { KeyQueue } from './key-queue.js';

const DAY = 86_400_000;
/** How long a version is kept beyond the entries under it. When one is lost all the same, its entries are misses. */
const VERSION_TTL = 30 * DAY;
/** How many patterns a scope keeps for backends that cannot list their keys. One more becomes a clear. */
const MAX_PATTERNS = 64;
/** How many times the limit of one command a record's turn may last. */
const PATIENCE = 10;
/** How many lengthened versions are remembered, so that not every fill lengthens them again. */
const MAX_REMEMBERED = 10_000;

/** The versions as one look found them. `undefined`: there is none. */
export interface FoundVersions {
  readonly scopes: ReadonlyMap<string, ScopeRecord | undefined>;
  readonly tags: ReadonlyMap<string, string | undefined>;
  /** Set when a record stood there that cannot be read. */
  readonly broken?: CacheFormatError | undefined;
}

/** The versions an entry is stored under. */
export interface StoredStamp extends Stamp {
  readonly scopes: readonly NamedVersion[];
  readonly versions: readonly NamedVersion[];
  /** How many patterns of the entry's own scope the load came after. */
  readonly patterns: number;
}

/**
 * Versions of scopes and tags that live in the backend beside the entries: tiny records of a random text each. To
 * invalidate is to write another text. A version that is missing matches nothing, so losing one is safe.
 */
export class StoredVersions {
  private readonly queue = new KeyQueue();
  /** Invalidations that wait for their turn at a record. */
  private readonly waiting = new Map<string, Promise<void>>();
  private readonly lengthened = new LRUCache<string, number>({ max: MAX_REMEMBERED });

  constructor(
    private readonly calls: BackendCalls,
    private readonly random: Random,
  ) {}

  /** The wire keys to read for a scope and tags, in the order `found` takes the answers. */
  keysOf(scope: Scope, tags: readonly string[]): string[] {
    return [...scope.lineage.map(scopeKey), ...tags.map((tag) => wireKey(scope.path, 't', tag))];
  }

  found(scope: Scope, tags: readonly string[], answers: readonly (Uint8Array | undefined)[]): FoundVersions {
    const { lineage } = scope;
    const scopes = new Map(lineage.map((path, index) => [path, readScope(answers[index])]));
    const named = new Map(tags.map((tag, index) => [tag, readTag(answers[lineage.length + index])]));
    const all = [...scopes, ...named];
    const bad = all.find(([, version], index) => version === undefined && answers[index] !== undefined);
    const broken = bad && new CacheFormatError(`The version of ${JSON.stringify(bad[0])} cannot be read.`);
    return { scopes, tags: named, broken };
  }

  async read(scope: Scope, tags: readonly string[]): Promise<FoundVersions> {
    return this.found(scope, tags, await this.calls.getMany(this.keysOf(scope, tags)));
  }

  /** Turns what was found into a stamp; makes the versions that are missing. */
  async stamp(scope: Scope, tags: readonly string[], found: FoundVersions): Promise<StoredStamp> {
    const [records, versions] = await Promise.all([
      Promise.all(scope.lineage.map(async (path) => found.scopes.get(path) ?? this.createScope(path))),
      Promise.all(tags.map(async (tag) => [tag, found.tags.get(tag) ?? (await this.createTag(scope, tag))] as const)),
    ]);
    const scopes = scope.lineage.map((path, index) => [path, records[index]!.version] as const);
    return { tags, scopes, versions, patterns: records.at(-1)!.patterns.sequence };
  }

  async widen(scope: Scope, stamp: StoredStamp, tags: readonly string[]): Promise<StoredStamp> {
    const answers = await this.calls.getMany(tags.map((tag) => wireKey(scope.path, 't', tag)));
    const versions = await Promise.all(
      tags.map(async (tag, index) => [tag, readTag(answers[index]) ?? (await this.createTag(scope, tag))] as const),
    );
    return { ...stamp, tags: [...stamp.tags, ...tags], versions: [...stamp.versions, ...versions] };
  }

  async invalidateTags(scope: Scope, tags: readonly string[]): Promise<void> {
    await Promise.all(
      tags.map((tag) =>
        this.write(wireKey(scope.path, 't', tag), () => encodeTagRecord({ version: this.random.id() }), VERSION_TTL),
      ),
    );
  }

  clear(scope: Scope): Promise<void> {
    return this.clearPath(scopeKey(scope.path));
  }

  private clearPath(key: string): Promise<void> {
    return this.write(key, () => encodeScopeRecord(this.freshScope()), undefined);
  }

  /**
   * For backends that cannot list their keys: the pattern is kept beside the scope's version, and every read is held
   * against it. There is no atomic append in three methods, so the record is read again after the write; a pattern
   * that another process has overwritten at the same moment becomes a clear, which needs no append.
   */
  async addPattern(scope: Scope, pattern: string): Promise<void> {
    const key = scopeKey(scope.path);
    const { backend } = this.calls;
    // Its turn lasts until its writes have really ended, and nobody waits longer than the limit. The interleaving that
    // prevents: this record, with the version of now, is sent and hangs; a clear writes another version and resolves;
    // this one lands, and everything of before the clear is valid again. One that never ends must not block the key for
    // ever: after a while the turn is given up, and should it land all the same, a new version follows it at once.
    const store = async (record: ScopeRecord): Promise<void> => {
      const sent = this.calls.limited('set', () => backend.set(key, encodeScopeRecord(record), undefined), Infinity);
      try {
        await this.calls.limited('set', () => sent, PATIENCE);
      } catch (error) {
        if (error instanceof CacheTimeoutError) sent.then(() => this.clearPath(key), nothing).catch(nothing);
        throw error;
      }
    };
    const append = async (): Promise<void> => {
      const [answer] = await this.calls.getMany([key]);
      const record = readScope(answer);
      const sequence = (record?.patterns.sequence ?? 0) + 1;
      if (!record || record.patterns.items.length >= MAX_PATTERNS) return store(this.freshScope());
      const items = [...record.patterns.items, [sequence, pattern] as const];
      await store({ version: record.version, patterns: { sequence, items } });
      const [check] = await this.calls.getMany([key]);
      const kept = readScope(check);
      const isKept =
        kept?.version !== record.version ||
        kept.patterns.items.some(([at, text]) => at === sequence && text === pattern);
      if (!isKept) await store(this.freshScope());
    };
    await this.calls.limited('set', () => this.queue.run(key, append));
  }

  /** Sees to it that the versions outlive an entry stored under them. Best effort: falling short costs a miss. */
  async outlive(scope: Scope, tags: readonly string[], lifetime: number, now: number): Promise<void> {
    const { backend } = this.calls;
    if (!backend.touch || tags.length === 0) return;
    const until = now + lifetime;
    const due = tags
      .map((tag) => wireKey(scope.path, 't', tag))
      .filter((key) => (this.lengthened.get(key) ?? 0) < until);
    await Promise.all(
      due.map(async (key) => {
        const ttl = lifetime + VERSION_TTL;
        await this.calls.limited('touch', () => backend.touch!(key, ttl));
        this.lengthened.set(key, now + ttl - DAY);
      }),
    );
  }

  private async createScope(path: string): Promise<ScopeRecord> {
    const fresh = this.freshScope();
    const stored = await this.create(scopeKey(path), encodeScopeRecord(fresh), undefined, readScope);
    return stored ?? fresh;
  }

  private async createTag(scope: Scope, tag: string): Promise<string> {
    const fresh = this.random.id();
    const stored = await this.create(
      wireKey(scope.path, 't', tag),
      encodeTagRecord({ version: fresh }),
      VERSION_TTL,
      readTag,
    );
    return stored ?? fresh;
  }

  /**
   * Writes the record unless there is one, which it then returns. One at a time for a key: two loads that both found
   * nothing would else each make a version, and the entry of one of them would be a miss for no reason.
   */
  private create<T>(
    key: string,
    record: Uint8Array,
    ttl: number | undefined,
    decode: (bytes: Uint8Array | undefined) => T | undefined,
  ): Promise<T | undefined> {
    const { backend } = this.calls;
    return this.queue.run(key, async () => {
      const read = async (): Promise<T | undefined> => decode((await this.calls.getMany([key]))[0]);
      const found = await read();
      if (found !== undefined) return found;
      if (!backend.add) {
        await this.calls.limited('set', () => backend.set(key, record, ttl));
        return undefined;
      }
      if (await this.calls.limited('add', () => backend.add!(key, record, ttl))) return undefined;
      const other = await read();
      // Something stands there that is no version: it can only be replaced.
      if (other === undefined) await this.calls.limited('set', () => backend.set(key, record, ttl));
      return other;
    });
  }

  private freshScope(): ScopeRecord {
    return { version: this.random.id(), patterns: { sequence: 0, items: [] } };
  }

  /**
   * Another version than any before: when it lands late, entries become misses, and nothing else. So its turn may end
   * with the time limit.
   */
  private write(key: string, record: () => Uint8Array, ttl: number | undefined): Promise<void> {
    // One that has not begun yet does for everybody who asks meanwhile.
    const waiting = this.waiting.get(key);
    if (waiting) return waiting;
    const { backend } = this.calls;
    let begun = false;
    const send = (): Promise<void> => {
      begun = true;
      this.waiting.delete(key);
      return this.calls.limited('set', () => backend.set(key, record(), ttl));
    };
    const written = this.calls.limited('set', () => this.queue.run(key, send));
    if (!begun) this.waiting.set(key, written);
    return written;
  }
}

/** A custom backend may answer anything; what is no bytes is no version. */
function readScope(answer: Uint8Array | undefined): ScopeRecord | undefined {
  return answer instanceof Uint8Array ? decodeScopeRecord(answer) : undefined;
}

function readTag(answer: Uint8Array | undefined): string | undefined {
  return answer instanceof Uint8Array ? decodeTagRecord(answer)?.version : undefined;
}

export function scopeKey(path: string): string {
  // The name is empty: the path says it all.
  return wireKey(path, 's', '');
}

function nothing(): void {}
