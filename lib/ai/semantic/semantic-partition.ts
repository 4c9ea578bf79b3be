import type { VectorIndex, VectorMatch } from './vector-index.js';

/**
 * The requests that differ in nothing but the text, with their index. An index may be the application's own, slow and in
 * error: which of its entries stand is known here, and it is asked for nothing but where to look.
 */
export class SemanticPartition {
  private readonly standing = new Set<number>();
  /** How many vectors are on their way into it. */
  private adding = 0;

  constructor(
    private readonly index: VectorIndex,
    /** Told of an index that does not forget. */
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Whether nothing is in it, and nothing on its way. Not what the index says, which may forget later, or never. */
  get isEmpty(): boolean {
    return this.adding === 0 && this.standing.size === 0;
  }

  /** The similar ones that stand, the most similar first. Rejects as the index does. */
  async search(vector: Float32Array, limit: number, atLeast: number): Promise<VectorMatch[]> {
    const found = await this.index.search(vector, limit, atLeast);
    // An id that stands elsewhere is of other requests, perhaps of another tenant: an index may have been handed out twice.
    return found.filter(({ id, similarity }) => this.standing.has(id) && similarity >= atLeast).slice(0, limit);
  }

  /**
   * Runs `settle` when the vector is there, in the same synchronous stretch: whether it may stand. Rejects as the index does,
   * and then it does not.
   */
  async add(id: number, vector: Float32Array, settle: () => boolean): Promise<boolean> {
    this.adding++;
    try {
      await this.index.add(id, vector);
      const stands = settle();
      if (stands) this.standing.add(id);
      else this.forget(() => this.index.remove(id));
      return stands;
    } finally {
      this.adding--;
    }
  }

  remove(id: number): void {
    if (this.standing.delete(id)) this.forget(() => this.index.remove(id));
  }

  /** For one that is empty, and is left. */
  close(): void {
    this.forget(() => this.index.clear());
  }

  /** What it still finds then does not stand here any more. */
  private forget(work: () => unknown): void {
    try {
      void Promise.resolve(work()).catch(this.onError);
    } catch (error) {
      this.onError(error);
    }
  }
}
