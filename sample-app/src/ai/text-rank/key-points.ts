import type { DocumentSample, Sentence } from './document-sample.js';
import { keywordsOf } from './keywords.js';
import { likeness, rankSentences } from './rank-sentences.js';

const POINTS = 5;
const KEYWORDS = 8;
/** How much it counts against a sentence that a chosen one says the same. */
const REPETITION = 0.7;

/** The best sentences that speak of different things, one a line, and the words that the text turns on. */
export function* keyPoints({ sentences }: DocumentSample, count = POINTS): Generator<string> {
  for (const { text } of differentPoints(sentences, count)) yield `- ${text}\n`;
  const keywords = keywordsOf(sentences, KEYWORDS).map(({ text }) => text);
  if (keywords.length > 0) yield `Keywords: ${keywords.join(', ')}`;
}

/** Each next one is the best after what the chosen ones say already is taken off: Carbonell and Goldstein, SIGIR 1998. */
function differentPoints(sentences: readonly Sentence[], count: number): Sentence[] {
  const ranks = rankSentences(sentences);
  const most = Math.max(...ranks);
  const repeated = new Map(sentences.map((sentence) => [sentence, 0]));
  const chosen: Sentence[] = [];
  while (chosen.length < count && repeated.size > 0) {
    const worth = (sentence: Sentence): number =>
      (1 - REPETITION) * (ranks[sentence.index]! / most) - REPETITION * repeated.get(sentence)!;
    const best = [...repeated.keys()].reduce((one, other) => (worth(other) > worth(one) ? other : one));
    chosen.push(best);
    repeated.delete(best);
    for (const [other, before] of repeated) repeated.set(other, Math.max(before, likeness(best, other)));
  }
  return chosen.sort((one, other) => one.index - other.index);
}
