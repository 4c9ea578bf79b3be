import { utf16be } from './pdf-writer.mjs';

/**
 * A composite font that is not embedded and whose codes a predefined CMap explains: only a reader that has
 * Adobe's character maps can tell what the codes say.
 * @param {import('./pdf-writer.mjs').PdfWriter} pdf
 * @param {{ name: string, cmap: string, ordering: string, supplement: number }} font
 */
export function addCjkFont(pdf, { name, cmap, ordering, supplement }) {
  const descriptor = pdf.add(
    `<< /Type /FontDescriptor /FontName /${name} /Flags 4 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>`,
  );
  const descendant = pdf.add(
    `<< /Type /Font /Subtype /CIDFontType0 /BaseFont /${name} /CIDSystemInfo << /Registry (Adobe) /Ordering (${ordering}) /Supplement ${supplement} >> ` +
      `/FontDescriptor ${descriptor} 0 R /DW 1000 >>`,
  );
  return pdf.add(
    `<< /Type /Font /Subtype /Type0 /BaseFont /${name}-${cmap} /Encoding /${cmap} /DescendantFonts [${descendant} 0 R] >>`,
  );
}

/**
 * An encoder for a legacy double-byte character set: Node can only decode them, so every code is decoded once and turned round.
 * @param {string} charset a label that TextDecoder knows
 * @returns {(text: string) => Buffer}
 */
export function legacyEncoder(charset) {
  const decoder = new TextDecoder(charset, { fatal: true });
  const codes = new Map();
  // Big5 has two characters twice; the code among the numerals is the one that fonts and maps treat as another sign.
  const isDouble = ([lead, trail]) => charset === 'big5' && lead === 0xa2 && (trail === 0xcc || trail === 0xce);
  const learn = (bytes) => {
    if (isDouble(bytes)) return;
    try {
      const character = decoder.decode(Uint8Array.from(bytes));
      if ([...character].length === 1 && !codes.has(character)) codes.set(character, bytes);
    } catch {
      // not a code of this character set
    }
  };
  for (let lead = 0x20; lead < 0x7f; lead++) learn([lead]);
  for (let lead = 0x81; lead < 0xff; lead++) for (let trail = 0x40; trail < 0xff; trail++) learn([lead, trail]);
  return (text) =>
    Buffer.from(
      [...text].flatMap((character) => {
        const code = codes.get(character);
        if (!code) throw new Error(`'${character}' is not in ${charset}`);
        return code;
      }),
    );
}

export const ucs2 = utf16be;
