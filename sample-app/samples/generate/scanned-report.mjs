import sharp from 'sharp';
import { latin, latinFonts, wrap } from './fleet-report.mjs';
import { PageContent } from './page-content.mjs';
import { Paper } from './paper.mjs';
import { PdfWriter } from './pdf-writer.mjs';

/** @param {string} heading @param {string[]} paragraphs */
function textPage(heading, paragraphs) {
  const content = new PageContent().line('B', 16, latin(heading)).gap(10);
  for (const paragraph of paragraphs) {
    for (const line of wrap(paragraph)) content.line('R', 11, latin(line));
    content.gap(8);
  }
  return content.toString();
}

/** A survey whose second page is only a picture of a page, as an office scanner makes it. */
export async function scannedSurvey() {
  const pdf = new PdfWriter();
  const fonts = latinFonts(pdf);
  pdf.addPage({
    content: textPage('Survey of the ferry Curlew', [
      'Survey KBF-SV-0093, held on 6 November 2024 at the Low Light slip, in the presence of the master and of the surveyor.',
      'The hull was sounded at 48 points. The mean loss of thickness is 0.6 mm, the largest is 1.4 mm at the forward frame on the port side.',
      'The statement that was signed on board follows as page 2.',
    ]),
    resources: fonts,
  });
  const sheet = new Paper({ width: 827, height: 1169, margin: 90, colour: '#f6f4ee' });
  sheet.line('Statement of the surveyor', { capital: 22, weight: 1.2 }).gap(30);
  for (const line of [
    'I have seen the hull of the Curlew on the',
    'slip and found it fit for service until the',
    'next docking, provided that the forward',
    'frame is doubled before 31 March 2025.',
  ]) {
    sheet.line(line, { capital: 17 });
  }
  sheet.gap(60).line('T. Ardley, surveyor', { capital: 17 });
  const image = sharp(sheet.toSvg()).greyscale().jpeg({ quality: 60 });
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  const scan = pdf.addStream(
    `/Type /XObject /Subtype /Image /Width ${info.width} /Height ${info.height} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode`,
    data,
    { deflate: false },
  );
  pdf.addPage({ content: 'q 595 0 0 842 0 0 cm /Scan Do Q', resources: `/XObject << /Scan ${scan} 0 R >>` });
  pdf.addPage({
    content: textPage('What follows from it', [
      'The doubling is ordered from Marram Boatyard under order KBF-PO-1178 for 2,340.00 EUR and is to be finished by 28 February 2025.',
      'Copies of this survey go to the insurer and to the harbour office.',
    ]),
    resources: fonts,
  });
  return pdf.save({ title: 'Survey of the ferry Curlew' });
}
