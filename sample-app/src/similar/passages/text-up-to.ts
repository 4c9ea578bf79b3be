const words = new Intl.Segmenter(undefined, { granularity: 'word' });
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Behind the limit, as far as a segmenter has to see to know where a segment ends. Characters. */
const SIGHT = 100;

/** As much of the beginning as the limit has room for, in whole words; of a word that is longer, in whole graphemes. */
export function textUpTo(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const seen = text.slice(0, limit + SIGHT);
  for (const segmenter of [words, graphemes]) {
    const end = segmenter.segment(seen).containing(limit)!.index;
    if (end > 0) return text.slice(0, end);
  }
  return text.slice(0, limit);
}

/** The text, or as much of it as there is room for with an ellipsis behind it. */
export function shortened(text: string, limit: number): string {
  return text.length <= limit ? text : `${textUpTo(text, limit - 1).trimEnd()}…`;
}
