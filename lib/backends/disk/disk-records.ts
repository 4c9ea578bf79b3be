import { Buffer } from 'node:buffer';
import {
  MARK_LENGTH,
  MAX_MARKS,
  type ServerRecord,
  type SharedRecord,
  type TagCounter,
} from '../../contracts/fleet.js';
import { UnremovedError } from './commits.js';
import type { DiskStore } from './disk-store.js';
import { endOf } from './disk-writes.js';
import { spellKey } from './layout.js';
import type { Contents } from './opened.js';

const NOTHING = Buffer.alloc(0);

/** Records of versions in the file, each of which takes the place of another one in a transaction that says so. */
export class DiskRecords {
  constructor(
    private readonly store: DiskStore,
    /** Milliseconds of the wall clock. */
    private readonly now: () => number,
    /** Tells the others that these were changed. */
    private readonly tell: (file: Contents, keys: readonly string[]) => void,
  ) {}

  async bump(records: readonly SharedRecord[]): Promise<void> {
    const keys = records.map(({ key }) => key);
    if (records.length > 0) await this.#replace(keys, (file) => records.forEach((record) => this.#write(file, record)));
  }

  async bumpTags({ key, epoch, marks }: TagCounter, records: readonly SharedRecord[]): Promise<void> {
    await this.#replace([key, ...records.map((record) => record.key)], (file) => {
      this.#write(file, { key, bytes: counted(this.#find(file, key), epoch, marks), ttlMs: undefined });
      for (const record of records) this.#write(file, record);
    });
  }

  async ensure(records: readonly SharedRecord[]): Promise<Uint8Array[]> {
    const { store } = this;
    const standing = store.read((file) => records.map(({ key }) => this.#find(file, key)));
    if (standing.every((bytes) => bytes !== undefined)) return standing;
    const ensured = await store.change({
      pages: records.length,
      run: (file) => records.map((record) => this.#find(file, record.key) ?? this.#begin(file, record)),
    });
    for (const { key } of records) store.unremoved.delete(key);
    return ensured;
  }

  recognize({ key, server, version }: ServerRecord): Promise<boolean> {
    return this.store.change({
      pages: 2,
      run: (file) => {
        const known = this.#find(file, key)?.toString();
        const isNew = known === undefined && this.#find(file, version.key) === undefined;
        this.#write(file, { key, bytes: Buffer.from(server || (known ?? '')), ttlMs: undefined });
        if (server === '' || known === server || isNew) return false;
        this.#write(file, version);
        this.tell(file, [version.key]);
        return true;
      },
    });
  }

  /**
   * A full disk takes no record, but it lets go of one: a version that is missing matches nothing. Where it does not even do
   * that, nothing under these is served here until it does.
   */
  async #replace(keys: readonly string[], write: (file: Contents) => void): Promise<void> {
    const { store } = this;
    const run = (file: Contents): void => {
      write(file);
      this.tell(file, keys);
    };
    const instead = (file: Contents): void => {
      for (const key of keys) file.entries.remove(spellKey(key).bytes);
      this.tell(file, keys);
    };
    try {
      await store.change({ pages: keys.length, run, instead });
      for (const key of keys) store.unremoved.delete(key);
    } catch (error) {
      if (error instanceof UnremovedError) for (const key of keys) store.unremoved.add(key);
      throw error;
    }
  }

  /** What should have been replaced, and could not, is none. */
  #find({ entries }: Contents, key: string): Buffer | undefined {
    if (this.store.unremoved.has(key)) return undefined;
    const found = entries.find(spellKey(key), this.now());
    return found && Buffer.from(found.value);
  }

  #begin(file: Contents, record: SharedRecord): Uint8Array {
    this.#write(file, record);
    if (this.store.unremoved.has(record.key)) this.tell(file, [record.key]);
    return record.bytes;
  }

  #write({ entries }: Contents, { key, bytes, ttlMs }: SharedRecord): void {
    entries.put(spellKey(key), bytes, endOf(this.now(), ttlMs));
  }
}

/** The counter, moved by these tags; see `TagCounter`. */
function counted(stands: Buffer | undefined, epoch: string, marks: readonly string[]): Buffer {
  const [, stood, count, last] = /"v":"([\w-]+)\.(\d+)\.(\w*)"/.exec((stands ?? NOTHING).toString('latin1')) ?? [];
  const kept = ((last ?? '') + marks.join('')).slice(-MARK_LENGTH * MAX_MARKS);
  const text = `NV\u0001{"v":"${stood ?? epoch}.${Number(count ?? 0) + marks.length}.${kept}"}`;
  return Buffer.from(text, 'latin1');
}
