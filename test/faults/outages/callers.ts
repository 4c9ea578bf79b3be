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
  #slowest = { ms: 0, key: '' };
  #count = 0;

  constructor(
    private readonly caches: readonly CacheManager[],
    private readonly meter: StallMeter,
  ) {}

  get count(): number {
    return this.#count;
  }

  /** Of all calls so far, in milliseconds. */
  get slowest(): number {
    return this.#slowest.ms;
  }

  start(): void {
    this.#timer = setInterval(() => this.#one(`steady${this.#count}`), PAUSE);
  }

  /** When it resolves, all have been answered. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
  }

  /** Asks once more for what was asked for in trouble; how long the slowest of these took, in milliseconds. */
  async again(): Promise<number> {
    const before = this.#slowest;
    this.#slowest = { ms: 0, key: '' };
    for (const key of new Set(this.#asked)) this.#one(key);
    await Promise.all(this.#pending);
    const { ms } = this.#slowest;
    this.#slowest = before.ms > ms ? before : this.#slowest;
    return ms;
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
      if (value !== `value of ${key}`) this.failures.push(`${key} was answered with ${String(value)}`);
    } catch (error) {
      this.failures.push(`${key} was rejected: ${String(error)}`);
    }
    const ms = passed();
    if (ms > this.#slowest.ms) this.#slowest = { ms, key };
  }
}
