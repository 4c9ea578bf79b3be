import { figure, round } from './figure.js';
import type { Figure } from './figure.js';
import { jpegQuality } from './metadata/jpeg-quality.js';
import type { Luma, Picture } from './picture.js';

export interface QualityReport {
  readonly verdict: 'good' | 'usable' | 'poor';
  /** What is wrong with it, in words. */
  readonly faults: readonly string[];
  readonly figures: readonly Figure[];
}

interface Measures {
  readonly brightness: number;
  readonly contrast: number;
  readonly sharpness: number;
  readonly noise: number;
  readonly shadows: number;
  readonly highlights: number;
}

const POOR_FAULTS = 2;
const MIN_PIXELS = 300_000;

/** Whether an image is good enough to be read and judged. */
export async function measureQuality(picture: Picture): Promise<QualityReport> {
  const measures = measure(await picture.luma());
  const { width, height } = picture.metadata;
  const compression = picture.format === 'jpeg' ? (jpegQuality(picture.structure.parts) ?? null) : null;
  const faults = faultsOf(measures, width * height, compression);
  return {
    verdict: faults.length === 0 ? 'good' : faults.length < POOR_FAULTS ? 'usable' : 'poor',
    faults,
    figures: [
      figure(
        'brightness',
        round(measures.brightness),
        'Mean grey level, 0 black to 255 white. Below 50 is dark; paper is above 180.',
      ),
      figure(
        'contrast',
        round(measures.contrast),
        'Standard deviation of the grey levels. Below 15 everything looks alike.',
      ),
      figure(
        'sharpness',
        round(measures.sharpness, 1),
        'Variance of the second derivative (Laplacian). Below 50 the image is blurred.',
      ),
      figure(
        'noise',
        round(measures.noise),
        'Standard deviation of the grain, by the method of Immerkaer (1996). Above 12 it disturbs.',
        'grey levels',
      ),
      figure('shadows', round(measures.shadows, 3), 'Share of pixels that are plain black: what was there is lost.'),
      figure(
        'highlights',
        round(measures.highlights, 3),
        'Share of pixels that are plain white: lost in a photograph, natural on paper.',
      ),
      figure('jpegQuality', compression, 'Estimated from the quantization table; null for an image without loss.'),
      figure('pixels', width * height, 'A page of text needs about 1 million to be read.'),
    ],
  };
}

function faultsOf(measures: Measures, pixels: number, compression: number | null): string[] {
  const rules: [boolean, string][] = [
    [measures.brightness < 50, 'The image is too dark.'],
    [measures.contrast < 15, 'The image has hardly any contrast.'],
    [measures.sharpness < 50, 'The image is blurred, or empty.'],
    [measures.noise > 12, 'The image is noisy.'],
    [measures.shadows > 0.4, 'A large part of the image is plain black.'],
    [compression !== null && compression < 50, 'The image was compressed so strongly that details are lost.'],
    [pixels < MIN_PIXELS, 'The image has too few pixels for a page of text.'],
  ];
  return rules.flatMap(([applies, fault]) => (applies ? [fault] : []));
}

function measure({ width, height, values }: Luma): Measures {
  let sum = 0;
  let squares = 0;
  let black = 0;
  let white = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
    if (value <= 2) black += 1;
    if (value >= 253) white += 1;
  }
  const count = values.length;
  const brightness = sum / count;
  return {
    brightness,
    contrast: Math.sqrt(Math.max(0, squares / count - brightness ** 2)),
    shadows: black / count,
    highlights: white / count,
    ...differences(width, height, values),
  };
}

/** One pass with two masks: the Laplacian for sharpness, and the difference of two Laplacians, which sees only grain. */
function differences(width: number, height: number, values: Uint8Array): { sharpness: number; noise: number } {
  let sum = 0;
  let squares = 0;
  let grain = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const centre = values[at]!;
      const cross = values[at - 1]! + values[at + 1]! + values[at - width]! + values[at + width]!;
      const corners =
        values[at - width - 1]! + values[at - width + 1]! + values[at + width - 1]! + values[at + width + 1]!;
      const laplacian = cross - 4 * centre;
      sum += laplacian;
      squares += laplacian * laplacian;
      const rough = 4 * centre - 2 * cross + corners;
      grain += rough < 0 ? -rough : rough;
    }
  }
  const inner = (width - 2) * (height - 2);
  return { sharpness: squares / inner - (sum / inner) ** 2, noise: (grain * Math.sqrt(Math.PI / 2)) / (6 * inner) };
}
