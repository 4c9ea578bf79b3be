import type { EmbeddingModelAnswer } from './model-shapes.js';

/**
 * The vectors of all texts, and of what was asked of the model for them what it said: as a rule that was one question, or none.
 * @param made In the order in which they were made.
 */
export function mergedAnswer<A extends EmbeddingModelAnswer>(vectors: readonly Float32Array[], made: readonly A[]): A {
  const usages = made.map(({ usage }) => usage);
  const tokens = usages.reduce((sum, usage) => sum + (usage?.tokens ?? 0), 0);
  return {
    ...made.at(-1),
    embeddings: vectors.map((vector) => Array.from(vector)),
    // A model that does not count leaves the SDK to say so.
    ...(!usages.includes(undefined) && { usage: { tokens } }),
    warnings: made.flatMap(({ warnings = [] }) => warnings),
  } as unknown as A;
}
