import type { Random } from '../../contracts/clock.js';
import type { SharedRecord, TagCounter } from '../../contracts/fleet.js';
import { wireKey } from '../../support/wire-key.js';
import type { BackendCalls } from './backend-calls.js';
import { KeyQueue } from './key-queue.js';
import { firstCount } from './tag-counter.js';
import type { Version, VersionCache } from './version-cache.js';
import { decode } from './version-read.js';
import { encodeScopeRecord, encodeTagRecord, type ScopeRecord } from './version-record.js';

export const DAY = 86_400_000;
/** How long a version is kept beyond the entries under it. When one is lost all the same, its entries are misses. */
export const VERSION_TTL = 30 * DAY;

/** A version that takes the place of another. Made when it is sent: no two are alike. */
export interface NextVersion {
  readonly key: string;
  readonly bytes: () => Uint8Array;
  readonly ttlMs: number | undefined;
}

export interface VersionWriteParts {
  readonly calls: BackendCalls;
  readonly random: Random;
  readonly cache: VersionCache | undefined;
}

/** How versions come into the backend, and how one takes the place of another. */
export class VersionWrites {
  readonly queue = new KeyQueue();
  /** Invalidations that wait for their turn at a record. */
  private readonly waiting = new Map<string, Promise<void>>();

  constructor(private readonly parts: VersionWriteParts) {}

  freshScope(): ScopeRecord {
    return { version: this.parts.random.id(), patterns: { sequence: 0, items: [] } };
  }

  /**
   * Other versions than any before: when they land late, entries become misses, and nothing else. In one step where
   * several processes share them; elsewhere one by one.
   */
  async overwrite(versions: readonly NextVersion[]): Promise<void> {
    const { fleet } = this.parts.calls;
    if (!fleet) {
      await Promise.all(versions.map((version) => this.write(version)));
      return;
    }
    await this.send(versions, (records) => fleet.bump(records));
  }

  /** The same for tags that several processes share. */
  async overwriteTags(counter: TagCounter, versions: readonly NextVersion[]): Promise<void> {
    const { cache, calls } = this.parts;
    cache?.drop([counter.key]);
    await this.send(versions, (records) => {
      const sent = calls.fleet!.bumpTags(counter, records);
      const drop = (): void => cache?.drop([counter.key]);
      sent.then(drop, drop);
      return sent;
    });
  }

  async createScope(path: string): Promise<ScopeRecord> {
    const fresh = this.freshScope();
    const stored = await this.create(scopeKey(path), encodeScopeRecord(fresh), undefined, true);
    return (stored as ScopeRecord | undefined) ?? fresh;
  }

  async createTag(key: string): Promise<string> {
    const fresh = this.parts.random.id();
    const stored = await this.create(key, encodeTagRecord({ version: fresh }), VERSION_TTL, false);
    return (stored as string | undefined) ?? fresh;
  }

  async createCounter(key: string): Promise<string> {
    const fresh = firstCount(this.parts.random.id());
    const stored = await this.create(key, encodeTagRecord({ version: fresh }), undefined, false);
    return (stored as string | undefined) ?? fresh;
  }

  /**
   * Writes the record unless there is one, which it then returns. One at a time for a key: two loads that both found
   * nothing would else each make a version, and the entry of one of them would be a miss for no reason.
   */
  private create(
    key: string,
    record: Uint8Array,
    ttlMs: number | undefined,
    isScope: boolean,
  ): Promise<Version | undefined> {
    const { calls } = this.parts;
    const { backend, fleet } = calls;
    if (fleet) return this.ensure(key, record, ttlMs, isScope);
    return this.queue.run(key, async () => {
      const read = async (): Promise<Version | undefined> => decode((await calls.getMany([key]))[0], isScope);
      const found = await read();
      if (found !== undefined) return found;
      if (!backend.add) {
        await calls.limited('set', () => backend.set(key, record, ttlMs));
        return undefined;
      }
      if (await calls.limited('add', () => backend.add!(key, record, ttlMs))) return undefined;
      const other = await read();
      // Something stands there that is no version: it can only be replaced.
      if (other === undefined) await calls.limited('set', () => backend.set(key, record, ttlMs));
      return other;
    });
  }

  private async ensure(
    key: string,
    bytes: Uint8Array,
    ttlMs: number | undefined,
    isScope: boolean,
  ): Promise<Version | undefined> {
    const { cache, calls } = this.parts;
    const fleet = calls.fleet!;
    const reading = cache?.begin([key]);
    try {
      const [stored] = await calls.limited('ensure', () => fleet.ensure([{ key, bytes, ttlMs }]));
      const version = decode(stored, isScope);
      reading?.settle([version]);
      // Something stands there that is no version: it can only be replaced.
      if (version === undefined) await this.overwrite([{ key, bytes: () => bytes, ttlMs }]);
      return version;
    } finally {
      reading?.end();
    }
  }

  private async send(
    versions: readonly NextVersion[],
    work: (records: SharedRecord[]) => Promise<void>,
  ): Promise<void> {
    await this.rewrite(
      versions.map(({ key }) => key),
      () => work(versions.map(({ key, bytes, ttlMs }) => ({ key, bytes: bytes(), ttlMs }))),
    );
  }

  /**
   * For work that may give these records other versions: what is at hand of them counts no more. `patience`: how many times the
   * limit of one command it may take.
   */
  async rewrite(keys: readonly string[], work: () => Promise<void>, patience = 1): Promise<void> {
    const { cache, calls } = this.parts;
    cache?.drop(keys);
    const sent = work();
    // However long it takes, and whoever has ceased to wait for it.
    const drop = (): void => cache?.drop(keys);
    sent.then(drop, drop);
    await calls.limited('bump', () => sent, patience);
  }

  private write({ key, bytes, ttlMs }: NextVersion): Promise<void> {
    const { calls } = this.parts;
    // One that has not begun yet does for everybody who asks meanwhile.
    const waiting = this.waiting.get(key);
    if (waiting) return waiting;
    let begun = false;
    const send = (): Promise<void> => {
      begun = true;
      this.waiting.delete(key);
      return calls.limited('set', () => calls.backend.set(key, bytes(), ttlMs));
    };
    const written = calls.limited('set', () => this.queue.run(key, send));
    if (!begun) this.waiting.set(key, written);
    return written;
  }
}

/** The name is empty: the path says it all. */
export function scopeKey(path: string): string {
  return wireKey(path, 's', '');
}
