import type { EvictionStrategy } from '../../contracts/eviction.js';
import { CacheUsageError } from '../errors.js';

/** A strategy that may be anybody's: what it throws is told and goes no further. */
export class GuardedEviction implements EvictionStrategy {
  constructor(
    private readonly strategy: EvictionStrategy,
    private readonly onError: (error: unknown) => void,
  ) {}

  added(id: string, bytes: number): void {
    try {
      this.strategy.added(id, bytes);
    } catch (error) {
      this.onError(error);
    }
  }

  used(id: string): void {
    try {
      this.strategy.used(id);
    } catch (error) {
      this.onError(error);
    }
  }

  removed(id: string): void {
    try {
      this.strategy.removed(id);
    } catch (error) {
      this.onError(error);
    }
  }

  cleared(): void {
    try {
      this.strategy.cleared();
    } catch (error) {
      this.onError(error);
    }
  }

  /** Who goes next, if `isThere` knows it. `undefined`: the strategy is of no help, and the store must choose. */
  victim(isThere: (id: string) => boolean = () => true): string | undefined {
    try {
      const id: unknown = this.strategy.victim();
      if (typeof id === 'string' && isThere(id)) return id;
      const what = id === undefined ? 'names nobody, although there are entries' : 'names what is not there';
      this.onError(new CacheUsageError(`The eviction strategy ${what}; the oldest entry goes instead.`));
    } catch (error) {
      this.onError(error);
    }
    return undefined;
  }
}
