import sharp from 'sharp';
import type { Metadata, Sharp } from 'sharp';
import { describeFile, fileKind } from '../files/file-kind.js';
import { UnreadableFileError } from '../files/unreadable-file.error.js';
import { jpegStructure, pngStructure } from './image-structure.js';
import type { ImageStructure } from './image-structure.js';

/** A photograph of today's telephones; a file that declares more is taken for a decompression bomb. */
const MAX_PIXELS = 50_000_000;

const MIN_SIDE = 3;

/** Grey values of an image, row by row. */
export interface Luma {
  readonly width: number;
  readonly height: number;
  readonly values: Uint8Array;
}

/** A PNG or JPEG that was checked: it is whole, it can be decoded, and it is not too large. */
export class Picture {
  private constructor(
    readonly format: 'png' | 'jpeg',
    readonly structure: ImageStructure,
    readonly metadata: Metadata & { readonly width: number; readonly height: number },
    private readonly bytes: Uint8Array,
  ) {}

  /** @throws {UnreadableFileError} */
  static async open(bytes: Uint8Array): Promise<Picture> {
    const format = fileKind(bytes);
    if (format !== 'png' && format !== 'jpeg') {
      throw new UnreadableFileError(`The file is ${describeFile(bytes)}; a PNG or JPEG image is expected.`);
    }
    const structure = format === 'png' ? pngStructure(bytes) : jpegStructure(bytes);
    const metadata = await decoded(format, () => sharp(bytes, { limitInputPixels: false }).metadata());
    const { width, height } = metadata;
    if (width * height > MAX_PIXELS) {
      throw new UnreadableFileError(
        `The image would unpack to ${width} x ${height} pixels; this service opens up to ${MAX_PIXELS / 1e6} million.`,
      );
    }
    if (width < MIN_SIDE || height < MIN_SIDE) {
      throw new UnreadableFileError(`The image is only ${width} x ${height} pixels large.`);
    }
    const picture = new Picture(format, structure, metadata, bytes);
    await picture.render((image) => image.stats());
    return picture;
  }

  /** Runs one pass over the pixels. @throws {UnreadableFileError} they cannot be decoded */
  render<T>(pass: (image: Sharp) => Promise<T>): Promise<T> {
    return decoded(this.format, () => pass(decoder(this.bytes)));
  }

  /** Grey values as they are stored, without turning the image upright. */
  async luma(): Promise<Luma> {
    const { data, info } = await this.render((image) =>
      image
        .flatten({ background: '#fff' })
        .greyscale()
        .toColourspace('b-w')
        .raw()
        .toBuffer({ resolveWithObject: true }),
    );
    return { width: info.width, height: info.height, values: data };
  }
}

const decoder = (bytes: Uint8Array): Sharp => sharp(bytes, { failOn: 'warning', limitInputPixels: MAX_PIXELS });

async function decoded<T>(format: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0]!.replace(/[:. ]+$/u, '') : String(error);
    throw new UnreadableFileError(`The ${format.toUpperCase()} is damaged and cannot be decoded (${reason}).`, {
      cause: error,
    });
  }
}
