import { CacheEmbeddingError } from '../../support/errors.js';

/** How many dimensions vectors have that belong together: as many as were asked for, else as the first of them had. */
export class Dimensions {
  private value: number | undefined;

  constructor(
    private readonly wanted: number | undefined,
    /** For errors: ` of the model "m"`, or nothing. */
    private readonly owner: string,
  ) {
    this.value = wanted;
  }

  /** `undefined` until the first vector has come, where nobody has asked for a number of them. */
  get known(): number | undefined {
    return this.value;
  }

  /** Which one of the first vectors is the odd one, the others tell. */
  learn(lengths: readonly number[]): void {
    this.value ??= mostFrequent(lengths);
  }

  /** The vector that an embedder has brought. @throws CacheEmbeddingError */
  admit(vector: Float32Array, name: string): Float32Array {
    this.value ??= vector.length;
    if (vector.length === this.value) return vector;
    const others = this.wanted === undefined ? 'those before had' : 'asked for were';
    const text = `The embedder is at fault: ${name}${this.owner} has ${vector.length} dimensions, ${others} ${this.value}. It is not stored.`;
    throw new CacheEmbeddingError(text, 'dimensions', 1);
  }

  /** The vector that was stored. @throws CacheEmbeddingError */
  recall(vector: Float32Array): Float32Array {
    this.value ??= vector.length;
    if (vector.length === this.value) return vector;
    const text = `A cached vector${this.owner} has ${vector.length} dimensions, others have ${this.value}. Give the model another version, or say which dimensions it shall have.`;
    throw new CacheEmbeddingError(text, 'dimensions', 1);
  }
}

function mostFrequent(lengths: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1);
  let best: number | undefined;
  for (const [length, count] of counts) if (best === undefined || count > counts.get(best)!) best = length;
  return best;
}
