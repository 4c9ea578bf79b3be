import { fragmentsOf, sentencesOf } from './sentences.js';
import { blocksOf } from './text-blocks.js';
import { termsOf } from './words.js';

/** Comparing all sentences with all others is work of the square of their number. */
export const MAX_SENTENCES = 400;
/** Where a text has few sentences or none, this ends the search for them. */
const MAX_CHARACTERS = 150_000;

export interface Sentence {
  /** Its place among those that were taken, from 0. */
  readonly index: number;
  readonly text: string;
  readonly terms: ReadonlySet<string>;
}

/** What of a document is looked at. */
export interface DocumentSample {
  readonly sentences: readonly Sentence[];
  /** Which share of the text was read, from 0 to 1; less than 1 only of a long text. */
  readonly share: number;
}

export interface SampleOptions {
  /** Paragraphs with most of these terms come first. Default: none, and all paragraphs are equal. */
  readonly about?: ReadonlySet<string>;
  /** Default `MAX_SENTENCES`. */
  readonly limit?: number;
}

/** All sentences of a document or, of a long one, those of paragraphs that lie evenly spread over it. */
export function sampleDocument(text: string, options: SampleOptions = {}): DocumentSample {
  const whole = sampleBy(text, sentencesOf, options);
  return whole.sentences.length > 0 ? whole : sampleBy(text, fragmentsOf, options);
}

function sampleBy(
  text: string,
  split: (block: string) => string[],
  { about, limit = MAX_SENTENCES }: SampleOptions,
): DocumentSample {
  const blocks = blocksOf(text);
  const taken: { index: number; sentences: string[] }[] = [];
  let count = 0;
  let characters = 0;
  let total = 0;
  for (const block of blocks) total += block.length;
  for (const index of about ? nearestOrder(blocks, about) : spreadOrder(blocks.length)) {
    const sentences = split(blocks[index]!);
    if ((count > 0 && count + sentences.length > limit) || characters > MAX_CHARACTERS) break;
    taken.push({ index, sentences: sentences.slice(0, limit) });
    count += sentences.length;
    characters += blocks[index]!.length;
  }
  const texts = taken.sort((one, other) => one.index - other.index).flatMap(({ sentences }) => sentences);
  return {
    sentences: texts.map((sentence, index) => ({ index, text: sentence, terms: new Set(termsOf(sentence)) })),
    share: total === 0 ? 1 : characters / total,
  };
}

/** Those with most of the terms first, and equals evenly spread. A look for letters, since splitting all words takes long. */
function nearestOrder(blocks: readonly string[], about: ReadonlySet<string>): number[] {
  const found = blocks.map((block) => {
    const plain = block.normalize('NFKC').toLowerCase();
    let terms = 0;
    for (const term of about) if (plain.includes(term)) terms += 1;
    return terms;
  });
  return [...spreadOrder(blocks.length)].sort((one, other) => found[other]! - found[one]!);
}

/** 0 to `count - 1` so that any first few lie evenly spread: 0, a half, a quarter, three quarters (van der Corput). */
function* spreadOrder(count: number): Generator<number> {
  if (count === 0) return;
  const bits = Math.ceil(Math.log2(count));
  for (let turn = 0; turn < 2 ** bits; turn += 1) {
    let index = 0;
    for (let bit = 0; bit < bits; bit += 1) index += Math.floor(turn / 2 ** bit) % 2 === 1 ? 2 ** (bits - 1 - bit) : 0;
    if (index < count) yield index;
  }
}
