const TICK = 5;

/** For how long this process has done nothing at all, because the machine was busy with others: no fault of the cache's. */
export class StallMeter {
  #stalled = 0;
  #last = performance.now();
  readonly #timer = setInterval(() => this.#tick(), TICK);

  /** Milliseconds since it was made. */
  get stalled(): number {
    this.#tick();
    return this.#stalled;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    this.#stalled += Math.max(0, now - this.#last - TICK);
    this.#last = now;
  }
}

/** Milliseconds of a process that was not held up. */
export function stopwatch(meter: StallMeter): () => number {
  const [begun, stalled] = [performance.now(), meter.stalled];
  return () => performance.now() - begun - (meter.stalled - stalled);
}
