import { findings } from './finding.js';
import type { Finding } from './finding.js';

/** A document as far as its completeness is judged. */
export interface ReadableDocument {
  readonly title: string | null;
  readonly text: string;
  readonly pages: number;
  readonly pagesWithoutText: readonly number[];
}

export interface CompletenessReport {
  /** Share of the asked parts that were found, from 0 to 1. */
  readonly completeness: number;
  readonly parts: Readonly<Record<Part, boolean>>;
  readonly findings: readonly Finding[];
}

type Part = 'title' | 'date' | 'reference' | 'contact' | 'body';

const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*';
const DATE = new RegExp(
  `\\b(?:\\d{4}-\\d{2}-\\d{2}|\\d{1,2}[./]\\d{1,2}[./]\\d{2,4}|\\d{1,2}\\.? ${MONTH}\\.? \\d{4}|${MONTH}\\.? \\d{1,2}, \\d{4})\\b|\\d{4} ?年|[〇零一二三四五六七八九]{4}年|月[一二三四五六七八九十]+日`,
  'iu',
);
const REFERENCE_CODE = /\b(?=[A-Z0-9/-]*\d)[A-Z]{2,}[-/][A-Z0-9][A-Z0-9/-]*\b/u;
const REFERENCE_WORD = /\b(?:no|nr|number|ref|reference|invoice|order|receipt)\b\.?:? ?#?\d{2,}/iu;
const CONTACT =
  /[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\+\d[\d ()-]{6,}|\bhttps?:\/\/\S+|\b(?:street|lane|road|quay|harbour|avenue|square)\b/iu;
const PLACEHOLDER =
  /\b(?:lorem ipsum|to be (?:done|decided|confirmed|announced)|tbd|tbc|todo|fixme)\b|\[(?:name|date|amount|address|insert[^\]]*)\]|_{5,}|x{5,}|\?{4,}/giu;
const PAGE_OF = /\bpage (\d+) of (\d+)\b/giu;
const MIN_WORDS = 20;

/** Whether a business document has what one expects of it, and nothing that was meant to be replaced. */
export function checkCompleteness({ title, text, pages, pagesWithoutText }: ReadableDocument): CompletenessReport {
  const words = text.split(/\s+/u).filter((word) => word !== '').length;
  const parts = {
    title: title !== null,
    date: DATE.test(text),
    reference: REFERENCE_CODE.test(text) || REFERENCE_WORD.test(text),
    contact: CONTACT.test(text),
    // Scripts without spaces count by characters.
    body: words >= MIN_WORDS || text.length >= 4 * MIN_WORDS,
  };
  const placeholders = [...new Set([...text.matchAll(PLACEHOLDER)].map(([found]) => found.slice(0, 20)))];
  const missingPages = pagesNotThere(text);
  const found = Object.values(parts).filter(Boolean).length;
  return {
    completeness: found / Object.keys(parts).length,
    parts,
    findings: findings([
      [text === '', 'no-text', 'error', 'There is no text at all; if it is a scan, read it with POST /ocr.'],
      [!parts.title, 'no-title', 'warning', 'Nothing in it serves as a title.'],
      [!parts.date, 'no-date', 'warning', 'No date was found.'],
      [!parts.reference, 'no-reference', 'warning', 'No number or reference that identifies it was found.'],
      [!parts.contact, 'no-contact', 'info', 'No address, telephone or e-mail was found.'],
      [!parts.body, 'hardly-any-text', 'warning', `It has only ${words} words.`],
      [
        pages > 1 && pagesWithoutText.length > 0,
        'pages-without-text',
        'warning',
        `No text on page ${pagesWithoutText.join(', ')}: what is there was not checked.`,
      ],
      [
        placeholders.length > 0,
        'placeholders',
        'error',
        `Something was left to fill in: ${placeholders.slice(0, 5).join(', ')}.`,
      ],
      [
        missingPages.length > 0,
        'missing-pages',
        'error',
        `By its own page numbers, these pages are missing: ${missingPages.slice(0, 10).join(', ')}.`,
      ],
    ]),
  };
}

/** Pages that "page 3 of 7" promises and no page claims to be; unknown unless most pages carry a number. */
function pagesNotThere(text: string): number[] {
  const numbers = [...text.matchAll(PAGE_OF)].map(([, number, of]) => ({ number: Number(number), of: Number(of) }));
  const total = Math.max(0, ...numbers.map(({ of }) => of));
  const present = new Set(numbers.map(({ number }) => number));
  if (total > 10_000 || present.size * 2 < total) return [];
  return Array.from({ length: total }, (_, index) => index + 1).filter((number) => !present.has(number));
}
