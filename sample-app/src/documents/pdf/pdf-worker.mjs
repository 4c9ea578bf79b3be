// Runs in a thread of its own: interpreting a PDF is long synchronous work, and a hostile one may never end.
// Plain JavaScript, so that Node can start it from the sources and from the build alike.
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { getDocumentProxy } from 'unpdf';

/** @typedef {import('./pdf-thread.js').PdfReply} PdfReply */

const MAX_PAGES = 5_000;
const MAX_CHARACTERS = 20_000_000;

// Fonts for Chinese, Japanese and Korean often name one of Adobe's predefined character maps instead of carrying their own.
// pdf.js reads them with the file system, so this is a path, not a URL.
const pdfjs = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));
const cMapUrl = join(pdfjs, 'cmaps') + sep;
const standardFontDataUrl = join(pdfjs, 'standard_fonts') + sep;

/** Arabic and Hebrew as they were drawn (joined shapes, ligatures), back to the letters they stand for. @param {string} text */
function lettersOf(text) {
  return text.replace(/[\ufb00-\ufdff\ufe70-\ufefc]/gu, (shape) => shape.normalize('NFKC'));
}

/** @param {import('unpdf/pdfjs').PDFPageProxy} page */
async function pageText(page) {
  const { items } = await page.getTextContent();
  return lettersOf(items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join(''));
}

/** @param {unknown} error @returns {string} */
function reasonOf(error) {
  if (!(error instanceof Error)) return `The PDF cannot be read: ${String(error)}`;
  if (error.name === 'PasswordException') return 'The PDF is encrypted: it opens only with a password.';
  return `The PDF cannot be read: ${error.message.replace(/\.$/u, '')}.`;
}

/** @param {Uint8Array} data @returns {Promise<PdfReply>} */
async function read(data) {
  const pdf = await getDocumentProxy(data, {
    cMapUrl,
    cMapPacked: true,
    standardFontDataUrl,
    useSystemFonts: false,
    // By default pdf.js leaves out what is damaged, and a text with holes would be cached as if it were whole.
    stopAtErrors: true,
    verbosity: 0,
  });
  try {
    if (pdf.numPages > MAX_PAGES)
      return { unreadable: `The PDF has ${pdf.numPages} pages; this service reads up to ${MAX_PAGES}.` };
    const { info } = await pdf.getMetadata();
    const title = 'Title' in info && typeof info.Title === 'string' ? info.Title.trim() : '';
    const pages = [];
    let characters = 0;
    for (let number = 1; number <= pdf.numPages; number++) {
      const page = await pdf.getPage(number);
      const text = await pageText(page);
      page.cleanup();
      characters += text.length;
      if (characters > MAX_CHARACTERS)
        return { unreadable: `The PDF holds more than ${MAX_CHARACTERS} characters of text.` };
      pages.push(text);
    }
    return { title, pages };
  } finally {
    await pdf.destroy();
  }
}

/** Ends the current job; undefined between jobs. @type {((reply: PdfReply) => void) | undefined} */
let answer;

// In a damaged file pdf.js also rejects promises that nobody awaits. Node would end the thread with the first of them, and
// the sender would learn nothing about the file.
process.on('unhandledRejection', (reason) => answer?.({ unreadable: reasonOf(reason) }));

parentPort?.on('message', (/** @type {Uint8Array} */ data) => {
  /** @param {PdfReply} reply */
  const answerOnce = (reply) => {
    if (answer !== answerOnce) return;
    answer = undefined;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    parentPort?.postMessage(reply);
  };
  answer = answerOnce;
  void read(data)
    .catch((/** @type {unknown} */ error) => ({ unreadable: reasonOf(error) }))
    .then(answerOnce);
});
