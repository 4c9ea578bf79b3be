/** How many reads are gathered before they are written down. */
const MOST = 4_096;

/** Which entries were read since it was last written down: a read writes nothing itself. */
export class RecentUses {
  /** In the order of their last use. */
  readonly #ids = new Set<number>();

  constructor(private readonly isKept: boolean) {}

  /** Whether it is time to write them down. */
  get isFull(): boolean {
    return this.#ids.size >= MOST;
  }

  get isEmpty(): boolean {
    return this.#ids.size === 0;
  }

  add(id: number): void {
    if (!this.isKept) return;
    this.#ids.delete(id);
    this.#ids.add(id);
  }

  /** All of them, which are forgotten here. */
  take(): number[] {
    const ids = [...this.#ids];
    this.#ids.clear();
    return ids;
  }
}
