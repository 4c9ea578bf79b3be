import { decodeText } from '../files/text-encoding.js';
import type { DocumentContent } from './document.js';
import { firstLine } from './document.js';

// Signs that an author wrote Markdown. A single one may be chance ("# of items", "- yes"), so two different ones are asked for.
const SIGNS = {
  heading: /^#{1,6} +\S/mu,
  underlined: /^\S.*\n(?:=|-){3,} *$/mu,
  fence: /^(?:```|~~~)/mu,
  list: /^ {0,3}(?:[-*+]|\d+[.)]) +\S/mu,
  link: /\[[^\]\n]+\]\([^)\s]+\)/u,
  emphasis: /(?<![\w*])\*\*\S(?:[^*\n]*\S)?\*\*(?!\w)/u,
  quote: /^> ?\S/mu,
  table: /^\|.*\|\n\|[ :|-]+\|$/mu,
};

/** A heading that opens the file, with an empty line after it, is sign enough. */
const OPENING_HEADING = /^\s*#{1,6} +\S.*\n\s*\n/u;

const FRONT_MATTER = /^---\n([\s\S]*?)\n---\n/u;

/** Markdown or plain text. A form feed begins a new page. @throws {UnreadableFileError} */
export function readTextDocument(bytes: Uint8Array): DocumentContent {
  const text = decodeText(bytes).text.replace(/\r\n?/gu, '\n');
  if (!isMarkdown(text)) return { kind: 'text', title: firstLine(text), pages: text.split('\f') };
  return { kind: 'markdown', title: markdownTitle(text), pages: [text] };
}

function isMarkdown(text: string): boolean {
  const found = Object.values(SIGNS).filter((sign) => sign.test(text));
  return FRONT_MATTER.test(text) || OPENING_HEADING.test(text) || found.length >= 2;
}

function markdownTitle(text: string): string | null {
  const declared = FRONT_MATTER.exec(text)?.[1]?.match(/^title: *(.+)$/mu)?.[1];
  if (declared) return declared.trim().replace(/^(["'])(.*)\1$/u, '$2');
  const body = text.replace(FRONT_MATTER, '');
  const heading = body.match(/^#{1,6} +(.+?) *#*$/mu)?.[1] ?? body.match(/^(\S.*)\n(?:=|-){3,} *$/mu)?.[1];
  return heading?.trim() ?? firstLine(body);
}
