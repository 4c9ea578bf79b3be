import { CacheBackendError } from '../../support/errors.js';

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

  /** @throws CacheBackendError when errors were reported since, with the last of them as its `cause`. */
  refuseSince(mark: number, operation: string): void {
    if (this.#count === mark) return;
    throw new CacheBackendError(`${this.name} reported an error during ${operation}.`, { cause: this.#last });
  }

  async during<T>(operation: string, work: () => Promise<T>): Promise<T> {
    const { mark } = this;
    const result = await work();
    this.refuseSince(mark, operation);
    return result;
  }

  stop(): void {
    for (const source of this.sources) source.off?.('error', this.#listener);
  }
}
