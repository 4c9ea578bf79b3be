import type { PdfAnatomy } from '../documents/pdf/pdf-anatomy.js';
import { findings } from './finding.js';
import type { Finding } from './finding.js';

/** What a PDF carries that a plain document does not need, and what it lacks. */
export function checkPdfFormat({ version, headerOffset, revisions, linearized, objects }: PdfAnatomy): Finding[] {
  const has = (name: string): boolean => new RegExp(`/${name}(?![A-Za-z0-9])`, 'u').test(objects);
  const hasFonts = has('BaseFont');
  return findings([
    [true, 'pdf-version', 'info', `PDF ${version}${linearized ? ', arranged for viewing while it loads' : ''}.`],
    [version === 'unknown', 'pdf-version-unknown', 'warning', 'The header names no version.'],
    [headerOffset > 0, 'bytes-before-header', 'warning', `${headerOffset} bytes stand before the PDF header.`],
    [
      revisions > 1,
      'changed-after-creation',
      'warning',
      `The file was changed ${revisions - 1} time(s) after it was made; earlier states are still in it.`,
    ],
    [
      has('JavaScript') || has('JS'),
      'javascript',
      'error',
      'It contains JavaScript, which runs when someone opens it.',
    ],
    [has('Launch'), 'launch-action', 'error', 'It contains an action that starts a program.'],
    [has('EmbeddedFile') || has('EmbeddedFiles'), 'embedded-files', 'warning', 'Other files are embedded in it.'],
    [
      has('OpenAction') || has('AA'),
      'automatic-action',
      'info',
      'Something is done when it is opened, such as going to a page.',
    ],
    [has('XFA'), 'dynamic-form', 'warning', 'It is a dynamic (XFA) form, whose content only a few programs show.'],
    [has('AcroForm'), 'form', 'info', 'It has form fields, whose content can still be changed.'],
    [has('Sig') && has('ByteRange'), 'signature', 'info', 'It carries a digital signature, which was not verified.'],
    [
      hasFonts && !/\/FontFile[23]?\b/u.test(objects),
      'fonts-not-embedded',
      'info',
      'No font is embedded: it looks different from machine to machine.',
    ],
    [!has('Title'), 'no-title', 'info', 'It has no title.'],
  ]);
}
