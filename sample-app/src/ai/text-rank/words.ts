import { STOP_WORDS } from './stop-words.js';

const segmenter = new Intl.Segmenter('en', { granularity: 'word' });

/** The words of a text as they are written, in any script. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const { segment, isWordLike } of segmenter.segment(text)) if (isWordLike) words.push(segment);
  return words;
}

/**
 * What a word counts as: lower case, an English plural as its singular. `undefined` for words that tell nothing of what a
 * text is about; of scripts other than Latin every word tells something.
 */
export function termOf(word: string): string | undefined {
  const plain = word.normalize('NFKC').toLowerCase().replaceAll('’', "'");
  if (STOP_WORDS.has(plain)) return undefined;
  const term = singular(plain.replace(/'s$/u, ''));
  // A single letter tells nothing; a single sign of a script that writes words with it does.
  return STOP_WORDS.has(term) || /^[\p{Script=Latin}']$/u.test(term) ? undefined : term;
}

/** The terms of a text in its order, each as often as it occurs. */
export function termsOf(text: string): string[] {
  return wordsOf(text).flatMap((word) => termOf(word) ?? []);
}

function singular(word: string): string {
  if (!/^[a-z]{4,}$/u.test(word)) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(?:sh|ch|x|ss|z)es$/u.test(word)) return word.slice(0, -2);
  return /[^sui]s$/u.test(word) ? word.slice(0, -1) : word;
}
