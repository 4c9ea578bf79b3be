import type { BackendItem } from '../../contracts/backend.js';
import type { Clock } from '../../contracts/clock.js';
import { CacheBackendError, CacheTimeoutError } from '../../support/errors.js';
import { withTimeLimit } from '../../support/time-limit.js';
import type { BackendCalls, OutgoingValue } from './backend-calls.js';
import { WriteQueue, type Turn } from './write-queue.js';

/** How many writes a backend may leave unanswered before it gets no more; a value may be large, a removal is a key. */
const MAX_OVERDUE_WRITES = 1_000;
const MAX_OVERDUE_REMOVALS = 10_000;

/** How many keys a sweep tells apart that were written while it went on. */
const MAX_WATCHED = 100_000;

/** Everything that changes values in the backend: in order for each key, limited in time and in number. */
export class ValueWrites {
  private readonly queue = new WriteQueue();
  private readonly watches = new Set<Set<string>>();

  constructor(
    private readonly calls: BackendCalls,
    private readonly clock: Clock,
    private readonly timeout: number,
  ) {}

  /** Whether a removal is still to be done: what a read finds until then must not be served. */
  isRemoving(key: string): boolean {
    return this.queue.isRemoving(key);
  }

  isBusy(key: string): boolean {
    return this.queue.isBusy(key);
  }

  /** Keys that begin with the prefix and have a value on its way to them whose name matches. */
  landing(prefix: string, matches: (name: string) => boolean): string[] {
    const landing = this.queue.landing.filter(({ key, name }) => key.startsWith(prefix) && matches(name));
    return landing.map(({ key }) => key);
  }

  /** One result for each, in their order: whether it was stored, or why not. */
  storeAll(items: readonly OutgoingValue[]): Promise<PromiseSettledResult<boolean>[]> {
    // Idle keys go out together; one with a write before it waits for its turn.
    const idle = items.filter((item) => isAlive(item) && !this.queue.isBusy(item.key));
    const { backend, fleet } = this.calls;
    // What several processes share is fenced key by key.
    const together = new Set(backend.setMany && !fleet && idle.length > 1 ? idle : []);
    let sent: Promise<boolean> | undefined;
    const send = (item: OutgoingValue): Promise<boolean> =>
      together.has(item) ? (sent ??= this.calls.setMany([...together]).then(() => true)) : this.calls.set(item);
    return Promise.allSettled(items.map(async (item) => isAlive(item) && this.store(item, () => send(item))));
  }

  /** For a key that is not busy: what is on its way to it cannot be patched before it is there. */
  async patch(key: string, name: string, work: () => Promise<boolean>): Promise<boolean> {
    return (await this.limit('expire', this.queue.write(key, name, work))) === true;
  }

  /**
   * Collects the keys that are written until `close`, for a sweep that must not take what was stored behind it. `full`:
   * there were too many to tell apart.
   */
  watch(): { readonly keys: ReadonlySet<string>; readonly full: () => boolean; close(): void } {
    const keys = new Set<string>();
    this.watches.add(keys);
    return { keys, full: () => keys.size >= MAX_WATCHED, close: () => void this.watches.delete(keys) };
  }

  /** How much is under way. */
  get size(): number {
    return this.queue.size + this.watches.size;
  }

  /** How many existed. Resolves when none of them can come back through a write of before. */
  async removeAll(keys: readonly string[]): Promise<number> {
    this.refuseBeyond(MAX_OVERDUE_REMOVALS);
    const { backend, fleet } = this.calls;
    const idle = keys.filter((key) => !this.queue.isBusy(key));
    const together = new Set((backend.deleteMany || fleet) && idle.length > 1 ? idle : []);
    let sent: Promise<number> | undefined;
    const turns = keys.map((key) => {
      if (!together.has(key)) return this.queue.remove(key, () => this.calls.delete(key));
      // The first of them brings the count of all.
      const counts = sent === undefined;
      return this.queue.remove(key, async () => {
        sent ??= this.calls.removeMany([...together]);
        const count = await sent;
        return counts ? count : 0;
      });
    });
    const all = Promise.all(turns.map(({ done }) => done));
    const removed = await this.limit('delete', { done: all, abandon: () => turns.forEach(({ abandon }) => abandon()) });
    return (removed ?? []).reduce<number>((sum, count) => sum + (count ?? 0), 0);
  }

  private async store({ key, name }: OutgoingValue, work: () => Promise<boolean>): Promise<boolean> {
    this.refuseBeyond(MAX_OVERDUE_WRITES);
    for (const keys of this.watches) if (keys.size < MAX_WATCHED) keys.add(key);
    return (await this.limit('set', this.queue.write(key, name, work))) === true;
  }

  /** What a backend has taken and not answered is held in this process; there has to be an end to it. */
  private refuseBeyond(limit: number): void {
    if (this.queue.overdue < limit) return;
    throw new CacheBackendError(
      `${this.calls.backend.name} has not answered ${limit} writes; it gets no more until it does.`,
    );
  }

  /** Waits no longer than one command may take; the write itself keeps its turn until it has really ended. */
  private async limit<T>(operation: string, { done, abandon }: Turn<T>): Promise<T | undefined> {
    try {
      return await withTimeLimit(this.clock, `${operation} in ${this.calls.backend.name}`, this.timeout, done);
    } catch (error) {
      if (error instanceof CacheTimeoutError) abandon();
      throw error;
    }
  }
}

function isAlive({ ttlMs }: BackendItem): boolean {
  return ttlMs === undefined || ttlMs > 0;
}
