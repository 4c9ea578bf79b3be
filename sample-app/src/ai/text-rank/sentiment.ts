import type { DocumentSample, Sentence } from './document-sample.js';
import { NEGATIONS, NEGATIVE, POSITIVE } from './sentiment-words.js';
import { wordsOf } from './words.js';

/** A negation turns round what follows within so many words: `not a very good crossing`. */
const REACH = 3;
/** From here on one side outweighs the other; of -1 to 1. */
const LEANING = 0.2;
/** Fewer words of the lexicon than this say nothing of the whole. */
const FEWEST_WORDS = 2;

interface Judgement {
  readonly sentence: Sentence;
  readonly positive: number;
  readonly negative: number;
}

/** Counts the words of a lexicon, says what came of it and where, and that this is all it does. */
export function* sentiment({ sentences }: DocumentSample): Generator<string> {
  const judgements = sentences.map(judge);
  let [positive, negative] = [0, 0];
  for (const judgement of judgements) {
    positive += judgement.positive;
    negative += judgement.negative;
  }
  const count = positive + negative;
  const score = count < FEWEST_WORDS ? 0 : (positive - negative) / count;
  const found = `${positive} positive and ${negative} negative words in ${sentences.length} sentences`;
  yield `Sentiment: ${count < FEWEST_WORDS ? 'neutral' : verdict(score)} (score ${score.toFixed(2)} of -1 to 1; ${found}).`;
  const mostPositive = strongest(judgements, ({ positive: good, negative: bad }) => good - bad);
  const mostNegative = strongest(judgements, ({ positive: good, negative: bad }) => bad - good);
  if (mostPositive) yield `\nMost positive: ${mostPositive.text}`;
  if (mostNegative) yield `\nMost negative: ${mostNegative.text}`;
  yield '\nCounted by a small English lexicon with negation; irony and context are not understood.';
}

function verdict(score: number): string {
  if (Math.abs(score) >= LEANING) return score > 0 ? 'positive' : 'negative';
  return 'mixed';
}

function judge(sentence: Sentence): Judgement {
  const words = wordsOf(sentence.text).map((word) => word.toLowerCase().replaceAll('’', "'"));
  let [positive, negative] = [0, 0];
  words.forEach((word, at) => {
    const leaning = leaningOf(word);
    if (leaning === 0) return;
    const negated = words.slice(Math.max(0, at - REACH), at).some((before) => NEGATIONS.has(before));
    if (leaning > 0 === negated) negative += 1;
    else positive += 1;
  });
  return { sentence, positive, negative };
}

function leaningOf(word: string): -1 | 0 | 1 {
  const forms = [word, word.replace(/s$/u, ''), word.replace(/ly$/u, '')];
  if (forms.some((form) => POSITIVE.has(form))) return 1;
  return forms.some((form) => NEGATIVE.has(form)) ? -1 : 0;
}

function strongest(judgements: readonly Judgement[], weigh: (judgement: Judgement) => number): Sentence | undefined {
  let best: Judgement | undefined;
  for (const judgement of judgements) if (weigh(judgement) > (best ? weigh(best) : 0)) best = judgement;
  return best?.sentence;
}
