import type { BackendItem, CacheBackend } from '../../contracts/backend.js';
import type { Clock } from '../../contracts/clock.js';
import { withTimeLimit } from '../../support/time-limit.js';

/**
 * A backend's methods with the niceties a custom one may lack: the many from the one, errors always as rejections.
 * `limited` puts the time limit round a call; writes get theirs where they are queued, because a write that is no
 * longer waited for may still land.
 */
export class BackendCalls {
  constructor(
    readonly backend: CacheBackend,
    private readonly clock: Clock,
    private readonly timeout: number,
  ) {}

  /** `patience`: how many times the limit. */
  limited<T>(operation: string, work: () => Promise<T>, patience = 1): Promise<T> {
    return withTimeLimit(this.clock, `${operation} in ${this.backend.name}`, this.timeout * patience, guarded(work));
  }

  getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    return this.limited('get', async () => {
      const { backend } = this;
      const found: readonly unknown[] =
        backend.getMany && keys.length > 1
          ? await backend.getMany(keys)
          : await Promise.all(keys.map((key) => backend.get(key)));
      if (!Array.isArray(found) || found.length !== keys.length) {
        throw new TypeError(`getMany did not answer with ${keys.length} values for as many keys.`);
      }
      // Many clients say null for what is absent. Anything else that is no bytes is told apart by who reads it.
      return found.map((bytes: unknown) => (bytes === null ? undefined : (bytes as Uint8Array | undefined)));
    });
  }

  /** Only for backends that have it; alone, each write ends by itself. */
  async setMany(items: readonly BackendItem[]): Promise<void> {
    await this.backend.setMany!(items);
  }

  async set({ key, value, ttlMs }: BackendItem): Promise<void> {
    await this.backend.set(key, value, ttlMs);
  }

  /** Whether it was there; a backend may answer anything. */
  async delete(key: string): Promise<number> {
    const existed: unknown = await this.backend.delete(key);
    return existed === true ? 1 : 0;
  }

  async deleteMany(keys: readonly string[]): Promise<number> {
    const count: unknown = await this.backend.deleteMany!(keys);
    return typeof count === 'number' && count >= 0 ? Math.min(Math.floor(count), keys.length) : 0;
  }
}

/** A method that throws before it returns a promise is like one that rejects. */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  return work();
}
