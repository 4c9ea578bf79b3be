import { CacheError } from '../../support/errors.js';
import { isNoJson, storeError } from './store-error.js';

/** What an adapter, or a Keyv, tells its errors by. */
export interface ErrorSource {
  on?(event: string, listener: (error: unknown) => void): unknown;
  off?(event: string, listener: (error: unknown) => void): unknown;
}

/**
 * The errors that a store reports instead of throwing them. Keyv and most of its adapters answer a failed `set` as a good one, and
 * a failed `delete` as if there had been nothing to remove; only an `error` event tells the difference. It does not say which
 * call it belongs to, so whatever is under way when one comes counts as failed: a good answer that is not believed costs a
 * load, a failed deletion that is believed serves what was deleted.
 */
export class ReportedErrors {
  #count = 0;
  #last: unknown;
  readonly #listener = (error: unknown): void => {
    if (isNoJson(error)) return;
    this.#count++;
    this.#last = error;
  };

  constructor(
    private readonly name: string,
    private readonly sources: readonly ErrorSource[],
  ) {
    for (const source of sources) source.on?.('error', this.#listener);
  }

  /** Where it stands, for `refuseSince`. */
  get mark(): number {
    return this.#count;
  }

  /** @throws CacheBackendError when errors were reported since; it says what the last of them does. */
  refuseSince(mark: number, operation: string): void {
    if (this.#count === mark) return;
    throw storeError(this.name, operation, this.#last);
  }

  /** @throws CacheBackendError for whatever the work throws, and for what is reported meanwhile. */
  async during<T>(operation: string, work: () => Promise<T>): Promise<T> {
    const { mark } = this;
    let result: T;
    try {
      result = await work();
    } catch (error) {
      // What was reported says more than what has come of it.
      this.refuseSince(mark, operation);
      throw error instanceof CacheError ? error : storeError(this.name, operation, error);
    }
    this.refuseSince(mark, operation);
    return result;
  }

  stop(): void {
    for (const source of this.sources) source.off?.('error', this.#listener);
  }
}
