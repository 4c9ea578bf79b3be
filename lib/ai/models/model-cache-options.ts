import type { Clock } from '../../contracts/clock.js';
import type { Duration } from '../../contracts/duration.js';
import type { ByteSize } from '../../contracts/encoding-options.js';

/** Everything `new ModelCache` and `ModelCacheModule.forRoot` take. All optional. */
export interface ModelCacheOptions {
  /** How many instances are kept. Default 8. */
  maxInstances?: number;
  /** What all of them may weigh together, by `size` and `sizeOf`. Default: no limit. The one used last is kept, whatever its weight. */
  maxBytes?: ByteSize;
  /** How long an instance that nobody uses is kept. Default: until its place is needed. */
  idleTtl?: Duration;
  /**
   * What is done when there is no place and every instance is in use. `exceed` (default): one more is loaded, and an event
   * `exceeded` says so. `wait`: no load begins before another instance is gone, and calls wait for that in order.
   */
  whenFull?: 'exceed' | 'wait';
  /** How long a load waits for a place at most; then its calls reject with `CacheTimeoutError`. Default 30 s. */
  waitTimeout?: Duration;
  /** How long a load may take; then its calls reject with `CacheTimeoutError`. Default: as long as it needs. */
  loadTimeout?: Duration;
  /**
   * How long an instance that `getModel` has handed out is not disposed of, whatever happens to its key: nobody can tell
   * whether it is still in use. Default 5 s.
   */
  grace?: Duration;
  /** How long the disposal of one instance is waited for. Default 10 s. */
  disposeTimeout?: Duration;
  /** How long a shutdown waits for loads and leases to end before it disposes of everything. Default 10 s. */
  drainTimeout?: Duration;
  /** What an instance weighs, in bytes, where the call does not say. Default: nothing. */
  sizeOf?: (model: unknown, key: string) => number;
  /** Tests: `new FakeClock()`. */
  clock?: Clock;
}

/** What a loader is given. */
export interface ModelContext {
  readonly key: string;
  /** Aborted when nobody waits for the instance any more: after `loadTimeout`, and when a shutdown has waited long enough. */
  readonly signal: AbortSignal;
}

export type ModelLoader<T> = (context: ModelContext) => T | Promise<T>;

/** How one instance is kept. Those of the call that loads it count. */
export interface ModelOptions<T = never> {
  /** Default: the cache's. */
  idleTtl?: Duration;
  /**
   * Ends the instance. Default: the first it has of `Symbol.asyncDispose`, `Symbol.dispose`, `dispose()`, `close()` and
   * `terminate()`. `false`: it is only forgotten.
   */
  dispose?: false | ((model: T) => void | Promise<void>);
  /** What it weighs. Default: what `sizeOf` of the cache says. */
  size?: ByteSize | ((model: T) => number);
}
