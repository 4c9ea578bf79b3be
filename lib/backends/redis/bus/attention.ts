/** The leases whose end somebody in this process waits for, each counted as often as it is waited for. */
export class Attention {
  readonly #waiting = new Map<string, number>();

  get leaseKeys(): readonly string[] {
    return [...this.#waiting.keys()];
  }

  has(leaseKey: string): boolean {
    return this.#waiting.has(leaseKey);
  }

  add(leaseKey: string): void {
    this.#waiting.set(leaseKey, (this.#waiting.get(leaseKey) ?? 0) + 1);
  }

  remove(leaseKey: string): void {
    const left = (this.#waiting.get(leaseKey) ?? 0) - 1;
    if (left > 0) this.#waiting.set(leaseKey, left);
    else this.#waiting.delete(leaseKey);
  }
}
