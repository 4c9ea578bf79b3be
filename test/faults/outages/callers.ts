import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { stopwatch, type StallMeter } from './stall-meter.js';

const PAUSE = 4;

/**
 * Callers that ask all the time, each for a key of its own, so that every call goes to the store, is a load and a fill.
 * A call that rejects, or is answered with anything but what its loader brought, is a `failure`.
 */
export class Callers {
  readonly failures: string[] = [];
  readonly #asked: string[] = [];
  readonly #pending = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #slowest = 0;
  #count = 0;

  constructor(
    private readonly caches: readonly CacheManager[],
    private readonly meter: StallMeter,
  ) {}

  /** Of all calls so far, in milliseconds. */
  get slowest(): number {
    return this.#slowest;
  }

  start(): void {
    this.#timer = setInterval(() => this.#one(`steady${this.#count}`), PAUSE);
  }

  /** When it resolves, all have been answered. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
  }

  /** Asks once more for all that was asked for in trouble: whatever that has left behind is no reason to wait. */
  async again(): Promise<void> {
    for (const key of new Set(this.#asked)) this.#one(key);
    await Promise.all(this.#pending);
  }

  #one(key: string): void {
    const call = this.#ask(this.caches[this.#count++ % this.caches.length]!, key);
    this.#pending.add(call);
    void call.then(() => this.#pending.delete(call));
  }

  async #ask(cache: CacheManager, key: string): Promise<void> {
    this.#asked.push(key);
    const passed = stopwatch(this.meter);
    try {
      const value = await cache.getOrSet(key, async () => `value of ${key}`);
      if (value !== `value of ${key}`) this.failures.push(`${key} was answered with ${value}`);
    } catch (error) {
      this.failures.push(`${key} was rejected: ${String(error)}`);
    }
    this.#slowest = Math.max(this.#slowest, passed());
  }
}
