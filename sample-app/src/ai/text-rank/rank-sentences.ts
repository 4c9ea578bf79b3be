import type { Sentence } from './document-sample.js';
import { WeightedGraph } from './weighted-graph.js';

/** How many terms two sentences share. */
function sharedTerms(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const [small, large] = one.size < other.size ? [one, other] : [other, one];
  let shared = 0;
  for (const term of small) if (large.has(term)) shared += 1;
  return shared;
}

/** Overlap over the logarithms of the lengths: Mihalcea and Tarau, EMNLP 2004, section 4.1. */
export function similarity(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const length = Math.log(one.size) + Math.log(other.size);
  // Two sentences of one word each have no length to divide by; an empty one has a logarithm below everything.
  return length > 0 && Number.isFinite(length) ? sharedTerms(one, other) / length : 0;
}

/** Dice's coefficient: 0 nothing in common, 1 the same terms. */
export function likeness(one: Sentence, other: Sentence): number {
  const terms = one.terms.size + other.terms.size;
  return terms === 0 ? 0 : (2 * sharedTerms(one.terms, other.terms)) / terms;
}

/** How much each sentence is recommended by those that resemble it; at the index of the sentence. */
export function rankSentences(sentences: readonly Sentence[]): number[] {
  const graph = new WeightedGraph(sentences.length);
  for (const one of sentences) {
    for (let index = one.index + 1; index < sentences.length; index += 1) {
      graph.connect(one.index, index, similarity(one.terms, sentences[index]!.terms));
    }
  }
  return graph.rank();
}

/** The best first; of equals the one that comes first in the text. */
export function bestFirst(sentences: readonly Sentence[]): Sentence[] {
  const ranks = rankSentences(sentences);
  return sentences.toSorted((one, other) => ranks[other.index]! - ranks[one.index]! || one.index - other.index);
}
