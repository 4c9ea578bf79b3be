import type { Grid } from './error-levels.js';

/** Blocks that stand together and lose more than the rest of the picture; in block units. */
export interface OutlierRegion {
  readonly column: number;
  readonly row: number;
  readonly columns: number;
  readonly rows: number;
  readonly blocks: number;
  /** Mean distance from the picture's median, in robust standard deviations. */
  readonly deviation: number;
}

const OUTLIER = 3.5;
/** Of a block and its eight neighbours, how many have to be outliers: lone edges drop out, areas stay. */
const SUPPORT = 6;
const MIN_BLOCKS = 6;
const MAX_SHARE = 0.4;
/** How much of its own bounding box a region has to fill: what was pasted in is compact, an outline is not. */
const MIN_FILL = 0.5;

/**
 * Distance of each value from the median, in units that a few outliers cannot stretch (median absolute deviation).
 * Values that are not numbers take no part, and deviate by 0.
 */
export function robustDeviations(values: Float64Array): Float64Array {
  const known = values.filter((value) => !Number.isNaN(value));
  const middle = median(known);
  const spread = 1.4826 * median(known.map((value) => Math.abs(value - middle))) + 0.01;
  return values.map((value) => (Number.isNaN(value) ? 0 : (value - middle) / spread));
}

export function median(values: Float64Array): number {
  const sorted = values.toSorted();
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

export function outlierRegions(deviations: Float64Array, grid: Grid): OutlierRegion[] {
  const kept = supported(deviations, grid);
  const seen = new Set<number>();
  const regions: OutlierRegion[] = [];
  for (const start of kept) {
    if (seen.has(start)) continue;
    const blocks = connected(start, kept, grid);
    for (const block of blocks) seen.add(block);
    const region = bounded(blocks, deviations, grid);
    if (looksPasted(region, grid)) regions.push(region);
  }
  return regions.toSorted((one, other) => other.blocks * other.deviation - one.blocks * one.deviation);
}

/** Large enough to be more than chance, compact, and neither most of the picture nor a strip across it, which is background. */
function looksPasted(region: OutlierRegion, grid: Grid): boolean {
  const fills = region.blocks / (region.columns * region.rows);
  const crosses = region.columns === grid.columns || region.rows === grid.rows;
  return (
    region.blocks >= MIN_BLOCKS &&
    region.blocks <= MAX_SHARE * grid.columns * grid.rows &&
    fills >= MIN_FILL &&
    !crosses
  );
}

function supported(deviations: Float64Array, grid: Grid): Set<number> {
  const kept = new Set<number>();
  for (let block = 0; block < deviations.length; block++) {
    const around = neighbours(block, grid);
    const outliers = around.filter((other) => deviations[other]! > OUTLIER).length;
    // At the picture's edge there are fewer neighbours, and a smaller number of them is asked for.
    if (outliers >= (SUPPORT / 9) * around.length) kept.add(block);
  }
  return kept;
}

/** A block and those that touch it. */
function neighbours(block: number, { columns, rows }: Grid): number[] {
  const column = block % columns;
  const row = Math.floor(block / columns);
  const around: number[] = [];
  for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) around.push(y * columns + x);
  }
  return around;
}

function connected(start: number, kept: ReadonlySet<number>, grid: Grid): number[] {
  const found = new Set([start]);
  for (const block of found) for (const next of neighbours(block, grid)) if (kept.has(next)) found.add(next);
  return [...found];
}

function bounded(blocks: readonly number[], deviations: Float64Array, { columns }: Grid): OutlierRegion {
  const xs = blocks.map((block) => block % columns);
  const ys = blocks.map((block) => Math.floor(block / columns));
  const column = Math.min(...xs);
  const row = Math.min(...ys);
  return {
    column,
    row,
    columns: Math.max(...xs) - column + 1,
    rows: Math.max(...ys) - row + 1,
    blocks: blocks.length,
    deviation: blocks.reduce((sum, block) => sum + deviations[block]!, 0) / blocks.length,
  };
}
