import { CLOSINGS, FINDINGS, MONTHS, PARTS, VESSELS, WEATHER, WORK } from './fleet-words.mjs';
import { PageContent } from './page-content.mjs';
import { PdfWriter } from './pdf-writer.mjs';
import { pick, randomStream } from './random.mjs';

const YEAR = 2024;
const LINE_LENGTH = 92;

/** Breaks a paragraph into lines. @param {string} text */
export function wrap(text, length = LINE_LENGTH) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line && line.length + word.length + 1 > length) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines;
}

/** Standard fonts for Latin text, as page resources. @param {PdfWriter} pdf */
export function latinFonts(pdf) {
  const font = (name) => pdf.add(`<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`);
  return `/Font << /R ${font('Helvetica')} 0 R /B ${font('Helvetica-Bold')} 0 R /M ${font('Courier')} 0 R >>`;
}

/** @param {string} text */
export const latin = (text) => Buffer.from(text, 'latin1');

/** @param {() => number} random @param {readonly string[]} templates @param {number} count */
function sentences(random, templates, count) {
  const left = [...templates];
  return Array.from({ length: count }, () => {
    const [template] = left.splice(Math.floor(random() * left.length), 1);
    return template.replace('{n}', String(2 + Math.floor(random() * 17)));
  }).join(' ');
}

/** @param {() => number} random */
function partRows(random) {
  const chosen = new Set();
  while (chosen.size < 6) chosen.add(pick(random, PARTS));
  let total = 0;
  const rows = [...chosen].map(([name, price]) => {
    const count = 1 + Math.floor(random() * 4);
    total += count * price;
    return `${name.padEnd(30)}${String(count).padStart(4)}${price.toFixed(2).padStart(12)}${(count * price).toFixed(2).padStart(12)}`;
  });
  return [...rows, `${'Total in EUR'.padEnd(46)}${total.toFixed(2).padStart(12)}`];
}

/** A year of a fleet, one page a vessel and month: 120 pages behind a cover page. */
export function fleetReport() {
  const random = randomStream(2024);
  const pdf = new PdfWriter();
  const resources = latinFonts(pdf);
  const pageCount = 1 + VESSELS.length * MONTHS.length;

  const cover = new PageContent().gap(140).line('B', 26, latin('Kestrel Bay Ferries'));
  cover.line('B', 18, latin(`Fleet maintenance record ${YEAR}`)).gap(30);
  cover.line('R', 11, latin(`Reference KBF-MR-${YEAR}. Issued on 31 January ${YEAR + 1} by the technical office.`));
  cover.line('R', 11, latin('Contact: technical.office@kestrelbay.example, telephone +44 1632 960 417.')).gap(20);
  for (const vessel of VESSELS)
    cover.line('R', 11, latin(`${vessel.name}, built ${vessel.built}: ${vessel.route}; ${vessel.engine}.`));
  cover.gap(120).line('R', 9, latin(`Page 1 of ${pageCount}`), { x: 480 });
  pdf.addPage({ content: cover.toString(), resources });

  let page = 1;
  for (const vessel of VESSELS) {
    for (const month of MONTHS) {
      page += 1;
      const hours = 120 + Math.floor(random() * 380);
      const content = new PageContent().line('R', 9, latin(`Kestrel Bay Ferries - fleet maintenance record ${YEAR}`));
      content
        .gap(10)
        .line('B', 15, latin(`${vessel.name}: ${month} ${YEAR}`))
        .gap(6);
      const paragraphs = [
        `${vessel.name} (${vessel.engine}, built ${vessel.built}) ran ${hours} hours on ${vessel.route}. ${sentences(random, WEATHER, 2)}`,
        sentences(random, FINDINGS, 4),
        sentences(random, WORK, 3),
        sentences(random, FINDINGS, 2),
        pick(random, CLOSINGS),
      ];
      for (const paragraph of paragraphs) {
        for (const line of wrap(paragraph)) content.line('R', 10.5, latin(line));
        content.gap(8);
      }
      content.line('B', 11, latin('Parts used')).gap(2);
      for (const row of partRows(random)) content.line('M', 9.5, latin(row));
      content.gap(24).line('R', 9, latin(`Page ${page} of ${pageCount}`), { x: 480 });
      pdf.addPage({ content: content.toString(), resources });
    }
  }
  return pdf.save({ title: `Fleet maintenance record ${YEAR}` });
}
