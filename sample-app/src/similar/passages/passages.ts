import { paragraphsOf } from './paragraphs.js';
import { textUpTo } from './text-up-to.js';

/** A passage that is as long as this ends with its paragraph. Characters. */
const LONG_ENOUGH = 400;
/** None is longer. Characters. */
const LONGEST = 800;

// The rules of sentences are those of all languages (UAX #29), whatever the locale of the machine.
const sentences = new Intl.Segmenter('en', { granularity: 'sentence' });

const CJK = '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}、。，．！？；：「」『』（）]';
/** A line that was broken in a script that puts no spaces between words. */
const BROKEN_LINE = new RegExp(`(?<=${CJK})[^\\S\\n]*\\n[^\\S\\n]*(?=${CJK})`, 'gu');

/** The passages of a text, one at a time: whole sentences, taken together up to 400 to 800 characters, line breaks as spaces. */
export function* passagesOf(text: string): Generator<string> {
  let open = '';
  for (const paragraph of paragraphsOf(text.replaceAll('\r\n', '\n'))) {
    for (const sentence of sentencesOf(paragraph)) {
      if (open !== '' && open.length + 1 + sentence.length > LONGEST) {
        yield open;
        open = '';
      }
      open = joined(open, sentence);
    }
    if (open.length < LONG_ENOUGH) continue;
    yield open;
    open = '';
  }
  if (open !== '') yield open;
}

/** None is longer than a passage. */
function* sentencesOf(paragraph: string): Generator<string> {
  const plain = paragraph.replaceAll(BROKEN_LINE, '').replaceAll(/\s+/gu, ' ');
  for (const { segment } of sentences.segment(plain)) {
    for (let rest = segment.trim(); rest !== '';) {
      const part = textUpTo(rest, LONGEST);
      yield part.trimEnd();
      rest = rest.slice(part.length).trimStart();
    }
  }
}

const ENDS_CJK = new RegExp(`${CJK}$`, 'u');

function joined(before: string, sentence: string): string {
  if (before === '') return sentence;
  return ENDS_CJK.test(before) ? before + sentence : `${before} ${sentence}`;
}
