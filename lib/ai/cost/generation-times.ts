/** Each bucket reaches this much further than the one before, so a quantile is true to 15 percent. */
const STEP = 1.15;
const LOG_STEP = Math.log(STEP);
/** Up to two weeks. */
const BUCKETS = 150;

/** How long generations take: a histogram of fixed size, whatever comes. Milliseconds. */
export class GenerationTimes {
  private readonly counts = new Float64Array(BUCKETS);
  private count = 0;
  private sum = 0;
  private longest = 0;

  add(took: number): void {
    this.counts[bucketOf(took)]!++;
    this.count++;
    this.sum += took;
    this.longest = Math.max(this.longest, took);
  }

  /** 0 before the first. */
  get mean(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }

  /** What the share `quantile` of them did not exceed, to 15 percent; 0 before the first. */
  atMost(quantile: number): number {
    let rest = Math.ceil(this.count * quantile);
    if (rest === 0) return 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      rest -= this.counts[bucket]!;
      if (rest <= 0) return Math.min(STEP ** bucket, this.longest);
    }
    return this.longest;
  }
}

/** The first bucket ends at 1 ms. */
function bucketOf(took: number): number {
  if (!(took > 1)) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(took) / LOG_STEP));
}
