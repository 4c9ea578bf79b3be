import sharp from 'sharp';
import type { Luma } from '../picture.js';

export const BLOCK = 16;

/** Compression qualities an image is stored at again. Cameras and programs write between 60 and 95. */
export const QUALITIES = [60, 65, 70, 75, 80, 85, 90, 95] as const;

/** How much of the picture each block loses when it is stored again as JPEG of one quality. */
export interface ErrorLevels {
  readonly quality: number;
  /** Root mean square of the change, in grey levels, row by row. */
  readonly blocks: Float64Array;
}

/** The size of the block grid; a rest at the right and lower edge is left out. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
}

export const gridOf = ({ width, height }: Luma): Grid => ({
  columns: Math.floor(width / BLOCK),
  rows: Math.floor(height / BLOCK),
});

export async function errorLevels(luma: Luma, quality: number): Promise<ErrorLevels> {
  const { width, height } = luma;
  const stored = await sharp(luma.values, { raw: { width, height, channels: 1 } })
    .jpeg({ quality })
    .toBuffer();
  const again = await sharp(stored).greyscale().toColourspace('b-w').raw().toBuffer();
  const { columns, rows } = gridOf(luma);
  const blocks = new Float64Array(columns * rows);
  for (let y = 0; y < rows * BLOCK; y++) {
    let at = y * width;
    let block = ((y / BLOCK) | 0) * columns;
    for (const end = block + columns; block < end; block++) {
      let sum = 0;
      for (const stop = at + BLOCK; at < stop; at++) {
        const change = luma.values[at]! - again[at]!;
        sum += change * change;
      }
      blocks[block]! += sum;
    }
  }
  return { quality, blocks: blocks.map((sum) => Math.sqrt(sum / (BLOCK * BLOCK))) };
}

/** A block that loses less than this at every quality is of one flat colour, and tells nothing. In grey levels. */
const FLAT = 0.3;
/** Grey levels are whole numbers; this keeps their rounding in nearly flat blocks from looking like a difference. */
const ROUNDING = 0.25;

/**
 * The error of each block at one quality over its mean error at all of them; NaN for a flat block. The division takes the
 * picture's content out: grass loses more than sky at every quality, but what was stored before loses little at that one.
 */
export function relativeLevels(levels: readonly ErrorLevels[]): ErrorLevels[] {
  const count = levels[0]?.blocks.length ?? 0;
  const mean = new Float64Array(count);
  for (const { blocks } of levels)
    for (let block = 0; block < count; block++) mean[block]! += blocks[block]! / levels.length;
  return levels.map(({ quality, blocks }) => ({
    quality,
    blocks: blocks.map((error, block) => (mean[block]! < FLAT ? Number.NaN : error / (mean[block]! + ROUNDING))),
  }));
}
