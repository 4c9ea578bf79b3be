import type { DocumentSample, Sentence } from './document-sample.js';
import { termsOf } from './words.js';

/** The sentence that shares the rarest words with the question, with those before and behind it. */
export function* nearestSentence({ sentences }: DocumentSample, question: string): Generator<string> {
  const nearest = nearestTo(new Set(termsOf(question)), sentences);
  if (nearest === undefined) {
    yield 'No sentence of the text shares a word with the question.';
    return;
  }
  const around = sentences.slice(Math.max(0, nearest.index - 1), nearest.index + 2);
  for (const [place, { text }] of around.entries()) yield place === 0 ? text : ` ${text}`;
}

function nearestTo(asked: ReadonlySet<string>, sentences: readonly Sentence[]): Sentence | undefined {
  const rarity = new Map<string, number>();
  for (const term of asked) {
    const holders = sentences.filter(({ terms }) => terms.has(term)).length;
    if (holders > 0) rarity.set(term, Math.log(1 + sentences.length / holders));
  }
  let nearest: Sentence | undefined;
  let most = 0;
  for (const sentence of sentences) {
    let sum = 0;
    for (const [term, weight] of rarity) if (sentence.terms.has(term)) sum += weight;
    // The root: of two that share the same, the shorter one says less beside it.
    const score = sum / Math.sqrt(sentence.terms.size + 1);
    if (score <= most) continue;
    [nearest, most] = [sentence, score];
  }
  return nearest;
}
