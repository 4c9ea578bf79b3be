import type { KeyGenerator } from '../contracts/key-generator.js';
import { CacheConfigError } from '../support/errors.js';
import type { CacheManager } from './cache-manager.js';

export const DEFAULT_CACHE = 'default';

/**
 * The caches of one application, by name. It depends on nothing, so it can be injected anywhere at any time, also into
 * what a cache's own options are made from; the caches arrive in it when they are ready.
 */
export class CacheRegistry {
  private readonly caches = new Map<string, CacheManager>();
  /** Makes default keys where a cache has no generator of its own. Set when the application starts. */
  keyGenerator: KeyGenerator | undefined;
  /** Whether every cache of the application is known. */
  isStarted = false;
  private readonly pending = new Set<string>();

  get(name: string = DEFAULT_CACHE): CacheManager | undefined {
    return this.caches.get(name);
  }

  /** Says that a cache of this name is being made. @throws CacheConfigError when there is one already. */
  announce(name: string): void {
    if (this.pending.has(name)) {
      throw new CacheConfigError([
        {
          path: 'name',
          message: `there are two caches named ${JSON.stringify(name)}; import it once, or give one of them another name`,
        },
      ]);
    }
    this.pending.add(name);
  }

  add(manager: CacheManager): void {
    this.caches.set(manager.name, manager);
  }

  /** Whether a cache of this name exists or is being made. */
  knows(name: string): boolean {
    return this.pending.has(name);
  }

  get names(): string[] {
    return [...this.pending];
  }
}
