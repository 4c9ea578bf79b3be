/** How a pool makes and discards what it lends. */
export interface ResourceFactory<R> {
  open(): Promise<R>;
  close(resource: R): Promise<void>;
}

/**
 * Lends a few expensive things, such as worker threads, to one job at a time each. They are opened when first needed and
 * kept. One whose job threw is discarded, since nobody knows what state it was left in; the next job gets a new one.
 */
export class ResourcePool<R> {
  readonly #factory: ResourceFactory<R>;
  readonly #size: number;
  readonly #idle: R[] = [];
  readonly #lent = new Set<R>();
  readonly #waiting: { resume: () => void; cancel: (reason: Error) => void }[] = [];
  #jobs = 0;
  #closed = false;

  constructor(size: number, factory: ResourceFactory<R>) {
    this.#size = size;
    this.#factory = factory;
  }

  async use<T>(job: (resource: R) => Promise<T>): Promise<T> {
    await this.#turn();
    try {
      const resource = this.#idle.pop() ?? (await this.#factory.open());
      if (this.#closed) {
        await this.#factory.close(resource);
        throw new PoolClosedError();
      }
      return await this.#lend(resource, job);
    } finally {
      // A job that waits takes this one's place, so the number of jobs stays.
      const next = this.#waiting.shift();
      if (next) next.resume();
      else this.#jobs -= 1;
    }
  }

  /** Discards everything, also what is in use; jobs that wait are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { cancel } of this.#waiting.splice(0)) cancel(new PoolClosedError());
    await Promise.all([...this.#idle.splice(0), ...this.#lent].map((resource) => this.#factory.close(resource)));
  }

  async #turn(): Promise<void> {
    if (this.#closed) throw new PoolClosedError();
    if (this.#jobs < this.#size) {
      this.#jobs += 1;
      return;
    }
    await new Promise<void>((resume, cancel) => this.#waiting.push({ resume, cancel }));
  }

  async #lend<T>(resource: R, job: (resource: R) => Promise<T>): Promise<T> {
    this.#lent.add(resource);
    try {
      const result = await job(resource);
      if (!this.#closed) this.#idle.push(resource);
      return result;
    } catch (error) {
      await this.#factory.close(resource);
      throw error;
    } finally {
      this.#lent.delete(resource);
    }
  }
}

export class PoolClosedError extends Error {
  override readonly name = 'PoolClosedError';

  constructor() {
    super('The service is shutting down.');
  }
}
