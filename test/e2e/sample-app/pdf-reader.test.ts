import { afterAll, describe, expect, it } from '@jest/globals';
import { toParsedDocument } from '../../../sample-app/src/documents/document.js';
import type { ParsedDocument } from '../../../sample-app/src/documents/document.js';
import { PdfReader } from '../../../sample-app/src/documents/pdf/pdf-reader.js';
import { bombPdf, line, overwrittenPdf, pdfWith, scatteredPdf } from './pdf-files.js';
import { sample } from './sample.js';

const reader = new PdfReader();
afterAll(() => reader.onApplicationShutdown());

const parse = async (name: string): Promise<ParsedDocument> =>
  toParsedDocument('', await reader.read(await sample(name)));

describe('the text of a PDF', () => {
  it('is read page by page, with the title', async () => {
    const document = await parse('fleet-report.pdf');
    expect(document).toMatchObject({
      kind: 'pdf',
      pages: 121,
      title: 'Fleet maintenance record 2024',
      pagesWithoutText: [],
    });
    expect(document.text).toContain('Kestrel Bay Ferries');
    expect(document.text).toContain('Kittiwake: December 2024');
    expect(document.characters).toBeGreaterThan(200_000);
  });

  it('is read in Chinese, from predefined character maps for Unicode and for Big5', async () => {
    const { text, title } = await parse('notice-chinese.pdf');
    expect(title).toBe('渡轮检修通知');
    expect(text).toContain('自二〇二五年三月十四日起，“灰鹭号”将进坞检修，为期十天。');
    expect(text).toContain('檢修期間由磯鷸號代替運行，月票照常使用。');
  });

  it('is read in Japanese, from predefined character maps for Shift-JIS and for Unicode', async () => {
    const { text } = await parse('letter-japanese.pdf');
    expect(text).toContain('「グレーヘロン号」は三月十四日から十日間、ドックで定期点検を行います。');
    expect(text).toContain('自転車一台につき三百円を申し受けます。');
  });

  it('is read in Arabic: letters instead of shapes, in reading order', async () => {
    const { text } = await parse('notice-arabic.pdf');
    expect(text).toContain('إشعار صيانة العبارة');
    expect(text).toContain('تبقى التذاكر الشهرية صالحة ولا تتغير شروط الأمتعة');
  });

  it('is missed where a page is only a picture, and the page is named', async () => {
    const document = await parse('survey-scanned.pdf');
    expect(document).toMatchObject({ pages: 3, pagesWithoutText: [2] });
    expect(document.text).toContain('What follows from it');
  });

  it('stays the same when one reader reads several files at once', async () => {
    const [first, second] = await Promise.all([parse('notice-arabic.pdf'), parse('notice-chinese.pdf')]);
    expect(first).toEqual(await parse('notice-arabic.pdf'));
    expect(second).toEqual(await parse('notice-chinese.pdf'));
  });
});

describe('a PDF that cannot be read is refused with the reason', () => {
  const refusal = (bytes: Uint8Array): Promise<unknown> =>
    reader.read(bytes).then(
      () => 'no refusal',
      (error: Error) => `${error.name}: ${error.message}`,
    );

  it('when it is encrypted', async () => {
    expect(await refusal(await sample('invoice-locked.pdf'))).toMatch(/^UnreadableFileError: The PDF is encrypted/u);
  });

  it('when it is cut off', async () => {
    expect(await refusal(await sample('invoice-cut.pdf'))).toMatch(/^UnreadableFileError: The PDF is cut off/u);
  });

  it('when only its first and last bytes are those of a PDF', async () => {
    const bytes = Buffer.from(`%PDF-1.7\n${'nothing in here\n'.repeat(20)}%%EOF\n`);
    expect(await refusal(bytes)).toMatch(/^UnreadableFileError: The PDF cannot be read: .+/u);
  });

  it('when it is a decompression bomb', async () => {
    expect(await refusal(bombPdf())).toMatch(/^UnreadableFileError: The PDF is a decompression bomb/u);
  });

  it('when its middle is overwritten, which pdf.js says in promises that nobody awaits', async () => {
    const bytes = overwrittenPdf(await sample('fleet-report.pdf'));
    expect(await refusal(bytes)).toMatch(/^UnreadableFileError: The PDF cannot be read: Command token too long/u);
  });

  it('when it is damaged all over, instead of being read as an empty page', async () => {
    const bytes = scatteredPdf(await sample('fleet-report.pdf'));
    expect(await refusal(bytes)).toMatch(/^UnreadableFileError: The PDF cannot be read: .+/u);
  });

  it('without harm to others that are read meanwhile', async () => {
    const report = await sample('fleet-report.pdf');
    const damaged = Array.from({ length: 4 }, () => refusal(overwrittenPdf(report)));
    const sound = ['notice-arabic.pdf', 'invoice.pdf', 'fleet-report.pdf'].map(
      async (name) => (await parse(name)).pages,
    );
    expect(await Promise.all(sound)).toEqual([1, 1, 121]);
    for (const reason of await Promise.all(damaged)) expect(reason).toMatch(/The PDF cannot be read/u);
  });

  it('and the next one is read', async () => {
    const { pages } = await reader.read(pdfWith(line('All is well.')));
    expect(pages).toEqual(['All is well.']);
  });
});
