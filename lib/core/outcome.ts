/**
 * What a promise tells, with a promise for those who ask: most flights have one caller, who waits for the loader itself,
 * and what nobody asks for costs nothing. The first word counts.
 */
export class Outcome<T> {
  private state: 'open' | 'kept' | 'failed' = 'open';
  private value: T | undefined;
  /** Whatever a loader throws, which need not be one. */
  private error: Error | undefined;
  private made: Promise<T> | undefined;
  private resolve: ((value: T) => void) | undefined;
  private reject: ((error: unknown) => void) | undefined;

  get isOpen(): boolean {
    return this.state === 'open';
  }

  get promise(): Promise<T> {
    return (this.made ??= this.make());
  }

  keep(value: T): void {
    if (this.state !== 'open') return;
    this.state = 'kept';
    this.value = value;
    this.resolve?.(value);
  }

  fail(error: unknown): void {
    if (this.state !== 'open') return;
    this.state = 'failed';
    this.error = error as Error;
    this.reject?.(error);
  }

  private make(): Promise<T> {
    if (this.state === 'kept') return Promise.resolve(this.value as T);
    const promise = new Promise<T>((resolve, reject) => {
      if (this.state === 'failed') return reject(this.error!);
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever asked may have left by the time it fails.
    promise.catch(() => {});
    return promise;
  }
}
