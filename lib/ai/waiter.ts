/** One that others wait for, and that may wait for others: tells who would wait in a circle, and so for ever. */
export class Waiter {
  /** With the number of waits. */
  private readonly waitsFor = new Map<Waiter, number>();

  /** What `work` brings, which is what `other` stands for. */
  async waitFor<T>(other: Waiter, work: Promise<T>): Promise<T> {
    this.waitsFor.set(other, (this.waitsFor.get(other) ?? 0) + 1);
    try {
      return await work;
    } finally {
      const waits = this.waitsFor.get(other)! - 1;
      if (waits > 0) this.waitsFor.set(other, waits);
      else this.waitsFor.delete(other);
    }
  }

  /** Whether it is `target`, or waits for it, be it by way of others. */
  leadsTo(target: Waiter): boolean {
    const seen = new Set<Waiter>([this]);
    // A set grows while it is walked.
    for (const waiter of seen) {
      if (waiter === target) return true;
      for (const next of waiter.waitsFor.keys()) seen.add(next);
    }
    return false;
  }
}
