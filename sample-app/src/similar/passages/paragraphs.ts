import { textUpTo } from './text-up-to.js';

/** A paragraph is cut behind so many characters, so that a text without any is still read in parts. */
const LONGEST = 20_000;

/** The paragraphs of a text, one at a time. */
export function* paragraphsOf(text: string): Generator<string> {
  const gap = /\n[^\S\n]*\n\s*/gu;
  for (let start = 0; start < text.length;) {
    gap.lastIndex = start;
    const found = gap.exec(text);
    const end = found?.index ?? text.length;
    for (let at = start; at < end;) {
      const part = textUpTo(text.slice(at, end), LONGEST);
      yield part;
      at += part.length;
    }
    start = found ? gap.lastIndex : text.length;
  }
}
