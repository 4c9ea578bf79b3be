import { CacheBackend, type BackendItem } from '../contracts/backend.js';
import type { Clock } from '../contracts/clock.js';
import { systemClock } from '../support/clock.js';
import { CacheBackendError } from '../support/errors.js';
import type { BackendCapability, BackendOperation } from './backend-operation.js';
import { CapableMapBackend } from './capable-map.backend.js';
import { FlakyHang } from './flaky-hang.js';
import { FlakyScript, type Corruption, type Fate } from './flaky-script.js';

export interface FlakyBackendOptions {
  /** What it wraps. Default: a new `CapableMapBackend`, which has every optional method. */
  backend?: CacheBackend;
  /** Which optional methods of the wrapped backend it shows. Default: all it has. `[]`: a backend of three methods. */
  capabilities?: readonly BackendCapability[];
  /** What `delay` waits on, and the ttl of the default backend. Default: the real time. */
  clock?: Clock;
}

/** One call as the backend received it. */
export interface FlakyCall {
  readonly operation: BackendOperation;
  /** The key, or the first of several; the prefix of a `scan`; `''` for `ping` and `close`. */
  readonly key: string;
  readonly keys: readonly string[];
}

/** Operations whose bytes can be corrupted: on their way out of the store, or into it. */
export type CorruptibleOperation = 'get' | 'getMany' | 'set' | 'setMany';

/**
 * A backend that misbehaves by script: errors, delays, hangs, corrupt bytes, lost replies. Without a script it passes
 * everything on.
 *
 * Wherever an operation is named, `'all'` stands for every one but `close`. A rule befalls `times` calls, then it is
 * used up; of two rules of one kind the older one goes first.
 */
export class FlakyBackend extends CacheBackend {
  override readonly name: string;
  readonly #backend: CacheBackend;
  readonly #clock: Clock;
  readonly #script = new FlakyScript();
  readonly #calls: FlakyCall[] = [];

