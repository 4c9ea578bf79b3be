import { visualGlyphs } from './arabic-shaping.mjs';
import { PageContent } from './page-content.mjs';
import { PdfWriter, utf16be } from './pdf-writer.mjs';

const HEADING = 'إشعار صيانة العبارة';
const LINES = [
  'تعلن شركة عبارات خليج العوسق لركابها الكرام',
  'أن العبارة مالك الحزين ستدخل الحوض الجاف للصيانة الدورية',
  'وتستمر أعمال الصيانة عشرة أيام من منتصف شهر مارس',
  'وخلال هذه الفترة تعمل العبارة الثانية على الخط نفسه',
  'تبقى التذاكر الشهرية صالحة ولا تتغير شروط الأمتعة',
  'للاستفسار يرجى الاتصال بمكتب الخدمة في الميناء',
  'شكرا لتفهمكم',
];

/** One byte a glyph, numbered as they appear. */
class GlyphCodes {
  /** @type {Map<string, number>} */
  #codes = new Map();

  /** @param {string[]} glyphs */
  encode(glyphs) {
    return Buffer.from(
      glyphs.map((glyph) => {
        const code = this.#codes.get(glyph) ?? this.#codes.size + 1;
        this.#codes.set(glyph, code);
        return code;
      }),
    );
  }

  /** @param {(code: string, glyph: string) => string} row */
  rows(row) {
    return [...this.#codes].map(([glyph, code]) => row(`<${code.toString(16).padStart(2, '0')}>`, glyph));
  }
}

/** @param {string} name @param {string} kind `char` maps codes to Unicode, `cid` codes to glyphs @param {string[]} rows */
function characterMap(name, kind, rows) {
  const groups = [];
  for (let start = 0; start < rows.length; start += 100) {
    const group = rows.slice(start, start + 100);
    groups.push(`${group.length} begin${kind}\n${group.join('\n')}\nend${kind}`);
  }
  return Buffer.from(
    `/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /${name} def\n/CMapType ${kind === 'bfchar' ? 2 : 1} def\n` +
      `/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> def\n` +
      `1 begincodespacerange\n<00> <FF>\nendcodespacerange\n${groups.join('\n')}\nendcmap\nend\nend\n`,
    'latin1',
  );
}

/**
 * A notice in Arabic. Its codes mean nothing by themselves: one character map inside the file leads from codes to glyphs,
 * another from codes to the shapes of letters, which a reader has to turn back into letters in reading order.
 */
export function arabicNotice() {
  const pdf = new PdfWriter();
  const codes = new GlyphCodes();
  const content = new PageContent().line('F', 18, codes.encode(visualGlyphs(HEADING)), { x: 330 }).gap(12);
  for (const line of LINES) content.line('F', 13, codes.encode(visualGlyphs(line)), { x: 200, leading: 1.8 });

  const encoding = pdf.addStream(
    '/Type /CMap /CMapName /KBF-Arabic /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>',
    characterMap(
      'KBF-Arabic',
      'cidchar',
      codes.rows((code) => `${code} ${500 + Number.parseInt(code.slice(1, -1), 16)}`),
    ),
  );
  const unicode = pdf.addStream(
    '',
    characterMap(
      'KBF-Arabic-UCS2',
      'bfchar',
      codes.rows((code, glyph) => `${code} <${utf16be(glyph).toString('hex')}>`),
    ),
  );
  const descriptor = pdf.add(
    '<< /Type /FontDescriptor /FontName /Amiri /Flags 4 /FontBBox [-250 -400 1200 1000] /ItalicAngle 0 /Ascent 900 /Descent -350 /CapHeight 700 /StemV 80 >>',
  );
  const descendant = pdf.add(
    `<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Amiri /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> ` +
      `/FontDescriptor ${descriptor} 0 R /DW 520 >>`,
  );
  const font = pdf.add(
    `<< /Type /Font /Subtype /Type0 /BaseFont /Amiri /Encoding ${encoding} 0 R /ToUnicode ${unicode} 0 R /DescendantFonts [${descendant} 0 R] >>`,
  );
  pdf.addPage({ content: content.toString(), resources: `/Font << /F ${font} 0 R >>` });
  return pdf.save({ title: HEADING });
}

export const ARABIC_LINES = [HEADING, ...LINES];
