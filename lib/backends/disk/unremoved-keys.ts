/** How many are told apart. */
const MOST = 10_000;

/** Keys whose old value should have gone and could not, because the disk took nothing: it is served no more. */
export class UnremovedKeys {
  readonly #keys = new Set<string>();
  #isOverfull = false;

  /** There are too many to tell apart: nothing is served until everything is gone. */
  get isOverfull(): boolean {
    return this.#isOverfull;
  }

  get isEmpty(): boolean {
    return this.#keys.size === 0 && !this.#isOverfull;
  }

  has(key: string): boolean {
    return this.#isOverfull || (this.#keys.size > 0 && this.#keys.has(key));
  }

  add(key: string): void {
    if (this.#keys.size >= MOST) this.#isOverfull = true;
    else this.#keys.add(key);
  }

  /** It is gone after all, or another value has taken its place. */
  delete(key: string): void {
    this.#keys.delete(key);
  }

  all(): string[] {
    return [...this.#keys];
  }

  /** Everything is gone. */
  clear(): void {
    this.#keys.clear();
    this.#isOverfull = false;
  }
}
