import { CacheBackend } from '../contracts/backend.js';
import type { Clock } from '../contracts/clock.js';
import { systemClock } from '../support/clock.js';

interface StoredBytes {
  readonly bytes: Uint8Array;
  readonly expiresAt: number;
}

/**
 * The smallest complete backend: three methods over a `Map`, and nothing else. It is what any custom store can do, so a
 * test that passes on it relies on no extra. Unbounded: for tests only.
 */
export class MapBackend extends CacheBackend {
  override readonly name: string = 'map';
  protected readonly entries = new Map<string, StoredBytes>();

  /** @param clock Decides when a ttl is over. Default: the real time. */
  constructor(protected readonly clock: Clock = systemClock) {
    super();
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.live(key)?.bytes.slice();
  }

  async set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    this.entries.set(key, { bytes: Uint8Array.from(value), expiresAt: this.clock.now() + (ttlMs ?? Infinity) });
  }

  async delete(key: string): Promise<boolean> {
    const existed = this.live(key) !== undefined;
    this.entries.delete(key);
    return existed;
  }

  /** What stands under `key` and has not expired; expired bytes are dropped on sight. */
  protected live(key: string): StoredBytes | undefined {
    const stored = this.entries.get(key);
    if (!stored || stored.expiresAt > this.clock.now()) return stored;
    this.entries.delete(key);
    return undefined;
  }
}
