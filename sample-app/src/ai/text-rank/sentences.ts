import { wordsOf } from './words.js';

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** A full stop in one of the scripts, and what may close behind it. */
const ENDED = /[.!?…。．！？؟۔।][)\]"'”’»」』]*$/u;
/** Unicode's rules (UAX #29) end a sentence behind these, where people do not. */
const ABBREVIATED = /(?:^|[\s("])(?:Mr|Mrs|Ms|Dr|Prof|St|vs|cf|approx|Fig|Inc|Ltd|Jr|Sr|e\.g|i\.e|[A-Z])\.\s*$/u;
const NUMBERED = /(?:^|\s)(?:No|Nos|Nr)\.\s*$/u;
const OWN_LINE = /^(?:[#>|]|[-*+•] |\d{1,3}[.)] |\d{4} )/u;
const HEADING_OR_TABLE = /^[#|]/u;
/** A line that was broken for the width of the page is about this long. Characters. */
const WRAPPED_LENGTH = 50;
const FEWEST_WORDS = 3;
const CJK_END = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}、，；：]$/u;

/** The whole sentences of a text. Headings, rows of tables, and lines that end nowhere are none. */
export function sentencesOf(text: string): string[] {
  return linesOf(text)
    .filter((line) => !HEADING_OR_TABLE.test(line))
    .flatMap((line) => segmentsOf(withoutMarkup(line)))
    .filter((sentence) => ENDED.test(sentence) && isWordy(sentence));
}

/** What stands for sentences in a text that has none: its lines, as far as there are words in them. */
export function fragmentsOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => withoutMarkup(line.replaceAll(/[#|]+/gu, ' ').trim()))
    .filter((line) => wordsOf(line).length > 0);
}

/** Lines that the width of the page has broken are one again. */
function linesOf(text: string): string[] {
  const lines: string[] = [];
  let goesOn = false;
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '') {
      goesOn = false;
      continue;
    }
    if (goesOn && !OWN_LINE.test(line)) {
      const before = lines.at(-1)!;
      lines[lines.length - 1] = CJK_END.test(before) ? before + line : `${before} ${line}`;
    } else {
      lines.push(line);
    }
    goesOn = line.length >= (CJK_END.test(line) ? WRAPPED_LENGTH / 3 : WRAPPED_LENGTH);
  }
  return lines;
}

function withoutMarkup(line: string): string {
  return line
    .replace(/^(?:>\s*)+/u, '')
    .replace(/^(?:[-*+•]|\d{1,3}[.)]) +/u, '')
    .replaceAll(/!?\[([^\]\n]*)\]\([^)\s]+\)/gu, '$1')
    .replaceAll(/(\*\*|__|`)(.+?)\1/gu, '$2')
    .replaceAll(/(?<!\w)\*([^*\s][^*]*)\*(?!\w)/gu, '$1')
    .replaceAll(/\s+/gu, ' ')
    .trim();
}

function segmentsOf(line: string): string[] {
  const sentences: string[] = [];
  let open = '';
  for (const { segment } of segmenter.segment(line)) {
    if (open !== '' && !goesOnBehind(open, segment)) {
      sentences.push(open.trim());
      open = '';
    }
    open += segment;
  }
  return open.trim() === '' ? sentences : [...sentences, open.trim()];
}

const goesOnBehind = (open: string, next: string): boolean =>
  ABBREVIATED.test(open) || (NUMBERED.test(open) && /^\d/u.test(next));

function isWordy(sentence: string): boolean {
  const words = wordsOf(sentence);
  return words.length >= FEWEST_WORDS && words.some((word) => /\p{Letter}/u.test(word));
}
