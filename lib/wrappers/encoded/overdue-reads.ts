import type { Clock } from '../../contracts/clock.js';
import { CacheTimeoutError } from '../../support/errors.js';
import { OverdueError } from '../../support/overdue-error.js';
import type { BackendCalls } from './backend-calls.js';
import { readHeader } from './wire-format.js';

/** How many keys are told apart, and for how many milliseconds: a backend may never answer. */
const MAX_KEYS = 10_000;
const PATIENCE = 30_000;
/** What is longer, in bytes, is not asked for again after a connection has ended over it. */
const MAX_LENGTH = 64 * 1_048_576;

/**
 * Values whose read was not answered in time are not asked for again before it is. One of hundreds of megabytes never
 * comes in time, and each further question would have the server send it once more:
 *
 *     get(k): 512 MiB are on their way    timeout    get(k): another 512 MiB wait behind them    timeout    ...
 *
 * Where several keys were asked for at once, each is asked for alone next time, and only the one that is late again is waited for.
 *
 * When the answer comes at last and is no entry, it is taken away; who reads in time replaces it instead. When the connection
 * ended over it, the length is asked for first: the next connection would end over it too, and the whole cache do without
 * the server each time.
 */
export class OverdueReads {
  private readonly until = new Map<string, number>();
  /** Keys of a read of many that was not answered in time: which one of them it was only each by itself can tell. */
  private readonly apart = new Map<string, number>();
  /** Keys over whose reads a connection has ended. */
  private readonly suspects = new Set<string>();

  constructor(
    private readonly calls: BackendCalls,
    private readonly clock: Clock,
    /** Never rejects. */
    private readonly remove: (keys: readonly string[]) => Promise<void>,
  ) {}

  /** What stands under `records`, then under `keys`. @throws CacheBackendError when one of the keys is overdue. */
  async read(
    records: readonly string[],
    keys: readonly string[],
    begun = this.clock.now(),
  ): Promise<(Uint8Array | undefined)[]> {
    this.refuse(keys);
    if (this.suspects.size > 0) await this.examine(keys.filter((key) => this.suspects.has(key)));
    const answer = this.calls.ask([...records, ...keys]);
    try {
      return await this.calls.limitedSince(begun, 'get', () => answer);
    } catch (error) {
      if (error instanceof CacheTimeoutError) this.expect(keys, answer, records.length);
      throw error;
    }
  }

  private refuse(keys: readonly string[]): void {
    if (this.until.size + this.apart.size === 0) return;
    const now = this.clock.now();
    const isWaitedFor = (key: string, among: ReadonlyMap<string, number>): boolean => now < (among.get(key) ?? 0);
    const key = keys.find((one) => isWaitedFor(one, this.until) || (keys.length > 1 && isWaitedFor(one, this.apart)));
    if (key === undefined) return;
    const { name } = this.calls.backend;
    throw new OverdueError(`${name} has not answered an earlier read of ${key}; it is not asked again before.`);
  }

  private async examine(keys: readonly string[]): Promise<void> {
    const { backend } = this.calls;
    await Promise.all(
      keys.map(async (key) => {
        const isLonger = await this.calls.limited('length', async () => backend.isLonger?.(key, MAX_LENGTH));
        if (isLonger) await this.remove([key]);
        this.suspects.delete(key);
      }),
    );
  }

  private expect(keys: readonly string[], answer: Promise<readonly unknown[]>, from: number): void {
    const until = this.clock.now() + PATIENCE;
    const waited = keys.length === 1 ? this.until : this.apart;
    for (const key of keys) if (waited.size < MAX_KEYS || waited.has(key)) waited.set(key, until);
    const end = (): void => {
      for (const key of keys) if (waited.get(key) === until) waited.delete(key);
    };
    const ended = (): void => {
      end();
      for (const key of keys) if (this.suspects.size < MAX_KEYS) this.suspects.add(key);
    };
    answer.then((found) => {
      end();
      const foreign = keys.filter((_, index) => isForeign(found[from + index]));
      if (foreign.length > 0) void this.remove(foreign);
    }, ended);
  }
}

/** By its header alone: all of it would take its time. */
function isForeign(bytes: unknown): boolean {
  if (!(bytes instanceof Uint8Array)) return false;
  try {
    readHeader(bytes);
    return false;
  } catch {
    return true;
  }
}
