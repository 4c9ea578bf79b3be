/** How many reads are gathered before they are written down. */
const MOST = 4_096;

/** Which entries were read since it was last written down, and how often: a read writes nothing itself. */
export class RecentUses {
  /** In the order of their last use. */
  readonly #times = new Map<number, number>();

  constructor(private readonly isKept: boolean) {}

  /** Whether it is time to write them down. */
  get isFull(): boolean {
    return this.#times.size >= MOST;
  }

  get isEmpty(): boolean {
    return this.#times.size === 0;
  }

  add(id: number): void {
    if (!this.isKept) return;
    const before = this.#times.get(id) ?? 0;
    this.#times.delete(id);
    this.#times.set(id, before + 1);
  }

  /** All of them, each with its times, which are forgotten here. */
  take(): [id: number, times: number][] {
    const uses = [...this.#times];
    this.#times.clear();
    return uses;
  }
}
