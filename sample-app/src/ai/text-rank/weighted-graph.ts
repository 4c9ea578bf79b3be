/** The chance that a reader follows a link instead of going anywhere; that of Brin and Page, kept by TextRank. */
const DAMPING = 0.85;
/** Ranks are final once none changes by more between two rounds. */
const PRECISION = 1e-4;
/** Rounds shrink the change by the damping at least, so this is never reached; it is what ends the loop for sure. */
const MAX_ROUNDS = 200;

/** An undirected graph with weights, and the rank of each of its vertices. */
export class WeightedGraph {
  readonly #neighbours: Map<number, number>[];

  /** @param size vertices, which are named 0 to `size - 1` */
  constructor(size: number) {
    this.#neighbours = Array.from({ length: size }, () => new Map<number, number>());
  }

  /** Adds to the weight between two vertices. One does not recommend itself. */
  connect(one: number, other: number, weight: number): void {
    if (one === other || weight <= 0) return;
    const [ofOne, ofOther] = [this.#neighbours[one]!, this.#neighbours[other]!];
    ofOne.set(other, (ofOne.get(other) ?? 0) + weight);
    ofOther.set(one, (ofOther.get(one) ?? 0) + weight);
  }

  /** Weighted PageRank: Mihalcea and Tarau, "TextRank: Bringing Order into Texts", EMNLP 2004, section 2.2. */
  rank(): number[] {
    const strengths = this.#neighbours.map((weights) => {
      let sum = 0;
      for (const weight of weights.values()) sum += weight;
      return sum;
    });
    let ranks = strengths.map(() => 1);
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const next = this.#recommended(ranks, strengths);
      const changed = next.some((rank, vertex) => Math.abs(rank - ranks[vertex]!) > PRECISION);
      ranks = next;
      if (!changed) break;
    }
    return ranks;
  }

  #recommended(ranks: readonly number[], strengths: readonly number[]): number[] {
    return this.#neighbours.map((weights) => {
      let sum = 0;
      for (const [other, weight] of weights) sum += (weight / strengths[other]!) * ranks[other]!;
      return 1 - DAMPING + DAMPING * sum;
    });
  }
}
