import { Buffer } from 'node:buffer';
import { CacheBackend, type BackendItem } from '../../contracts/backend.js';
import type { DiskStore } from './disk-store.js';
import { DiskWrites, endOf, type PutRule } from './disk-writes.js';
import { HASHED_RANGE, spellKey, spellPrefix } from './layout.js';
import type { Contents } from './opened.js';

/** How many keys are listed at a time. */
const LISTED = 500;
/** Above every spelling of a key that is not hashed. */
const END = HASHED_RANGE.start;
/** A value that stands for itself. */
const ALWAYS: PutRule = { may: () => true, replaced: () => {} };

/**
 * Entries in a file of this machine, which any number of its processes share. Reads are answered at once from the file, mapped
 * into memory; writes gather in transactions. A ttl ends by the wall clock: it is the only one that goes on while no process runs.
 */
export class DiskBackend extends CacheBackend {
  override readonly name = 'disk';
  readonly #writes: DiskWrites;

  constructor(
    private readonly store: DiskStore,
    /** Milliseconds of the wall clock. */
    private readonly now: () => number,
    private readonly release: () => Promise<void>,
  ) {
    super();
    this.#writes = new DiskWrites(store, now);
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
    await this.#writes.put({ key, value, ttlMs }, ALWAYS);
  }

  /** Each by itself: where one cannot be stored, the others are. */
  override async setMany(items: readonly BackendItem[]): Promise<void> {
    const stored = await Promise.allSettled(items.map(({ key, value, ttlMs }) => this.set(key, value, ttlMs)));
    const failed = stored.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  override async add(key: string, value: Uint8Array, ttlMs?: number): Promise<boolean> {
    const now = this.now();
    const may = ({ entries }: Contents): boolean => !entries.head(spellKey(key), now);
    return this.#writes.put({ key, value, ttlMs }, { ...ALWAYS, may });
  }

  override async delete(key: string): Promise<boolean> {
    return (await this.deleteMany([key])) > 0;
  }

  override deleteMany(keys: readonly string[]): Promise<number> {
    return this.#writes.remove(keys);
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
    await this.store.change({ pages: 0, run: ({ entries }) => entries.lengthen(spellKey(key), expiresAt, now) });
  }

  override patch(key: string, offset: number, bytes: Uint8Array, expected: Uint8Array): Promise<boolean> {
    return this.#writes.patch(key, offset, bytes, expected);
  }

  override async *scan(prefix: string): AsyncIterable<string> {
    const start = spellPrefix(prefix);
    if (start) yield* this.#list(start, END, prefix);
    yield* this.#list(HASHED_RANGE.start, HASHED_RANGE.end, prefix);
    // There are as many as loads under way.
    yield* this.store.read(({ leases }) => leases.list(prefix));
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
    const found = store.read(({ entries }) => entries.find(spellKey(key), this.now()));
    if (found) store.used(found.id);
    return found?.value;
  }

  #head(key: string): { readonly size: number } | undefined {
    if (this.store.unremoved.has(key)) return undefined;
    return this.store.read(({ entries }) => entries.head(spellKey(key), this.now()));
  }

  async *#list(start: Buffer, end: Buffer, prefix: string): AsyncIterable<string> {
    for (let from: Buffer | undefined = start; from;) {
      const begin: Buffer = from;
      const { keys, last } = this.store.read(({ entries }) => {
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
