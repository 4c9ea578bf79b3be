import { Buffer } from 'node:buffer';
import { CacheBackend, type BackendItem } from '../../contracts/backend.js';
import { CacheBackendError } from '../../support/errors.js';
import { UnremovedError } from './commits.js';
import type { DiskStore } from './disk-store.js';
import type { EntryTable } from './entry-table.js';
import { HASHED_RANGE, spellKey, spellPrefix } from './layout.js';

/** How many keys are listed at a time. */
const LISTED = 500;
/** A later end than the numbers of the file can tell is none. */
const LATEST = Number.MAX_SAFE_INTEGER;
/** Above every spelling of a key that is not hashed. */
const END = HASHED_RANGE.start;

/**
 * Entries in a file of this machine, which any number of its processes share. Reads are answered at once from the file, mapped
 * into memory; writes gather in transactions. A ttl ends by the wall clock: it is the only one that goes on while no process runs.
 */
export class DiskBackend extends CacheBackend {
  override readonly name = 'disk';

  constructor(
    private readonly store: DiskStore,
    /** Milliseconds of the wall clock. */
    private readonly now: () => number,
    private readonly release: () => Promise<void>,
  ) {
    super();
  }

  /** What the store holds, in all namespaces. */
  get usage(): { readonly entries: number; readonly bytes: number } {
    return this.store.usage;
  }

  override async get(key: string): Promise<Uint8Array | undefined> {
    return this.#find(key);
  }

  override async getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    return keys.map((key) => this.#find(key));
  }

  override async set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    await this.#put(key, value, ttlMs, () => true);
  }

  /** Each by itself: where one cannot be stored, the others are. */
  override async setMany(items: readonly BackendItem[]): Promise<void> {
    const stored = await Promise.allSettled(items.map(({ key, value, ttlMs }) => this.set(key, value, ttlMs)));
    const failed = stored.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  override async add(key: string, value: Uint8Array, ttlMs?: number): Promise<boolean> {
    const now = this.now();
    return this.#put(key, value, ttlMs, (entries) => !entries.head(spellKey(key), now));
  }

  override async delete(key: string): Promise<boolean> {
    return (await this.deleteMany([key])) > 0;
  }

  override async deleteMany(keys: readonly string[]): Promise<number> {
    const { store } = this;
    const now = this.now();
    const spellings = keys.map((key) => spellKey(key).bytes);
    try {
      const removed = await store.change({
        pages: 0,
        run: (entries) => spellings.filter((spelling) => entries.remove(spelling, now)).length,
      });
      for (const key of keys) store.unremoved.delete(key);
      return removed;
    } catch (error) {
      for (const key of keys) store.unremoved.add(key);
      throw error;
    }
  }

  override async exists(key: string): Promise<boolean> {
    return this.#head(key) !== undefined;
  }

  override async isLonger(key: string, than: number): Promise<boolean> {
    return (this.#head(key)?.size ?? 0) > than;
  }

  override async touch(key: string, ttlMs: number): Promise<void> {
    const now = this.now();
    const expiresAt = endOf(now, ttlMs);
    await this.store.change({ pages: 0, run: (entries) => entries.lengthen(spellKey(key), expiresAt, now) });
  }

  override async patch(key: string, offset: number, bytes: Uint8Array, expected: Uint8Array): Promise<boolean> {
    const now = this.now();
    const { store } = this;
    const spelled = spellKey(key);
    const size = this.#head(key)?.size ?? 0;
    return store.change({
      pages: store.weigh(spelled.bytes.length + size + (spelled.whole?.length ?? 0)).pages,
      instead: (entries) => void entries.remove(spelled.bytes),
      run: (entries) => {
        const found = store.unremoved.has(key) ? undefined : entries.find(spelled, now);
        if (!found || !startsWith(found.value, expected)) return false;
        const value = Buffer.alloc(Math.max(found.value.length, offset + bytes.length));
        value.set(found.value);
        value.set(bytes, offset);
        entries.put(spelled, value, found.expiresAt);
        return true;
      },
    });
  }

  override async *scan(prefix: string): AsyncIterable<string> {
    const start = spellPrefix(prefix);
    if (start) yield* this.#list(start, END, prefix);
    yield* this.#list(HASHED_RANGE.start, HASHED_RANGE.end, prefix);
  }

  /** Resolves when the file can be read. */
  override async ping(): Promise<void> {
    this.#head('nestjs-cached:ping');
  }

  /** What was asked for before is in the file when it resolves. */
  override close(): Promise<void> {
    return this.release();
  }

  #find(key: string): Buffer | undefined {
    const { store } = this;
    if (store.unremoved.has(key)) return undefined;
    const found = store.read((entries) => entries.find(spellKey(key), this.now()));
    if (found) store.used(found.id);
    return found?.value;
  }

  #head(key: string): { readonly size: number } | undefined {
    if (this.store.unremoved.has(key)) return undefined;
    return this.store.read((entries) => entries.head(spellKey(key), this.now()));
  }

  /** When it fails, what stood under the key is gone, or is not served any more. */
  async #put(
    key: string,
    value: Uint8Array,
    ttlMs: number | undefined,
    may: (entries: EntryTable) => boolean,
  ): Promise<boolean> {
    const { store } = this;
    const spelled = spellKey(key);
    const expiresAt = endOf(this.now(), ttlMs);
    const { pages, isTooMuch } = store.weigh(spelled.bytes.length + value.length + (spelled.whole?.length ?? 0));
    if (isTooMuch) {
      await this.delete(key);
      throw new CacheBackendError(
        `A value of ${value.length} bytes is more than a quarter of what the cache in ${store.directory} may hold (option \`disk.maxBytes\`).`,
      );
    }
    // Its owner may go on with these bytes before they are written.
    const kept = Uint8Array.from(value);
    try {
      const stored = await store.change({
        pages,
        instead: (entries) => void entries.remove(spelled.bytes),
        run: (entries) => {
          if (!may(entries)) return false;
          entries.put(spelled, kept, expiresAt);
          return true;
        },
      });
      if (stored) store.unremoved.delete(key);
      return stored;
    } catch (error) {
      if (error instanceof UnremovedError) store.unremoved.add(key);
      throw error;
    }
  }

  async *#list(start: Buffer, end: Buffer, prefix: string): AsyncIterable<string> {
    for (let from: Buffer | undefined = start; from;) {
      const begin: Buffer = from;
      const { keys, last } = this.store.read((entries) => {
        const { spellings, last: reached } = entries.list(begin, end, LISTED, this.now());
        // What begins otherwise comes after everything that begins so.
        const isOver = end === END && reached?.subarray(0, start.length).equals(start) === false;
        return { keys: spellings.map((spelling) => entries.nameOf(spelling)), last: isOver ? undefined : reached };
      });
      for (const key of keys) if (key?.startsWith(prefix)) yield key;
      // The next in order is the same with one byte more, which no key in between can be.
      from = last ? Buffer.concat([last, Buffer.alloc(1)]) : undefined;
    }
  }
}

function endOf(now: number, ttlMs: number | undefined): number {
  const end = ttlMs === undefined ? Infinity : now + ttlMs;
  return end > LATEST ? Infinity : end;
}

function startsWith(value: Buffer, expected: Uint8Array): boolean {
  return value.length >= expected.length && value.subarray(0, expected.length).equals(expected);
}
