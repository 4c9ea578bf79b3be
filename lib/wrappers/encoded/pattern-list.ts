import type { Scope } from '../../contracts/scope.js';
import { CacheTimeoutError } from '../../support/errors.js';
import type { BackendCalls } from './backend-calls.js';
import { decode } from './version-read.js';
import { encodeScopeRecord, type ScopeRecord } from './version-record.js';
import { scopeKey, type VersionWrites } from './version-writes.js';

/** How many patterns a scope keeps. One more becomes a clear. */
const MAX_PATTERNS = 64;
/** How many times the limit of one command a record's turn may last. */
const PATIENCE = 10;

/**
 * For backends that cannot list their keys: the pattern is kept beside the scope's version, and every read is held
 * against it.
 */
export class PatternList {
  constructor(
    private readonly calls: BackendCalls,
    private readonly writes: VersionWrites,
  ) {}

  /**
   * There is no atomic append in three methods, so the record is read again after the write; a pattern that another
   * process has overwritten at the same moment becomes a clear, which needs no append.
   */
  async add(scope: Scope, pattern: string): Promise<void> {
    const key = scopeKey(scope.path);
    await this.calls.limited('set', () => this.writes.queue.run(key, () => this.append(key, pattern)));
  }

  private async append(key: string, pattern: string): Promise<void> {
    const record = await this.read(key);
    const sequence = (record?.patterns.sequence ?? 0) + 1;
    if (!record || record.patterns.items.length >= MAX_PATTERNS) return this.store(key, this.writes.freshScope());
    const items = [...record.patterns.items, [sequence, pattern] as const];
    await this.store(key, { version: record.version, patterns: { sequence, items } });
    const kept = await this.read(key);
    const isKept =
      kept?.version !== record.version || kept.patterns.items.some(([at, text]) => at === sequence && text === pattern);
    if (!isKept) await this.store(key, this.writes.freshScope());
  }

  private async read(key: string): Promise<ScopeRecord | undefined> {
    return decode((await this.calls.getMany([key]))[0], true) as ScopeRecord | undefined;
  }

  /**
   * Its turn lasts until its write has really ended, and nobody waits longer than the limit. The interleaving that
   * prevents: this record, with the version of now, is sent and hangs; a clear writes another version and resolves; this
   * one lands, and everything of before the clear is valid again. One that never ends must not block the key for ever:
   * after a while the turn is given up, and should it land all the same, a new version follows it at once.
   */
  private async store(key: string, record: ScopeRecord): Promise<void> {
    const { calls } = this;
    const sent = calls.limited('set', () => calls.backend.set(key, encodeScopeRecord(record), undefined), Infinity);
    try {
      await calls.limited('set', () => sent, PATIENCE);
    } catch (error) {
      if (error instanceof CacheTimeoutError) sent.then(() => this.clear(key), nothing).catch(nothing);
      throw error;
    }
  }

  private clear(key: string): Promise<void> {
    const bytes = (): Buffer => encodeScopeRecord(this.writes.freshScope());
    return this.writes.overwrite([{ key, bytes, ttlMs: undefined }]);
  }
}

function nothing(): void {}
