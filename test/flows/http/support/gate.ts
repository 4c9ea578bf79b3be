/** Holds runs of a handler until the test lets them go. */
export class Gate {
  private opened!: () => void;
  private readonly passable = new Promise<void>((resolve) => (this.opened = resolve));
  private readonly waiting: (() => void)[] = [];
  /** How many have come so far. */
  arrived = 0;

  /** Resolves when the gate opens. */
  async pass(): Promise<void> {
    this.arrived++;
    for (const tell of this.waiting.splice(0)) tell();
    await this.passable;
  }

  open(): void {
    this.opened();
  }

  /** Resolves when so many have come. */
  async untilArrived(count: number): Promise<void> {
    while (this.arrived < count) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}

/** Resolves once `isSo` holds; real sockets are involved, so it asks again every few turns of the event loop. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
}
