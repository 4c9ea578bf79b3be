interface HeldOperation {
  /** Carries the operation out and settles its caller's promise. Never rejects. */
  land(): Promise<void>;
  refuse(error: Error): void;
}

/**
 * Operations that were sent and never answered, as by a frozen server. They have not reached the store yet: `release`
 * lets them land late, which is how a write overtakes the deletion that was issued after it.
 */
export class FlakyHang {
  readonly #held: HeldOperation[] = [];
  #over = false;

  /** How many operations hang in it now. */
  get pending(): number {
    return this.#held.length;
  }

  /** Whether it was released or failed; then it catches no further operation. */
  get over(): boolean {
    return this.#over;
  }

  /**
   * Ends the hang and carries out what hung, one after the other in the order of the calls. Resolves when the last one
   * has landed. Twice does nothing.
   */
  async release(): Promise<void> {
    this.#over = true;
    for (let held = this.#held.shift(); held; held = this.#held.shift()) await held.land();
  }

  /** Ends the hang and rejects what hung, as a connection that breaks does: none of it reaches the store. */
  fail(error: Error = new Error('FlakyBackend: the connection broke while the operation hung.')): void {
    this.#over = true;
    for (const held of this.#held.splice(0)) held.refuse(error);
  }

  /** @internal Keeps an operation until the hang ends. */
  hold<T>(operation: () => Promise<T>): Promise<T> {
    // Caught by the script before the hang ended, but delayed until after.
    if (this.#over) return operation();
    return new Promise<T>((resolve, reject) => {
      const land = (): Promise<void> => operation().then(resolve, reject);
      this.#held.push({ land, refuse: reject });
    });
  }
}
