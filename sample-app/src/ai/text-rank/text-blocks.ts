/** Shorter paragraphs are taken together. Characters. */
const SHORTEST = 200;
/** Longer ones are cut, so that a text without paragraphs is still read in small parts. Characters. */
const LONGEST = 2_000;

/** The paragraphs of a text, cut and joined to about one size. Nothing but white space is lost between them. */
export function blocksOf(text: string): string[] {
  const whole = text.replace(/\r\n?/gu, '\n');
  const blocks: string[] = [];
  for (let start = 0; start < whole.length;) {
    const window = whole.slice(start, start + LONGEST);
    const length = start + window.length === whole.length ? lastBlock(window) : lengthOfBlock(window);
    const block = window.slice(0, length).trim();
    if (block !== '') blocks.push(block);
    start += length;
  }
  return blocks;
}

function lastBlock(window: string): number {
  const end = window.indexOf('\n\n', SHORTEST);
  return end < 0 ? window.length : end;
}

/** Up to the end of a paragraph, else of a line, of a sentence, of a word; else wherever no character is cut in two. */
function lengthOfBlock(window: string): number {
  const paragraph = window.indexOf('\n\n', SHORTEST);
  if (paragraph >= 0) return paragraph;
  for (const end of ['\n', '. ', '。', ' ']) {
    const at = window.lastIndexOf(end);
    if (at >= SHORTEST) return at + end.length;
  }
  const last = window.charCodeAt(window.length - 1);
  const isHalfACharacter = last >= 0xd8_00 && last <= 0xdb_ff;
  return isHalfACharacter ? window.length - 1 : window.length;
}
