/** One hit of this many out of the process is timed: the clock costs as much as a fifth of the hit itself. */
const SAMPLING = 32;

/** How long hits take. Those out of the process are sampled, the others timed each. Milliseconds. */
export class HitTimes {
  private near = 0;
  private nearTimed = 0;
  private nearTime = 0;
  private far = 0;
  private farTime = 0;

  /** Whether the next hit out of the process is to be timed. */
  get isDue(): boolean {
    return this.near % SAMPLING === 0;
  }

  /** @param took `undefined` of one that was not timed. */
  addNear(took: number | undefined): void {
    this.near++;
    if (took === undefined) return;
    this.nearTimed++;
    this.nearTime += took;
  }

  addFar(took: number): void {
    this.far++;
    this.farTime += took;
  }

  /** 0 before the first. */
  get mean(): number {
    const hits = this.near + this.far;
    const nearTime = this.nearTimed === 0 ? 0 : (this.nearTime / this.nearTimed) * this.near;
    return hits === 0 ? 0 : (nearTime + this.farTime) / hits;
  }
}
