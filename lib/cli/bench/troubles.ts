import type { CacheManager } from '../../index.js';
import { publicMessageOf } from '../../support/public-message.js';

/** More than that nobody reads. */
const KINDS = 10;

/** What went wrong behind the calls, by its text. A cache tells it by events; its callers are served all the same. */
export class Troubles {
  readonly #counts = new Map<string, number>();

  hear(cache: CacheManager): void {
    cache.on('error', ({ operation, error }) => this.add(`${operation}: ${publicMessageOf(error)}`));
    cache.on('degraded', ({ error }) => this.add(`given up for a while: ${publicMessageOf(error)}`));
  }

  add(text: string): void {
    const known = this.#counts.get(text);
    if (known === undefined && this.#counts.size >= KINDS) return;
    this.#counts.set(text, (known ?? 0) + 1);
  }

  /** The most frequent one. */
  get worst(): string | undefined {
    return [...this.#counts].sort(([, a], [, b]) => b - a)[0]?.[0];
  }

  toObject(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
