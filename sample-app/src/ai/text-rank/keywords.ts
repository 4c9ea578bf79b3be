import type { Sentence } from './document-sample.js';
import { WeightedGraph } from './weighted-graph.js';
import { termOf, wordsOf } from './words.js';

/** Terms this near to each other belong together: a window of two, the best of those that the paper has tried. */
const WINDOW = 2;

/** A word or two that a text is about. */
export interface Keyword {
  /** As the text has it. */
  readonly text: string;
  readonly terms: readonly string[];
}

/**
 * Keywords by co-occurrence: Mihalcea and Tarau, EMNLP 2004, section 3. Where the paper takes nouns and adjectives, all words
 * are taken that are neither stop words nor numbers. Two that stand beside each other more than once are one keyword.
 */
export function keywordsOf(sentences: readonly Sentence[], count: number): Keyword[] {
  const texts = sentences.map(({ text }) => wordsOf(text).map((word) => ({ word, term: keyTermOf(word) })));
  const numbers = new Map<string, number>();
  const written = new Map<string, string>();
  for (const { word, term } of texts.flat()) {
    if (term === undefined || numbers.has(term)) continue;
    numbers.set(term, numbers.size);
    written.set(term, word);
  }
  const graph = new WeightedGraph(numbers.size);
  const pairs = new Map<string, { words: string; terms: [string, string]; times: number }>();
  for (const words of texts) {
    words.forEach(({ word, term }, at) => {
      for (const { word: nextWord, term: next } of words.slice(at + 1, at + WINDOW)) {
        if (term === undefined || next === undefined || term === next) continue;
        graph.connect(numbers.get(term)!, numbers.get(next)!, 1);
        const pair = pairs.get(`${term} ${next}`) ?? { words: `${word} ${nextWord}`, terms: [term, next], times: 0 };
        pairs.set(`${term} ${next}`, { ...pair, times: pair.times + 1 });
      }
    });
  }
  const ranks = graph.rank();
  const ranked = [...numbers.keys()].sort((one, other) => ranks[numbers.get(other)!]! - ranks[numbers.get(one)!]!);
  return collapse(
    ranked,
    written,
    [...pairs.values()].filter(({ times }) => times > 1),
  ).slice(0, count);
}

function collapse(
  ranked: readonly string[],
  written: ReadonlyMap<string, string>,
  pairs: readonly { words: string; terms: [string, string]; times: number }[],
): Keyword[] {
  const often = pairs.toSorted((one, other) => other.times - one.times);
  const used = new Set<string>();
  return ranked.flatMap((term) => {
    if (used.has(term)) return [];
    const pair = often.find(({ terms }) => terms.includes(term) && !terms.some((part) => used.has(part)));
    const keyword = pair ? { text: pair.words, terms: pair.terms } : { text: written.get(term)!, terms: [term] };
    for (const part of keyword.terms) used.add(part);
    return [keyword];
  });
}

function keyTermOf(word: string): string | undefined {
  const term = termOf(word);
  return term !== undefined && /\p{Letter}/u.test(term) && !/^[\p{Script=Latin}']{1,2}$/u.test(term) ? term : undefined;
}
