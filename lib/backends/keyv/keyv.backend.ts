import { Buffer } from 'node:buffer';
import { CacheBackend } from '../../contracts/backend.js';
import { CacheBackendError, CacheCapabilityError, CacheUsageError } from '../../support/errors.js';
import type { Door } from './door.js';
import type { KeyvLike } from './keyv-like.js';
import { canList, leavesOut, listedKeys, listsSteadily } from './listing.js';
import { openDoor } from './open-door.js';
import { keyOf, plainKey } from './plain-key.js';
import { ReportedErrors } from './reported-errors.js';

export interface KeyvBackendOptions {
  /** Whether the store is disconnected with the application. Default `false`: what was handed in is its owner's to close. */
  disconnect?: boolean;
  /**
   * Whether keys are listed: `keys()`, and patterns that remove at once what they match. Default: only where a listing is known
   * to miss nothing, which is a Map, Redis and Valkey. `true` is for an adapter whose `iterator` shows every key that stays,
   * also while others are deleted.
   */
  scan?: boolean;
}

/** How many keys a store is asked for at once. DynamoDB answers no more. */
const BATCH = 100;
/** What stands for something that was not written here: no entry, so the engine drops it. */
const NO_ENTRY = new Uint8Array(0);

/**
 * Keeps entries in whatever Keyv keeps: memcached, PostgreSQL, MySQL, SQLite, MongoDB, etcd, DynamoDB, a Map.
 *
 * Values are texts there, in Base64: most stores take nothing else. A Keyv that is handed in should be this backend's own:
 * its errors are heard here, and a namespace keeps its keys apart.
 */
export class KeyvBackend extends CacheBackend {
  override readonly name: string = 'keyv';
  declare readonly gathers?: 'all';
  readonly #door: Door;
  readonly #errors: ReportedErrors;
  readonly #disconnects: boolean;
  #closing: Promise<void> | undefined;

  /**
   * @param store A Keyv of version 5 or 6, a storage adapter of either, or a Map.
   * @throws CacheUsageError for anything else; CacheCapabilityError for `scan: true` where the store lists nothing, or not all.
   */
  constructor(store: KeyvLike, { disconnect = false, scan }: KeyvBackendOptions = {}) {
    super();
    this.#door = openDoor(store);
    this.#disconnects = disconnect;
    const { adapter, readMany, sources } = this.#door;
    if (scan === true && !canList(adapter)) {
      throw new CacheCapabilityError('KeyvBackend: scan is true, but this store of Keyv has no iterator.');
    }
    const cause = leavesOut(adapter);
    if (scan === true && cause !== undefined) {
      throw new CacheCapabilityError(
        `KeyvBackend: scan is true, but with ${cause} this store of Keyv leaves keys out.`,
      );
    }
    this.#errors = new ReportedErrors(this.name, sources);
    if (scan ?? listsSteadily(adapter)) this.scan = (prefix) => this.#scan(prefix);
    if (readMany) {
      this.getMany = (keys) => this.#getMany(keys, readMany);
      this.gathers = 'all';
    }
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return bytesOf(await this.#run('get', () => this.#door.read(plainKey(key))));
  }

  /** @throws CacheBackendError when the store says that it did not take it; CacheUsageError for a ttl that is no number. */
  async set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    if (ttlMs !== undefined && (typeof ttlMs !== 'number' || Number.isNaN(ttlMs))) {
      throw new CacheUsageError(`KeyvBackend: the ttl is ${String(ttlMs)}. Use milliseconds above 0, or nothing.`);
    }
    // To Keyv, 0 means "for ever"; what ends now is not to be kept at all.
    if (ttlMs !== undefined && ttlMs <= 0) return void (await this.delete(key));
    const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
    // Redis takes whole milliseconds, and SQL columns whole numbers.
    const life = ttlMs === undefined || ttlMs === Infinity ? undefined : Math.ceil(ttlMs);
    await this.#run('set', async () => {
      const stored = await this.#door.write(plainKey(key), text, life);
      if (stored === false) throw new CacheBackendError(`${this.name} has not stored ${key}.`);
    });
  }

  /**
   * Whether it was there. @throws CacheBackendError when it still is: Keyv says `false` for what was not there, and for what it
   * could not remove.
   */
  async delete(key: string): Promise<boolean> {
    const plain = plainKey(key);
    return this.#run('delete', async () => {
      if ((await this.#door.remove(plain)) === true) return true;
      if ((await this.#door.read(plain)) === undefined) return false;
      throw new CacheBackendError(`${this.name} has not removed ${key}.`);
    });
  }

  override close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    // What is reported while nobody listens may be thrown instead, where nobody catches it: a store that ended here has no
    // owner to hear its last words.
    if (this.#disconnects) return this.#door.disconnect();
    this.#errors.stop();
  }

  async #getMany(
    keys: readonly string[],
    readMany: NonNullable<Door['readMany']>,
  ): Promise<(Uint8Array | undefined)[]> {
    // Each once: DynamoDB refuses to be asked twice for the same.
    const asked = [...new Set(keys.map(plainKey))];
    const found = new Map<string, Uint8Array | undefined>();
    for (let start = 0; start < asked.length; start += BATCH) {
      const batch = asked.slice(start, start + BATCH);
      const values = await this.#run('getMany', () => readMany(batch));
      if (!Array.isArray(values) || values.length !== batch.length) {
        throw new CacheBackendError(`${this.name} did not answer with ${batch.length} values for as many keys.`);
      }
      for (const [index, key] of batch.entries()) found.set(key, bytesOf(values[index]));
    }
    return keys.map((key) => {
      const bytes = found.get(plainKey(key));
      // A copy, which `slice` of a Buffer is not: who asks twice for a key gets two answers of its own.
      return bytes && Uint8Array.from(bytes);
    });
  }

  async *#scan(prefix: string): AsyncGenerator<string> {
    this.#refuseClosed();
    const { mark } = this.#errors;
    for await (const listed of listedKeys(this.#door.adapter)) {
      const key = keyOf(listed);
      if (key.startsWith(prefix)) yield key;
    }
    // Adapters end a listing that fails, and say so in an event only.
    this.#errors.refuseSince(mark, 'scan');
  }

  async #run<T>(operation: string, work: () => Promise<T>): Promise<T> {
    this.#refuseClosed();
    return this.#errors.during(operation, work);
  }

  /** An adapter would connect anew. */
  #refuseClosed(): void {
    if (this.#closing) throw new CacheBackendError(`${this.name} is closed.`);
  }
}

/** A text that is no Base64 becomes bytes that are no entry. */
function bytesOf(value: unknown): Uint8Array | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? Buffer.from(value, 'base64') : NO_ENTRY;
}
