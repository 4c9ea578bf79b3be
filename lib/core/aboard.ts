import { AsyncLocalStorage } from 'node:async_hooks';

/** Tells code from which loader it is called, across all that it awaits. `F` stands for the load. */
export class Aboard<F> {
  private readonly storage = new AsyncLocalStorage<F>();
  /** How many loaders are running. */
  private carried = 0;
  private leaving = false;

  /** The load from whose loader this is called. */
  get around(): F | undefined {
    return this.storage.getStore();
  }

  async carry<T>(load: F, run: () => Promise<T>): Promise<T> {
    try {
      return await this.take(load, run, undefined);
    } finally {
      this.alight();
    }
  }

  /** Runs a loader; `alight` is to be called when it is over, or when it throws. */
  take<A, T>(load: F, run: (argument: A) => T, argument: A): T {
    this.carried++;
    return this.storage.run(load, run, argument);
  }

  /**
   * While one loader runs, every promise of the process pays for knowing where it was made (on Node 20 about as much as a
   * hit costs). While none does, nobody needs to know. But to begin and to end that costs more than what is paid for twenty
   * promises: so it ends with the turn of the event loop, not with each loader.
   */
  alight(): void {
    if (--this.carried > 0 || this.leaving) return;
    this.leaving = true;
    setImmediate(() => {
      this.leaving = false;
      if (this.carried === 0) this.storage.disable();
    }).unref();
  }
}
