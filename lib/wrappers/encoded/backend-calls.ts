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

  limited<T>(operation: string, work: () => Promise<T>): Promise<T> {
    return withTimeLimit(this.clock, `${operation} in ${this.backend.name}`, this.timeout, guarded(work));
  }

  getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    return this.limited('get', async () => {
      const { backend } = this;
      if (keys.length === 1) return [await backend.get(keys[0]!)];
      const found = backend.getMany
        ? await backend.getMany(keys)
        : await Promise.all(keys.map((key) => backend.get(key)));
      if (found.length !== keys.length) throw new TypeError(`getMany answered ${found.length} of ${keys.length} keys.`);
      return found;
    });
  }

  async setMany(items: readonly BackendItem[]): Promise<void> {
    const { backend } = this;
    if (backend.setMany && items.length > 1) await backend.setMany(items);
    else await Promise.all(items.map(({ key, value, ttlMs }) => backend.set(key, value, ttlMs)));
  }
}

/** A method that throws before it returns a promise is like one that rejects. */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  return work();
}
