/** Brings to the disk what the kernel holds: one call at a time, and what is written meanwhile shares the next one. */
export class GroupSync {
  #running: Promise<void> | undefined;
  #again = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(private readonly sync: () => Promise<void>) {}

  /** Starts one that takes along everything written before. */
  request(): void {
    if (this.#running) this.#again = true;
    else this.#running = this.#run();
  }

  /** Resolves when everything written before is on the disk, or never will be. */
  async settle(): Promise<void> {
    await this.#running;
  }

  /** Throws, once, what the last ones failed with. */
  check(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure.error;
  }

  async #run(): Promise<void> {
    do {
      this.#again = false;
      try {
        await this.sync();
      } catch (error) {
        this.#failure = { error };
      }
    } while (this.#again);
    this.#running = undefined;
  }
}
