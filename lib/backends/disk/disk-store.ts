import { randomUUID } from 'node:crypto';
import { CacheBackendError } from '../../support/errors.js';
import { messageOf } from '../../support/message-of.js';
import { Commits } from './commits.js';
import { diskError } from './disk-error.js';
import { MEMBER_BEAT } from './facts.js';
import { Hearing } from './hearing.js';
import type { LmdbPackage } from './lmdb-package.js';
import { openFile } from './open-file.js';
import { Opened, type Contents } from './opened.js';
import { RecentUses } from './recent-uses.js';
import type { StoreFolder } from './store-folder.js';
import { UnremovedKeys } from './unremoved-keys.js';
import type { GuardedEviction } from '../../support/eviction/guarded.eviction.js';
import type { NamedEviction } from './use-order.js';
import { WriteQueue, type Job } from './write-queue.js';

/** How often it is looked whether the file is still in its place, in milliseconds. */
const LOOK_EVERY = 1_000;
/** How often what was read is written down at the latest, in milliseconds. */
const NOTE_EVERY = 5_000;
/** What LMDB says of a file or a process that it gives up. */
const GIVEN_UP = /MDB_(PANIC|CORRUPTED|PAGE_NOTFOUND|INVALID|BAD_TXN|BAD_DBI)|environment/i;

export interface DiskStoreParts {
  readonly lmdb: LmdbPackage;
  readonly folder: StoreFolder;
  /** Those of this process at this moment. */
  readonly maxBytes: () => number;
  readonly eviction: NamedEviction | GuardedEviction;
  /** Milliseconds of the wall clock. */
  readonly now: () => number;
  readonly onEvicted: (key: string) => void;
  /** Told of trouble that no caller waits for. */
  readonly onError: (error: unknown) => void;
}

