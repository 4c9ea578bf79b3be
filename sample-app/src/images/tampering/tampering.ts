import { jpegQuality } from '../metadata/jpeg-quality.js';
import { figure, round } from '../figure.js';
import type { Figure } from '../figure.js';
import type { Picture } from '../picture.js';
import { BLOCK, errorLevels, gridOf, QUALITIES, relativeLevels } from './error-levels.js';
import type { ErrorLevels } from './error-levels.js';
import { median, outlierRegions, robustDeviations } from './outlier-regions.js';
import type { OutlierRegion } from './outlier-regions.js';

/** A part of the picture, in pixels, whose error level differs from the rest. */
export interface SuspectRegion {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Mean loss inside, and the median of the whole picture, in grey levels. */
  readonly errorLevel: number;
  readonly usualErrorLevel: number;
  /** In robust standard deviations. */
  readonly deviation: number;
}

export interface TamperingReport {
  readonly method: 'error-level analysis';
  readonly verdict: 'no sign' | 'possible' | 'likely' | 'too small to say';
  /** 0: nothing stands out, 1: a region does beyond doubt. */
  readonly suspicion: number;
  readonly regions: readonly SuspectRegion[];
  readonly errorLevels: readonly { readonly quality: number; readonly median: number; readonly highest: number }[];
  readonly figures: readonly Figure[];
}

const MIN_TELLING_BLOCKS = 64;
const MAX_REGIONS = 10;
/** How near a quality counts as the file's own. */
const OWN_QUALITY = 3;
/** Block deviations that count as beyond doubt, and a region as large as counts fully. */
const FULL_DEVIATION = 7;
const FULL_BLOCKS = 20;

/**
 * Error-level analysis: the image is stored again at several qualities. What was in it from the start loses alike; a part that
 * came from elsewhere, and was never compressed with the rest, loses more at the quality the rest was once stored at.
 */
export async function analyseTampering(picture: Picture): Promise<TamperingReport> {
  const luma = await picture.luma();
  const grid = gridOf(luma);
  const levels: ErrorLevels[] = [];
  for (const quality of QUALITIES) levels.push(await errorLevels(luma, quality));

  const relative = relativeLevels(levels);
  const telling = relative[0]!.blocks.filter((value) => !Number.isNaN(value)).length;
  const tooSmall = telling < MIN_TELLING_BLOCKS;
  const current = jpegQuality(picture.structure.parts);
  const findings = relative
    .map(({ blocks }, index) => ({ level: levels[index]!, blocks }))
    // At the file's own quality nothing is lost any more, and what is left is chance.
    .filter(({ level }) => !tooSmall && Math.abs(level.quality - (current ?? 0)) >= OWN_QUALITY)
    .map(({ level, blocks }) => ({ level, regions: outlierRegions(robustDeviations(blocks), grid) }));
  // The earlier quality is where most of the region stands out most; at others only its most detailed blocks do.
  const strongest = findings.toSorted((one, other) => weightOf(other.regions) - weightOf(one.regions))[0];
  const suspicion = round(suspicionOf(strongest?.regions ?? []));
  const regions = strongest
    ? strongest.regions.slice(0, MAX_REGIONS).map((region) => inPixels(region, strongest.level, grid.columns))
    : [];
  return {
    method: 'error-level analysis',
    verdict: tooSmall ? 'too small to say' : suspicion >= 0.5 ? 'likely' : suspicion > 0 ? 'possible' : 'no sign',
    suspicion,
    regions,
    errorLevels: levels.map(({ quality, blocks }) => ({
      quality,
      median: round(median(blocks)),
      highest: round(highest(blocks)),
    })),
    figures: [
      figure(
        'suspicion',
        suspicion,
        'From 0 to 1: how far the most striking region stands out, and how large it is. Below 0.5 may be chance.',
      ),
      figure(
        'regions',
        regions.length,
        'Compact areas that lose more than the rest when the image is stored again: they may come from another image.',
      ),
      figure(
        'quality',
        regions.length > 0 ? strongest!.level.quality : null,
        'The JPEG quality at which the regions stand out: the rest was probably stored at it before.',
      ),
      figure(
        'lossless',
        picture.format === 'png',
        'A lossless file keeps no compression of its own, so only traces of an earlier JPEG can show.',
      ),
    ],
  };
}

const weightOf = (regions: readonly OutlierRegion[]): number =>
  Math.max(0, ...regions.map(({ deviation, blocks }) => deviation * blocks));

function suspicionOf(regions: readonly OutlierRegion[]): number {
  return Math.max(
    0,
    ...regions.map(
      ({ deviation, blocks }) => Math.min(1, deviation / FULL_DEVIATION) * Math.min(1, blocks / FULL_BLOCKS),
    ),
  );
}

function inPixels(region: OutlierRegion, level: ErrorLevels, gridColumns: number): SuspectRegion {
  let sum = 0;
  for (let row = region.row; row < region.row + region.rows; row++) {
    for (let column = region.column; column < region.column + region.columns; column++)
      sum += level.blocks[row * gridColumns + column]!;
  }
  return {
    x: region.column * BLOCK,
    y: region.row * BLOCK,
    width: region.columns * BLOCK,
    height: region.rows * BLOCK,
    errorLevel: round(sum / (region.columns * region.rows)),
    usualErrorLevel: round(median(level.blocks)),
    deviation: round(region.deviation),
  };
}

function highest(blocks: Float64Array): number {
  return blocks.reduce((most, value) => Math.max(most, value), 0);
}
