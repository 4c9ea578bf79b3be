// Makes the files in sample-app/samples: node sample-app/samples/generate/index.mjs
import { writeFile } from 'node:fs/promises';
import { arabicNotice } from './arabic-document.mjs';
import { chineseNotice, japaneseLetter } from './cjk-documents.mjs';
import { fleetReport } from './fleet-report.mjs';
import { tamperedPhoto, untouchedPhoto } from './harbour-photo.mjs';
import { invoice, lockedInvoice } from './invoice.mjs';
import { letterImage, receiptPhoto } from './paper-images.mjs';
import { HARBOUR_RULES, LOGBOOK } from './plain-documents.mjs';
import { scannedSurvey } from './scanned-report.mjs';

/** @type {Record<string, () => string | Uint8Array | Promise<Uint8Array>>} */
const SAMPLES = {
  'fleet-report.pdf': fleetReport,
  'invoice.pdf': invoice,
  'invoice-locked.pdf': lockedInvoice,
  'invoice-cut.pdf': () => invoice().subarray(0, 1100),
  'notice-chinese.pdf': chineseNotice,
  'letter-japanese.pdf': japaneseLetter,
  'notice-arabic.pdf': arabicNotice,
  'survey-scanned.pdf': scannedSurvey,
  'harbour-rules.md': () => HARBOUR_RULES,
  'logbook.txt': () => LOGBOOK,
  'letter.png': letterImage,
  'receipt.jpg': receiptPhoto,
  'harbour.jpg': untouchedPhoto,
  'harbour-tampered.jpg': tamperedPhoto,
};

const folder = new URL('../', import.meta.url);
for (const [name, make] of Object.entries(SAMPLES)) {
  const content = await make();
  await writeFile(new URL(name, folder), content);
  console.log(`${name.padEnd(24)}${content.length} bytes`);
}
