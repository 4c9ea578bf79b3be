import { CacheError, CacheUsageError } from '../../support/errors.js';
import { Opaque } from '../../support/opaque.js';
import { withTimeLimit } from '../../support/time-limit.js';
import { isPromise } from './disposal-of.js';
import type { ModelCacheOptions, ModelLoader, ModelOptions } from './model-cache-options.js';
import { ModelDisposer } from './model-disposer.js';
import { ModelEvents, type ModelCounts, type ModelEventOf, type ModelEventType } from './model-events.js';
import { ModelLease } from './model-lease.js';
import { ModelLoads } from './model-loads.js';
import { ModelShelf } from './model-shelf.js';
import { ModelSlot } from './model-slot.js';
import { resolveKeeping, resolveModelOptions, type ResolvedModelOptions } from './resolved-model-options.js';

/** Of this process, since the cache was made. */
export interface ModelCacheStats extends Readonly<ModelCounts> {
  /** Those that are there, and that the next caller gets. */
  readonly instances: number;
  /** Loads under way, and those that wait for a place. */
  readonly loading: number;
  /** Instances in use by `use` or `lease`. */
  readonly leased: number;
  /** Instances that no caller gets any more, and that are not disposed of yet. */
  readonly leaving: number;
  /** What `instances` weigh. */
  readonly bytes: number;
}

/**
 * Live instances: models, clients, workers. Kept in this process and handed out by reference; a bounded number of them, each
 * loaded once however many ask, and disposed of when it has to leave.
 *
 * `use` and `lease` keep an instance from being disposed of while it is worked with. An instance of `getModel` may be, when the
 * `grace` is over and its place is needed, its key deleted, or nobody has asked for it for `idleTtl`.
 */
export class ModelCache extends Opaque {
  private readonly options: ResolvedModelOptions;
  private readonly events = new ModelEvents();
  private readonly shelf: ModelShelf;
  private isClosed = false;
  private closed: Promise<void> | undefined;

  /** @throws CacheConfigError that lists every fault. */
  constructor(options: ModelCacheOptions = {}) {
    super();
    this.options = resolveModelOptions(options);
    const disposer = new ModelDisposer(this.options, this.events);
    const loads = new ModelLoads(this.options, this.events, disposer);
    this.shelf = new ModelShelf(this.options, this.events, loads, disposer);
  }

  /**
   * The instance of the key, or the one that `load` brings. It runs once however many ask; when it fails, all of them get the
   * error, and the next call loads again.
   *
   * Rejects with `CacheUsageError` for an empty key, a bad option, or a loader that would wait for itself; with
   * `CacheTimeoutError` after `waitTimeout` or `loadTimeout`; with `CacheError` after a shutdown.
   */
  async getModel<T>(key: string, load: ModelLoader<T>, options?: ModelOptions<T>): Promise<T> {
    const slot = this.enter(key, load, options);
    try {
      return (await slot.arrived()) as T;
    } finally {
      this.shelf.handOut(slot);
    }
  }

  /** What `run` makes of the instance, which is in use until then. Rejects as `getModel` does, and with the error of `run`. */
  async use<T, R>(
    key: string,
    load: ModelLoader<T>,
    run: (model: T) => R | Promise<R>,
    options?: ModelOptions<T>,
  ): Promise<R> {
    requireFunction('run', run);
    const slot = this.enter(key, load, options);
    try {
      return await run((await slot.arrived()) as T);
    } finally {
      this.shelf.release(slot);
    }
  }

  /** The instance, in use until the lease is released. Rejects as `getModel` does. */
  async lease<T>(key: string, load: ModelLoader<T>, options?: ModelOptions<T>): Promise<ModelLease<T>> {
    const slot = this.enter(key, load, options);
    try {
      const model = (await slot.arrived()) as T;
      return new ModelLease(model, () => this.shelf.release(slot));
    } catch (error) {
      this.shelf.release(slot);
      throw error;
    }
  }