/** One open store: who opens it first, and keeps it open; what is old or too much is put out of the way in passing. */
export class DiskStore {
  /** What those should know who started the process. */
  readonly notices: string[] = [];
  readonly unremoved = new UnremovedKeys();
  /** Of what all processes that have the store open change. */
  readonly hearing: Hearing;
  readonly #token = randomUUID();
  readonly #uses: RecentUses;
  readonly #queue: WriteQueue;
  #opened!: Opened;
  #isSuspect = false;
  #beatAt = 0;
  #noteAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  private constructor(private readonly parts: DiskStoreParts) {
    this.#uses = new RecentUses(parts.eviction !== 'fifo');
    const commits = new Commits({
      directory: parts.folder.directory,
      uses: this.#uses,
      now: parts.now,
      opened: () => this.#sound(),
      failed: (error) => this.#suspect(error),
    });
    this.hearing = new Hearing({
      read: (work) => this.read(work),
      isInPlace: () => this.#isInPlace(),
      now: () => performance.now(),
      onLost: () => void this.#look(),
    });
    this.#queue = new WriteQueue(
      (jobs) => commits.run(jobs),
      () => this.#opened.keeper.batch,
    );
  }

  /** @throws CacheBackendError naming the directory, when no store can be had there. */
  static async open(parts: DiskStoreParts): Promise<DiskStore> {
    const store = new DiskStore(parts);
    await store.#open((notice) => store.notices.push(notice));
    store.#noteOthers();
    await store.#beat();
    store.hearing.start();
    store.#timer = setInterval(() => void store.#look(), LOOK_EVERY);
    store.#timer.unref();
    return store;
  }

  get directory(): string {
    return this.parts.folder.directory;
  }

  get usage(): { readonly entries: number; readonly bytes: number } {
    if (this.#closing) return { entries: 0, bytes: 0 };
    const { entries, pages } = this.#opened.file.tables.use();
    return { entries, bytes: pages * this.#opened.plan.pageSize };
  }

  /** How many pages a value takes at most, and whether that is more than one may have. */
  weigh(bytes: number): { readonly pages: number; readonly isTooMuch: boolean } {
    const pages = this.#opened.plan.pagesFor(bytes);
    return { pages, isTooMuch: pages > this.#opened.keeper.largest };
  }

  /** What stands in the file at this moment. @throws CacheBackendError when it is closed, or cannot be read. */
  read<T>(work: (file: Contents) => T): T {
    if (this.#closing) throw this.#closed();
    try {
      this.#opened.file.tables.environment.resetReadTxn();
      return work(this.#opened);
    } catch (error) {
      this.#suspect(error);
      throw diskError(error, this.directory);
    }
  }

  /** In a transaction with others that were asked for meanwhile, in their order. */
  async change<T>(change: Pick<Job, 'pages' | 'instead'> & { readonly run: (file: Contents) => T }): Promise<T> {
    if (this.#closing) throw this.#closed();
    return this.#queue.add(change);
  }

  /** An entry was read. */
  used(id: number): void {
    this.#uses.add(id);
    if (this.#uses.isFull) void this.#noteUses();
  }

  /** Resolves when everything that was asked for is done. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    this.hearing.stop();
    await this.#queue.idle();
    const { file, transaction } = this.#opened;
    const { environment } = file.tables;
    try {
      await transaction(({ entries }) => {
        for (const [id, times] of this.#uses.take()) entries.used(id, times);
        file.facts.leave(this.#token);
      });
      await environment.flushed;
    } catch {
      // What is lost with it is which entry was used last.
    } finally {
      await environment.close();
    }
  }

  async #open(warn: (notice: string) => void): Promise<void> {
    const { eviction, folder, lmdb, maxBytes, onEvicted } = this.parts;
    this.#opened = new Opened(await openFile(lmdb, folder, warn), { eviction, maxBytes, onEvicted });
  }

  /** The file, opened anew where it is given up or another one stands in its place. */
  async #sound(): Promise<Opened> {
    if (!this.#isSuspect) return this.#opened;
    this.hearing.lose();
    await this.#letGo();
    await this.#open((notice) => this.parts.onError(new CacheBackendError(notice)));
    this.#isSuspect = false;
    this.#beatAt = 0;
    this.hearing.catchUp();
    return this.#opened;
  }

  async #letGo(): Promise<void> {
    try {
      await this.#opened.file.tables.environment.close();
    } catch {
      // It was closed already, and could not be opened since.
    }
  }

  #suspect(error: unknown): void {
    if (GIVEN_UP.test(messageOf(error))) this.#isSuspect = true;
  }

  #isInPlace(): boolean {
    return this.parts.folder.identity() === this.#opened.file.identity;
  }

  async #look(): Promise<void> {
    if (this.#closing) return;
    try {
      if (!this.#isInPlace()) this.#isSuspect = true;
      const now = Date.now();
      if (now - this.#beatAt >= MEMBER_BEAT || this.#isSuspect) await this.#beat();
      await this.unremoved.removeLeft((run) => this.change({ pages: 0, run }));
      if (now - this.#noteAt >= NOTE_EVERY) await this.#noteUses();
    } catch (error) {
      if (!this.#closing) this.parts.onError(error);
    }
  }

  async #beat(): Promise<void> {
    const now = (this.#beatAt = Date.now());
    const member = { token: this.#token, maxBytes: this.parts.maxBytes(), at: now };
    await this.change({ pages: 0, run: () => this.#opened.file.facts.beat(member) });
  }

  #noteOthers(): void {
    const own = this.parts.maxBytes();
    const others = [...this.#opened.file.facts.bounds(Date.now()).values()];
    const other = others.find((maxBytes) => maxBytes !== own);
    if (other === undefined) return;
    this.notices.push(
      `Another process uses the cache in ${this.directory} with ${other} bytes as its bound, this one has ${own}; the smallest of all holds (option \`disk.maxBytes\`).`,
    );
  }

  async #noteUses(): Promise<void> {
    this.#noteAt = Date.now();
    if (this.#uses.isEmpty || this.#closing) return;
    const uses = this.#uses.take();
    // Which of them goes first is not worth a failure.
    await this.change({ pages: 0, run: ({ entries }) => uses.forEach(([id, times]) => entries.used(id, times)) }).catch(
      () => {},
    );
  }

  #closed(): CacheBackendError {
    return new CacheBackendError(`The cache in ${this.directory} is closed.`);
  }
}
