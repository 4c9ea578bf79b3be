import sharp from 'sharp';
import { Paper } from './paper.mjs';
import { randomStream } from './random.mjs';

/** A typed letter of one full page, as a PNG in sixteen greys. */
export function letterImage() {
  const sheet = new Paper({ width: 1654, height: 2339, margin: 150 });
  sheet.line('KESTREL BAY FERRIES', { capital: 40, weight: 1.3 });
  sheet.line('Technical office, Kestrel Harbour', { capital: 22 }).gap(10).rule().gap(30);
  sheet.line('14 January 2025', { x: 1180 }).gap(20);
  for (const line of ['Marram Boatyard', '12 Slipway Lane', 'Marram Sands']) sheet.line(line);
  sheet.gap(40).line('Order KBF-PO-1178: doubling of frame 9, ferry Curlew', { capital: 25, weight: 1.3 }).gap(20);
  const paragraphs = [
    ['Dear Sir or Madam,'],
    [
      'after the survey of 6 November 2024 we order the doubling of the forward',
      'frame on the port side of the ferry Curlew. The mean loss of thickness is',
      '0.6 mm; the largest is 1.4 mm and was found at frame 9.',
    ],
    [
      'The work has to be finished by 28 February 2025, because the boat is needed',
      'for the cattle market at Outer Holm in the first week of March. Please use',
      'plate of 8 mm and give the new steel two coats of primer.',
    ],
    [
      'We accept your offer of 2,139.75 EUR without tax. If more plates turn out to',
      'be thin, call us before you cut anything. The superintendent will visit the',
      'slip every Tuesday at 9:30 and may be asked for decisions.',
    ],
    [
      'The keys are with the watchman. Fire watch during the welding is yours; the',
      'extinguishers on board were weighed last month and may be used. Do not',
      'remove the life rafts from their cradles.',
    ],
    ['Send the invoice with the order number to this office. We pay in 30 days.'],
    ['With kind regards,'],
  ];
  for (const paragraph of paragraphs) {
    for (const line of paragraph) sheet.line(line, { capital: 23, leading: 2.05 });
    sheet.gap(26);
  }
  sheet.gap(60).line('Maud Fenwick').line('Superintendent, Kestrel Bay Ferries', { capital: 19 });
  return sharp(sheet.toSvg()).greyscale().png({ palette: true, colours: 16, compressionLevel: 9 }).toBuffer();
}

/** A till receipt as a hand-held camera sees it: a little askew, lit from one side, grainy, and blurred. */
export async function receiptPhoto() {
  const sheet = new Paper({ width: 760, height: 1060, margin: 70, colour: '#f4f1e8' });
  sheet.line('HARBOUR CHANDLERY', { capital: 34, weight: 1.3 });
  sheet.line('Quay 3, Kestrel Harbour', { capital: 21 }).gap(14).rule();
  sheet.line('Receipt 5521    19 March 2025', { capital: 21 }).gap(14);
  const items = [
    ['Mooring rope 14 mm', '58.40'],
    ['Shackles, 6 pieces', '21.90'],
    ['Deck brush', '12.75'],
    ['Marine grease 1 kg', '17.20'],
    ['Working gloves', '9.95'],
  ];
  for (const [name, price] of items)
    sheet.row(
      [
        [70, name],
        [560, price],
      ],
      { capital: 22 },
    );
  sheet
    .gap(12)
    .rule()
    .row(
      [
        [70, 'Total EUR'],
        [545, '120.20'],
      ],
      { capital: 26, weight: 1.3 },
    );
  sheet.gap(10).line('Paid by card. Thank you!', { capital: 21 }).gap(20);
  sheet.line('Goods may be returned in 14 days.', { capital: 19 });

  const width = 900;
  const height = 1200;
  const tilted = await sharp(sheet.toSvg()).rotate(1.4, { background: '#5b5146' }).toBuffer();
  const data = await sharp({ create: { width, height, channels: 3, background: '#5b5146' } })
    .composite([{ input: tilted, gravity: 'centre' }])
    .removeAlpha()
    .blur(0.7)
    .raw()
    .toBuffer();
  const random = randomStream(5521);
  for (let index = 0; index < data.length; index += 3) {
    const x = ((index / 3) % width) / width;
    const light = 0.82 + 0.2 * x;
    const grain = (random() + random() - 1) * 11;
    for (let channel = 0; channel < 3; channel++)
      data[index + channel] = Math.max(0, Math.min(255, data[index + channel] * light + grain));
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .withExif({ IFD0: { Make: 'Pocket', Model: 'P-12', DateTime: '2025:03:19 16:42:10' } })
    .jpeg({ quality: 72 })
    .toBuffer();
}
