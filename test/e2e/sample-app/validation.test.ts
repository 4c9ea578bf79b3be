import { describe, expect, it } from '@jest/globals';
import { deflateSync } from 'node:zlib';
import { pdfAnatomy } from '../../../sample-app/src/documents/pdf/pdf-anatomy.js';
import { decodeText } from '../../../sample-app/src/files/text-encoding.js';
import { Picture } from '../../../sample-app/src/images/picture.js';
import { checkCompleteness } from '../../../sample-app/src/validation/completeness.js';
import type { Finding } from '../../../sample-app/src/validation/finding.js';
import { checkImageFormat } from '../../../sample-app/src/validation/image-format.js';
import { checkPdfFormat } from '../../../sample-app/src/validation/pdf-format.js';
import { checkTextFormat } from '../../../sample-app/src/validation/text-format.js';
import { line, pdfWith } from './pdf-files.js';
import { sample } from './sample.js';

const codes = (findings: readonly Finding[]): string[] => findings.map(({ code }) => code);
const pdfCodes = async (bytes: Uint8Array): Promise<string[]> => codes(checkPdfFormat(await pdfAnatomy(bytes)));

describe('the format of a PDF', () => {
  it('is plain in the samples', async () => {
    expect(await pdfCodes(await sample('invoice.pdf'))).toEqual(['pdf-version', 'fonts-not-embedded']);
  });

  it('tells what a document need not carry', async () => {
    const bytes = pdfWith(line('x'), { catalog: '/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>' });
    expect(await pdfCodes(bytes)).toEqual(expect.arrayContaining(['javascript', 'automatic-action', 'no-title']));
  });

  it('sees through escaped names and packed objects', async () => {
    const escaped = pdfWith(line('x'), { objects: ['<< /S /J#61vaScript >>'] });
    expect(await pdfCodes(escaped)).toContain('javascript');
    const packed = deflateSync(Buffer.from('9 0 << /S /Launch >>'));
    const bytes = pdfWith(packed, { dictionary: '/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode' });
    expect(await pdfCodes(bytes)).toContain('launch-action');
  });

  it('counts how often the file was changed', async () => {
    const bytes = Buffer.concat([await sample('invoice.pdf'), Buffer.from('startxref\n0\n%%EOF\n')]);
    expect(await pdfCodes(bytes)).toContain('changed-after-creation');
  });
});

describe('the format of text and images', () => {
  it('is judged by line ends, encoding and lost characters', () => {
    const found = codes(checkTextFormat(decodeText(Buffer.from('one\r\ntwo\nthr\ufffde'))));
    expect(found).toEqual(['encoding', 'mixed-line-ends', 'lost-characters', 'no-final-line-end']);
    expect(codes(checkTextFormat(decodeText(Buffer.from(' \n'))))).toEqual(['encoding', 'empty']);
  });

  it('is judged by size and by what follows the image', async () => {
    expect(codes(checkImageFormat(await Picture.open(await sample('letter.png'))))).toEqual(['image']);
    const longer = Buffer.concat([await sample('harbour.jpg'), Buffer.from('more')]);
    expect(codes(checkImageFormat(await Picture.open(longer)))).toEqual(['image', 'trailing-bytes']);
  });
});

describe('completeness', () => {
  const document = (text: string, rest = {}): Parameters<typeof checkCompleteness>[0] => ({
    title: 'A title',
    text,
    pages: 1,
    pagesWithoutText: [],
    ...rest,
  });
  const complete =
    'Invoice KBF-2025-17 of 14 March 2025. Please pay 120.00 EUR within thirty days to the account that is printed on your ' +
    'order. Questions are answered at +44 1632 960 418 or office@kestrelbay.example.';

  it('is full when a document has what one expects', () => {
    expect(checkCompleteness(document(complete))).toMatchObject({ completeness: 1, findings: [] });
  });

  it('names what is missing', () => {
    const report = checkCompleteness(document('Hello.', { title: null }));
    expect(report.completeness).toBe(0);
    expect(codes(report.findings)).toEqual(['no-title', 'no-date', 'no-reference', 'no-contact', 'hardly-any-text']);
  });

  it('finds what was left to fill in, and pages that are not there', () => {
    const pages = 'page 1 of 4 page 2 of 4 page 4 of 4';
    const report = checkCompleteness(document(`${complete} Signed: ________ [name] ${pages}`));
    expect(codes(report.findings)).toEqual(['placeholders', 'missing-pages']);
    expect(report.findings[1]!.message).toContain('missing: 3');
  });

  it('knows dates in Chinese and Japanese', () => {
    expect(checkCompleteness(document('二〇二五年三月十四日')).parts.date).toBe(true);
    expect(checkCompleteness(document('三月十四日から')).parts.date).toBe(true);
  });
});
