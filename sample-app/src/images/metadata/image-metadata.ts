import { figure, round } from '../figure.js';
import type { Figure } from '../figure.js';
import type { Picture } from '../picture.js';
import { readExif } from './exif.js';
import type { Exif } from './exif.js';
import { jpegQuality } from './jpeg-quality.js';

export interface MetadataReport {
  readonly format: 'png' | 'jpeg';
  readonly width: number;
  readonly height: number;
  readonly exif: Exif | null;
  /** The program that last wrote the image, when it says so. */
  readonly software: string | null;
  readonly trailingBytes: number;
  readonly figures: readonly Figure[];
}

// JPEG markers of the application segments that programs leave behind.
const PHOTOSHOP = 'ED';
const TEXT_CHUNKS = ['tEXt', 'iTXt'];

/** What the file says about itself, and what its structure gives away. */
export function describeMetadata(picture: Picture): MetadataReport {
  const { format, metadata, structure } = picture;
  const { width, height } = metadata;
  const exif = readExif(metadata.exif);
  const software =
    exif?.software ??
    pngSoftware(picture) ??
    (structure.parts.some(({ name }) => name === PHOTOSHOP) ? 'Photoshop' : null);
  const quality = format === 'jpeg' ? jpegQuality(structure.parts) : undefined;
  return {
    format,
    width,
    height,
    exif: exif ?? null,
    software,
    trailingBytes: structure.trailing,
    figures: [
      figure('megapixels', round((width * height) / 1e6), 'Width times height.', 'million'),
      figure(
        'channels',
        metadata.channels,
        'Colours a pixel is made of: 1 or 2 is grey, 3 or 4 is colour; an even number has transparency.',
      ),
      figure('colourSpace', metadata.space, 'How the channels are to be understood.'),
      figure('profile', metadata.icc !== undefined, 'Whether a colour profile says exactly which colours are meant.'),
      figure(
        'density',
        metadata.density ?? null,
        'Pixels an inch as the file declares them; 72 is often only a default.',
        'dpi',
      ),
      figure(
        'orientation',
        metadata.orientation ?? 1,
        'How a viewer turns the image: 1 is upright, 3 upside down, 6 and 8 on its side.',
      ),
      figure(
        'jpegQuality',
        quality ?? null,
        'Estimated from the quantization table: above 90 hardly loses anything, below 60 shows blocks.',
      ),
      figure(
        'progressive',
        metadata.isProgressive,
        'Whether the image is stored in passes, as programs for the web do and cameras do not.',
      ),
      figure(
        'camera',
        [exif?.make, exif?.model].filter(Boolean).join(' ') || null,
        'The device that took it; absent in screenshots, drawings, and most images sent by messengers.',
      ),
      figure(
        'software',
        software,
        'The program that last wrote it. An image editor here means that it is not as the camera made it.',
      ),
      figure('location', exif?.hasLocation === true, 'Whether it tells where it was taken.'),
      figure(
        'trailingBytes',
        structure.trailing,
        'Bytes behind the end of the image, which no viewer shows: something was appended.',
        'bytes',
      ),
    ],
  };
}

/** PNG keeps `Software` as a text chunk: a keyword, a zero byte, the text. */
function pngSoftware({ structure }: Picture): string | undefined {
  for (const { name, data } of structure.parts) {
    if (!TEXT_CHUNKS.includes(name)) continue;
    const [keyword, ...rest] = Buffer.from(data.subarray(0, 512)).toString('utf8').split('\0');
    if (keyword === 'Software') return rest.filter((part) => part.trim() !== '').at(-1);
  }
  return undefined;
}
