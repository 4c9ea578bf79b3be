import { setImmediate as turn } from 'node:timers/promises';
import type { Embedder } from '../embedder.js';
import { DIMENSIONS, hashedVector } from './hashed-vector.js';

/** After so many texts, other requests have their turn. */
const TEXTS_A_TURN = 8;

/**
 * Finds texts that share words and parts of words, in any script, on this machine: no model, no network. It knows no meaning:
 * a translation, or the same in other words, is not similar to it.
 */
export class LocalEmbedder implements Embedder {
  readonly name = 'local hashed n-grams';
  readonly model = `hashed-n-grams-${DIMENSIONS}`;
  readonly version = 1;
  readonly dimensions = DIMENSIONS;
  readonly batchSize = 96;
  /** Five standard deviations of what collisions alone give two texts that share nothing. */
  readonly threshold = 5 / Math.sqrt(DIMENSIONS);

  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (const text of texts) {
      if (vectors.length % TEXTS_A_TURN === 0) await turn();
      vectors.push(hashedVector(text));
    }
    return vectors;
  }
}
