import type { VectorIndex } from './vector-index.js';

/** The index of the requests that differ in nothing but the text. */
export class SemanticPartition {
  /** How many vectors are on their way into it. */
  private adding = 0;

  constructor(private readonly index: VectorIndex) {}

  get isEmpty(): boolean {
    return this.adding === 0 && this.index.size === 0;
  }

  search(...args: Parameters<VectorIndex['search']>): ReturnType<VectorIndex['search']> {
    return this.index.search(...args);
  }

  remove(id: number): ReturnType<VectorIndex['remove']> {
    return this.index.remove(id);
  }

  /** Runs `settle` when the vector is there, in the same synchronous stretch. Rejects as the index does. */
  async add<T>(id: number, vector: Float32Array, settle: () => T): Promise<T> {
    this.adding++;
    try {
      await this.index.add(id, vector);
      return settle();
    } finally {
      this.adding--;
    }
  }
}
