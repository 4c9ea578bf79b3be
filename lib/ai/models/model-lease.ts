/**
 * An instance in use: it is not disposed of before it is released. Released by the end of the block, too:
 * `await using lease = await models.lease(...)`.
 */
export class ModelLease<T> implements Disposable, AsyncDisposable {
  #release: (() => void) | undefined;

  /** @internal */
  constructor(
    readonly model: T,
    release: () => void,
  ) {
    this.#release = release;
  }

  /** Gives it back. To do so twice does nothing. */
  release(): void {
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }

  [Symbol.dispose](): void {
    this.release();
  }

  /** Does not wait for a disposal. */
  [Symbol.asyncDispose](): Promise<void> {
    this.release();
    return Promise.resolve();
  }
}
