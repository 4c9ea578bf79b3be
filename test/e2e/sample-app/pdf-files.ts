import { deflateSync } from 'node:zlib';

/** A PDF of one page whose content stream is given, and whatever objects are added. */
export function pdfWith(content: Buffer, { dictionary = '', objects = [] as string[], catalog = '' } = {}): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')];
  const offsets: number[] = [];
  const add = (body: Buffer | string): void => {
    offsets.push(parts.reduce((sum, part) => sum + part.length, 0));
    parts.push(Buffer.concat([Buffer.from(`${offsets.length} 0 obj\n`), Buffer.from(body), Buffer.from('\nendobj\n')]));
  };
  add(`<< /Type /Catalog /Pages 2 0 R ${catalog} >>`);
  add('<< /Type /Pages /Kids [3 0 R] /Count 1 >>');
  add('<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>');
  add(
    Buffer.concat([
      Buffer.from(`<< ${dictionary} /Length ${content.length} >>\nstream\n`),
      content,
      Buffer.from('\nendstream'),
    ]),
  );
  add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>');
  for (const object of objects) add(object);
  const start = parts.reduce((sum, part) => sum + part.length, 0);
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = offsets.length + 1;
  parts.push(
    Buffer.from(
      `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

/** A copy whose middle is overwritten: 20 kB of the letter A. */
export function overwrittenPdf(pdf: Uint8Array): Buffer {
  const middle = Math.floor(pdf.length / 2);
  return Buffer.from(pdf).fill(0x41, middle, middle + 20_000);
}

/** A copy with a bit turned in every seventh byte, except near both ends, where it would no longer pass for a PDF. */
export function scatteredPdf(pdf: Uint8Array): Buffer {
  return Buffer.from(pdf.map((byte, at) => (at % 7 === 0 && at > 1024 && at < pdf.length - 2048 ? byte ^ 0x20 : byte)));
}

/** Text operators for one line. */
export const line = (text: string): Buffer => Buffer.from(`BT /F 12 Tf 72 720 Td (${text}) Tj ET`);

/** A few hundred kilobytes that unpack to 150 MB. */
export function bombPdf(): Buffer {
  return pdfWith(deflateSync(Buffer.alloc(150 * 1024 * 1024, 0x20), { level: 9 }), {
    dictionary: '/Filter /FlateDecode',
  });
}