  constructor(options: FlakyBackendOptions = {}) {
    super();
    this.#clock = options.clock ?? systemClock;
    const backend = options.backend ?? new CapableMapBackend(this.#clock);
    this.#backend = backend;
    this.name = `flaky(${backend.name})`;

    // Assigned one by one, so that a method it must not have is absent, as on a backend that never had it.
    const shows = (capability: BackendCapability): boolean =>
      typeof backend[capability] === 'function' && (options.capabilities?.includes(capability) ?? true);
    if (shows('scan')) this.scan = (prefix) => this.#scan(prefix);
    if (shows('getMany')) this.getMany = (keys) => this.#getMany(keys);
    if (shows('setMany')) this.setMany = (entries) => this.#setMany(entries);
    if (shows('deleteMany')) this.deleteMany = (keys) => this.#run('deleteMany', keys, () => backend.deleteMany!(keys));
    if (shows('touch')) this.touch = (key, ttlMs) => this.#run('touch', [key], () => backend.touch!(key, ttlMs));
    if (shows('patch')) {
      this.patch = (key, offset, bytes, expected) =>
        this.#run('patch', [key], () => backend.patch!(key, offset, bytes, expected));
    }
  }

  /** Every call so far, in order; those that failed or hang included. */
  get calls(): readonly FlakyCall[] {
    return this.#calls;
  }

  /** How often the operation was called. */
  count(operation: BackendOperation): number {
    return this.#calls.filter((call) => call.operation === operation).length;
  }

  /** The operation rejects and does not reach the store. Default: a `CacheBackendError`, always. */
  fail(operation: BackendOperation | 'all', error: Error = scripted(operation), times = Infinity): void {
    this.#script.add(operation, { kind: 'fail', error }, times);
  }

  /** The operation reaches the store, but its caller is told that it failed: a reply that was lost. */
  loseReply(operation: BackendOperation | 'all', error: Error = scripted(operation), times = Infinity): void {
    this.#script.add(operation, { kind: 'loseReply', error }, times);
  }

  /** The operation reaches the store `ms` milliseconds later, by the injected clock. */
  delay(operation: BackendOperation | 'all', ms: number, times = Infinity): void {
    this.#script.add(operation, { kind: 'delay', ms }, times);
  }

  /** The operation neither answers nor reaches the store, until the returned handle releases or fails it. */
  hang(operation: BackendOperation | 'all', times = Infinity): FlakyHang {
    const hang = new FlakyHang();
    this.#script.add(operation, { kind: 'hang', hang }, times);
    return hang;
  }

  /**
   * Changes the bytes: for `get` and `getMany` those that are handed out, for `set` and `setMany` those that are
   * stored. `undefined` makes the key absent, or loses the write.
   */
  corrupt(operation: CorruptibleOperation, transform: Corruption, times = Infinity): void {
    this.#script.add(operation, { kind: 'corrupt', corrupt: transform }, times);
  }

  /** Ends the script: calls from now on behave. What hangs already, hangs until its handle is released or failed. */
  heal(): void {
    this.#script.clear();
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#run('get', [key], async (fate) => corrupted(fate, await this.#backend.get(key), key));
  }

  set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    // A copy of the bytes as they are now: a late write must not carry what the caller did to them since.
    const bytes = Uint8Array.from(value);
    return this.#run('set', [key], async (fate) => {
      const stored = corrupted(fate, bytes, key);
      if (stored) await this.#backend.set(key, stored, ttlMs);
    });
  }

  delete(key: string): Promise<boolean> {
    return this.#run('delete', [key], () => this.#backend.delete(key));
  }

  override exists(key: string): Promise<boolean> {
    return this.#run('exists', [key], () => this.#backend.exists(key));
  }

  override ping(): Promise<void> {
    return this.#run('ping', [], () => this.#backend.ping());
  }

  override close(): Promise<void> {
    return this.#run('close', [], () => this.#backend.close());
  }

  async *#scan(prefix: string): AsyncIterable<string> {
    yield* await this.#run('scan', [prefix], async () => this.#backend.scan!(prefix));
  }

  #getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    return this.#run('getMany', keys, async (fate) => {
      const found = await this.#backend.getMany!(keys);
      return found.map((bytes, index) => corrupted(fate, bytes, keys[index]!));
    });
  }

  #setMany(entries: readonly BackendItem[]): Promise<void> {
    const copies = entries.map((entry) => ({ ...entry, value: Uint8Array.from(entry.value) }));
    const keys = entries.map((entry) => entry.key);
    return this.#run('setMany', keys, (fate) => {
      const stored = copies.flatMap((entry) => {
        const value = corrupted(fate, entry.value, entry.key);
        return value ? [{ ...entry, value }] : [];
      });
      return this.#backend.setMany!(stored);
    });
  }

  async #run<T>(operation: BackendOperation, keys: readonly string[], act: (fate: Fate) => Promise<T>): Promise<T> {
    this.#calls.push({ operation, key: keys[0] ?? '', keys: [...keys] });
    const fate = this.#script.next(operation);
    const reach = async (): Promise<T> => {
      if (fate.fail) throw fate.fail.error;
      const answer = await act(fate);
      if (fate.loseReply) throw fate.loseReply.error;
      return answer;
    };
    const { delay, hang } = fate;
    if (delay) await new Promise<void>((resolve) => void this.#clock.setTimeout(resolve, delay.ms));
    return hang ? hang.hang.hold(reach) : reach();
  }
}

function corrupted(fate: Fate, bytes: Uint8Array | undefined, key: string): Uint8Array | undefined {
  return bytes && fate.corrupt ? fate.corrupt.corrupt(bytes, key) : bytes;
}

function scripted(operation: string): CacheBackendError {
  return new CacheBackendError(`FlakyBackend: ${operation} fails, as scripted.`);
}
