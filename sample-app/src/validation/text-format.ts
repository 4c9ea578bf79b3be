import type { DecodedText } from '../files/text-encoding.js';
import { findings } from './finding.js';
import type { Finding } from './finding.js';

const LONG_LINE = 2_000;

/** How cleanly a text file is written. */
export function checkTextFormat({ text, encoding, marked }: DecodedText): Finding[] {
  const windows = [...text.matchAll(/\r\n/gu)].length;
  const unix = [...text.matchAll(/(?<!\r)\n/gu)].length;
  const longest = text.split('\n').reduce((most, line) => Math.max(most, line.length), 0);
  const lost = [...text.matchAll(/\ufffd/gu)].length;
  return findings([
    [
      true,
      'encoding',
      'info',
      `The text is encoded as ${encoding}${marked ? ', and says so with a byte-order mark' : ''}.`,
    ],
    [
      encoding === 'windows-1252',
      'legacy-encoding',
      'warning',
      'It is not Unicode; letters with accents may be misread.',
    ],
    [windows > 0 && unix > 0, 'mixed-line-ends', 'warning', `${windows} lines end as on Windows, ${unix} as on Unix.`],
    [
      lost > 0,
      'lost-characters',
      'error',
      `${lost} characters were lost in an earlier conversion and stand as the replacement character.`,
    ],
    [longest > LONG_LINE, 'long-line', 'info', `The longest line has ${longest} characters.`],
    [
      text !== '' && !text.endsWith('\n'),
      'no-final-line-end',
      'info',
      'The last line has no line end: the file may have been cut.',
    ],
    [text.trim() === '', 'empty', 'error', 'There is nothing but white space in it.'],
  ]);
}
