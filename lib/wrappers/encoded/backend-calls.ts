import type { BackendItem, CacheBackend } from '../../contracts/backend.js';
import type { Clock } from '../../contracts/clock.js';
import type { FleetCommands, SharedKey } from '../../contracts/fleet.js';
import { withTimeLimit } from '../../support/time-limit.js';
import { siblingKey } from '../../support/wire-key.js';

/** A value on its way to the backend. */
export interface OutgoingValue extends BackendItem {
  /** The logical key. */
  readonly name: string;
  /** Of the lease under which it was loaded; `undefined`: it was put there by hand. */
  readonly token: string | undefined;
  /** Under a lease: whether it takes the place of what other processes may hold. */
  readonly isPut: boolean;
}

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
    /** What the backend does in one step for all processes that share it. */
    readonly fleet?: FleetCommands,
    /** Where this process hears of changes, its own among them where nobody else says so. */
    private readonly feed?: { own(keys: readonly string[]): void },
  ) {}

  /** `patience`: how many times the limit. */
  limited<T>(operation: string, work: () => Promise<T>, patience = 1): Promise<T> {
    return withTimeLimit(this.clock, `${operation} in ${this.backend.name}`, this.timeout * patience, guarded(work));
  }

  /** The same for what began some milliseconds ago: what it has taken by now counts. */
  limitedSince<T>(begun: number, operation: string, work: () => Promise<T>): Promise<T> {
    const left = Math.max(0, Math.ceil(this.timeout - (this.clock.now() - begun)));
    return withTimeLimit(this.clock, `${operation} in ${this.backend.name}`, left, guarded(work));
  }

  getMany(keys: readonly string[], begun = this.clock.now()): Promise<(Uint8Array | undefined)[]> {
    return this.limitedSince(begun, 'get', () => this.ask(keys));
  }

  /** Without the limit: for who has to know of an answer that comes too late. */
  async ask(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
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
  }

  /** Only for backends that have it; alone, each write ends by itself. */
  async setMany(items: readonly BackendItem[]): Promise<void> {
    await this.backend.setMany!(items);
  }

  /** Whether it was stored: a fenced one may be refused. */
  async set({ key, value, ttlMs, token, isPut }: OutgoingValue): Promise<boolean> {
    const { backend, fleet } = this;
    if (fleet) {
      if (token === undefined) this.fells([key]);
      return fleet.store({ ...sharedKey(key), bytes: value, ttlMs, token, isPut });
    }
    await backend.set(key, value, ttlMs);
    return true;
  }

  /** Whether it was there; a backend may answer anything. */
  async delete(key: string): Promise<number> {
    if (this.fleet) return this.removeMany([key]);
    const existed: unknown = await this.backend.delete(key);
    return existed === true ? 1 : 0;
  }

  /** Many at once; the backend must have it, or be shared. */
  async removeMany(keys: readonly string[]): Promise<number> {
    if (!this.fleet) return this.deleteMany(keys);
    // What was kept of them since the removal was asked for: it may have waited for its turn.
    this.feed?.own(keys);
    this.fells(keys);
    return this.fleet.remove(keys.map(sharedKey));
  }

  /** Whether the bytes were overwritten. */
  async patch(key: string, offset: number, bytes: Uint8Array, expected: Uint8Array): Promise<boolean> {
    const { backend, fleet } = this;
    if (!fleet) return backend.patch!(key, offset, bytes, expected);
    this.fells([key]);
    return fleet.patch(sharedKey(key), offset, bytes, expected);
  }

  /** Takes leases away by name. */
  async fellLeases(leases: readonly string[]): Promise<void> {
    this.feed?.own(leases);
    await this.fleet!.fell(leases);
    this.feed?.own(leases);
  }

  /** Takes values away that nobody is told of one by one. */
  async sweepAway(values: readonly string[]): Promise<number> {
    this.feed?.own(values);
    const count = await this.deleteMany(values);
    this.feed?.own(values);
    return count;
  }

  async seize(key: SharedKey, token: string, ttlMs: number): Promise<void> {
    this.feed?.own([key.lease]);
    await this.fleet!.seize(key, token, ttlMs);
  }

  /**
   * The leases of these values fall with what is sent in the same synchronous stretch. The interleaving that prevents:
   *
   *     A: delete(k) waits for its turn      get(k): has the lease, loads
   *     A: delete(k) is sent, and the lease is gone; the server tells a process nothing of what it did itself
   *     B:                                                               delete(k) -> acknowledged; A is told nothing
   *     A:                                                                            get(k) would join that load
   */
  private fells(values: readonly string[]): void {
    this.feed?.own(values.map((key) => siblingKey(key, 'l')));
  }

  async deleteMany(keys: readonly string[]): Promise<number> {
    const count: unknown = await this.backend.deleteMany!(keys);
    return typeof count === 'number' && count >= 0 ? Math.min(Math.floor(count), keys.length) : 0;
  }
}

function sharedKey(value: string): SharedKey {
  return { value, lease: siblingKey(value, 'l') };
}

/** A method that throws before it returns a promise is like one that rejects. */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  return work();
}
