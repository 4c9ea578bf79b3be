import type { ImagePart } from '../image-structure.js';

// The example luminance table of the JPEG standard (ITU-T T.81, table K.1), in zigzag order.
const STANDARD = [
  16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61,
  60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113, 121,
  112, 100, 120, 92, 101, 103, 99,
];

const QUANTIZATION = 'DB';

/** The first quantization table of a JPEG: how coarsely brightness was stored. */
function luminanceTable(parts: readonly ImagePart[]): number[] | undefined {
  for (const { data } of parts.filter(({ name }) => name === QUANTIZATION)) {
    for (let at = 0; at < data.length;) {
      const wide = data[at]! >> 4 === 1;
      const size = wide ? 128 : 64;
      const values = data.subarray(at + 1, at + 1 + size);
      if (values.length < size) return undefined;
      if ((data[at]! & 15) === 0) {
        return Array.from({ length: 64 }, (_, index) =>
          wide ? (values[index * 2]! << 8) | values[index * 2 + 1]! : values[index]!,
        );
      }
      at += 1 + size;
    }
  }
  return undefined;
}

/**
 * The quality, from 1 to 100, on the scale of the Independent JPEG Group: the one whose scaled standard table is nearest to
 * the file's own. Programs with other tables come out approximately.
 */
export function jpegQuality(parts: readonly ImagePart[]): number | undefined {
  const table = luminanceTable(parts);
  if (!table) return undefined;
  let best = { quality: 1, distance: Number.POSITIVE_INFINITY };
  for (let quality = 1; quality <= 100; quality++) {
    const scale = quality < 50 ? 5000 / quality : 200 - quality * 2;
    const distance = table.reduce((sum, step, index) => {
      const expected = Math.min(255, Math.max(1, Math.floor((STANDARD[index]! * scale + 50) / 100)));
      return sum + Math.abs(step - expected);
    }, 0);
    if (distance < best.distance) best = { quality, distance };
  }
  return best.quality;
}
