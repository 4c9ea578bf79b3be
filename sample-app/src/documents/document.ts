/** What is known of a document once it was read. */
export interface ParsedDocument {
  readonly hash: string;
  readonly kind: 'pdf' | 'markdown' | 'text';
  readonly pages: number;
  /** Unicode characters of `text`. */
  readonly characters: number;
  readonly title: string | null;
  readonly text: string;
  /** Numbers of the pages that hold no text, such as scans; counted from 1. */
  readonly pagesWithoutText: number[];
}

/** The parts that a reader of one format finds. */
export interface DocumentContent {
  readonly kind: ParsedDocument['kind'];
  readonly title: string | null;
  /** The text of each page. */
  readonly pages: readonly string[];
}

const TITLE_LENGTH = 120;

/** The first line with something in it, for a document that names itself nowhere else. */
export function firstLine(text: string): string | null {
  const line = text.split('\n', 200).find((candidate) => candidate.trim() !== '');
  return line === undefined ? null : line.trim().slice(0, TITLE_LENGTH);
}

export function toParsedDocument(hash: string, { kind, title, pages }: DocumentContent): ParsedDocument {
  const text = pages
    .map((page) => page.trim())
    .filter((page) => page !== '')
    .join('\n\n');
  return {
    hash,
    kind,
    pages: pages.length,
    characters: countCharacters(text),
    title,
    text,
    pagesWithoutText: pages.flatMap((page, index) => (page.trim() === '' ? [index + 1] : [])),
  };
}

function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
