/** Keeps the most similar of all that it is shown, most similar first; of equals the first. */
export class Nearest<T> {
  readonly #limit: number;
  readonly #threshold: number;
  readonly #found: { readonly similarity: number; readonly item: T }[] = [];

  constructor(limit: number, threshold: number) {
    this.#limit = limit;
    this.#threshold = threshold;
  }

  get found(): readonly { readonly similarity: number; readonly item: T }[] {
    return this.#found;
  }

  /** @param item is only made of one that is kept */
  show(similarity: number, item: () => T): void {
    if (similarity < this.#threshold) return;
    const place = this.#found.findIndex((other) => other.similarity < similarity);
    if (place < 0 && this.#found.length === this.#limit) return;
    this.#found.splice(place < 0 ? this.#found.length : place, 0, { similarity, item: item() });
    if (this.#found.length > this.#limit) this.#found.pop();
  }
}

/** The cosine of two vectors of the length 1. */
export function similarityOf(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let place = 0; place < one.length; place += 1) sum += one[place]! * other[place]!;
  return sum;
}