  /**
   * Keeps an instance that was made elsewhere, in place of the one of the key. From then on it is the cache's to dispose of.
   * @throws CacheUsageError for an empty key, a bad option, or a promise in place of the instance. @throws CacheError after a shutdown: it stays the caller's.
   */
  setModel<T>(key: string, model: T, options?: ModelOptions<T>): void {
    // Whoever disposes of a promise ends nothing, and one that fails would fail every caller from then on.
    if (isPromise(model)) throw new CacheUsageError(`The model ${JSON.stringify(key)} is a promise. Await it first.`);
    const slot = this.slotOf(key, () => model, options);
    this.shelf.put(slot, model);
  }

  /** Whether there is an instance; one that is still being loaded does not count. */
  has(key: string): boolean {
    return this.shelf.get(key)?.stage === 'ready';
  }

  /**
   * The next caller gets a new instance; the one there is, or is being loaded, goes to those who have asked for it, and is
   * disposed of when they are done. `true`: there was one. Resolves when it is disposed of, if nobody uses it.
   */
  async delete(key: string): Promise<boolean> {
    const slot = this.shelf.get(key);
    if (!slot) return false;
    await this.shelf.retire(slot, 'deleted');
    return true;
  }

  /** The same for every key. */
  async clear(): Promise<void> {
    await Promise.all(this.shelf.retireAll('deleted'));
  }

  getStats(): ModelCacheStats {
    const { all, ready, pending } = this.shelf;
    return {
      instances: ready.length,
      loading: pending,
      leased: all.filter(({ stage, leases }) => stage === 'ready' && leases > 0).length,
      leaving: all.filter(({ leftBy }) => leftBy !== undefined).length,
      bytes: ready.reduce((sum, { bytes }) => sum + bytes, 0),
      ...this.events.counts,
    };
  }

  /** Returns the unsubscribe function. */
  on<T extends ModelEventType>(event: T, listener: (event: ModelEventOf<T>) => void): () => void {
    return this.events.on(event, listener);
  }

  /**
   * Disposes of everything, for good. Nothing is loaded any more; loads and leases under way have `drainTimeout` to end, each
   * disposal has `disposeTimeout`. Never rejects.
   */
  close(): Promise<void> {
    return (this.closed ??= this.shutDown());
  }

  /**
   * Called by Nest, in the last of its phases: until then requests are being answered that want a model, and others end what
   * they have begun.
   */
  onApplicationShutdown(): Promise<void> {
    return this.close();
  }

  private async shutDown(): Promise<void> {
    const { clock, drainTimeout } = this.options;
    // First: who listens to what happens now may ask for another instance.
    this.isClosed = true;
    try {
      await withTimeLimit(clock, 'Draining the models', drainTimeout, this.shelf.close(closedError()));
    } catch {
      await this.shelf.force(closedError());
    }
  }

  private enter<T>(key: string, load: ModelLoader<T>, options: ModelOptions<T> | undefined): ModelSlot {
    requireFunction('load', load);
    const slot = this.shelf.get(key);
    if (!slot) {
      const made = this.slotOf(key, load, options);
      this.shelf.add(made);
      return made;
    }
    if (slot.stage === 'ready') this.events.counts.hits++;
    this.shelf.lease(slot);
    return slot;
  }

  /** @throws CacheUsageError @throws CacheError */
  private slotOf<T>(key: string, load: ModelLoader<T>, options: ModelOptions<T> | undefined): ModelSlot {
    if (typeof key !== 'string' || key === '') {
      throw new CacheUsageError(
        `The key of a model must be a string that is not empty; got ${key === '' ? 'an empty one' : typeof key}.`,
      );
    }
    const keeping = resolveKeeping(key, options, this.options);
    if (this.isClosed) throw closedError();
    return new ModelSlot(key, load, keeping);
  }
}

function closedError(): CacheError {
  return new CacheError('The models are shut down with the application.');
}

function requireFunction(what: string, given: unknown): void {
  if (typeof given === 'function') return;
  throw new CacheUsageError(`${what} must be a function; got ${typeof given}.`);
}
