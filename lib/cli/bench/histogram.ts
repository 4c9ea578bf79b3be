/** Buckets per factor of e: neighbours are 1 % apart, so a percentile is off by 0.5 % at most. */
const FINENESS = 100;
/** In milliseconds: what is shorter counts as this. A clock sees no less. */
const SHORTEST = 1e-5;
/** Up to about 17 minutes. */
const BUCKETS = Math.ceil(Math.log(1e6 / SHORTEST) * FINENESS) + 1;

/** Latencies in logarithmic buckets: the memory is the same (20 KiB) however many there are. */
export class Histogram {
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #sum = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  /** In milliseconds; exact. */
  get max(): number {
    return this.#max;
  }

  /** In milliseconds; exact. 0 when nothing was recorded. */
  get mean(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count;
  }

  /** @param ms not negative. */
  record(ms: number): void {
    const bucket = ms <= SHORTEST ? 0 : Math.floor(Math.log(ms / SHORTEST) * FINENESS);
    const last = BUCKETS - 1;
    this.#counts[bucket < last ? bucket : last]! += 1;
    this.#count += 1;
    this.#sum += ms;
    if (ms > this.#max) this.#max = ms;
  }

  /** The latency that the given share (0 to 1) of all is not above, in milliseconds. 0 when nothing was recorded. */
  percentile(share: number): number {
    const rank = Math.max(1, Math.ceil(share * this.#count));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket]!;
      // The middle of the bucket, but never above what was really met.
      if (seen >= rank) return Math.min(this.#max, SHORTEST * Math.exp((bucket + 0.5) / FINENESS));
    }
    return this.#max;
  }
}
