import type { DocumentSample, Sentence } from './document-sample.js';
import { bestFirst, likeness } from './rank-sentences.js';

const SENTENCES = 3;
/** From this likeness on a sentence says again what another one has said. */
const SAME = 0.7;

/** The best sentences of a text, in the order of the text; of those that say the same, one. */
export function* summary({ sentences }: DocumentSample, count = SENTENCES): Generator<string> {
  const chosen: Sentence[] = [];
  for (const sentence of bestFirst(sentences)) {
    if (chosen.length === count) break;
    if (!chosen.some((other) => likeness(other, sentence) >= SAME)) chosen.push(sentence);
  }
  const inOrder = chosen.sort((one, other) => one.index - other.index);
  for (const [place, { text }] of inOrder.entries()) yield place === 0 ? text : ` ${text}`;
}
