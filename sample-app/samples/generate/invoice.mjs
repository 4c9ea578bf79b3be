import { latin, latinFonts } from './fleet-report.mjs';
import { PageContent } from './page-content.mjs';
import { PdfEncryption } from './pdf-encryption.mjs';
import { PdfWriter } from './pdf-writer.mjs';

const ITEMS = [
  ['Doubling plate, 8 mm, forward frame', 2, 310],
  ['Welding and grinding, hours', 14, 68],
  ['Primer and two coats of deck paint', 1, 184.5],
  ['Slip fee, days', 3, 127.75],
];

/** @param {PdfWriter} pdf */
function addInvoicePage(pdf) {
  const money = (amount) => amount.toFixed(2).padStart(11);
  const net = ITEMS.reduce((sum, [, count, price]) => sum + count * price, 0);
  const page = new PageContent()
    .line('B', 20, latin('Marram Boatyard'))
    .line('R', 10, latin('12 Slipway Lane, Marram Sands, telephone +44 1632 960 233'));
  page.gap(30).line('B', 15, latin('Invoice MB-2025-0041')).gap(6);
  page.line('R', 11, latin('To: Kestrel Bay Ferries, technical office, Kestrel Harbour'));
  page.line('R', 11, latin('Date: 27 February 2025        Your order: KBF-PO-1178')).gap(20);
  page.line('M', 10, latin(`${'Item'.padEnd(38)}${'Qty'.padStart(5)}${'EUR'.padStart(11)}${'Sum'.padStart(11)}`));
  for (const [name, count, price] of ITEMS) {
    page.line('M', 10, latin(`${name.padEnd(38)}${String(count).padStart(5)}${money(price)}${money(count * price)}`));
  }
  page.gap(8).line('M', 10, latin(`${'Net'.padEnd(54)}${money(net)}`));
  page.line('M', 10, latin(`${'Tax 20 %'.padEnd(54)}${money(net * 0.2)}`));
  page.line('M', 10, latin(`${'Total'.padEnd(54)}${money(net * 1.2)}`)).gap(24);
  page.line(
    'R',
    11,
    latin('Please pay within 30 days to the account that is printed on the order. Thank you for the work.'),
  );
  pdf.addPage({ content: page.toString(), resources: latinFonts(pdf) });
}

/** An invoice of one page. */
export function invoice() {
  const pdf = new PdfWriter();
  addInvoicePage(pdf);
  return pdf.save({ title: 'Invoice MB-2025-0041', author: 'Marram Boatyard' });
}

/** The same invoice behind a password. */
export function lockedInvoice() {
  const pdf = new PdfWriter();
  addInvoicePage(pdf);
  const encryption = new PdfEncryption({ user: 'low-light', owner: 'marram' });
  return pdf.save({ title: 'Invoice MB-2025-0041', author: 'Marram Boatyard', encryption });
}
