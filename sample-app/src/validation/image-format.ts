import { describeMetadata } from '../images/metadata/image-metadata.js';
import type { Picture } from '../images/picture.js';
import { findings } from './finding.js';
import type { Finding } from './finding.js';

const SMALL = 600;

/** Whether an image file is made as a document's image should be. */
export function checkImageFormat(picture: Picture): Finding[] {
  const { format, width, height, exif, trailingBytes } = describeMetadata(picture);
  const { space, orientation = 1, hasAlpha, pages = 1 } = picture.metadata;
  return findings([
    [true, 'image', 'info', `A ${format.toUpperCase()} of ${width} x ${height} pixels.`],
    [trailingBytes > 0, 'trailing-bytes', 'warning', `${trailingBytes} bytes follow the end of the image.`],
    [
      Math.min(width, height) < SMALL,
      'low-resolution',
      'warning',
      `Fewer than ${SMALL} pixels on the shorter side: a page of text cannot be read from it.`,
    ],
    [space === 'cmyk', 'print-colours', 'info', 'The colours are meant for printing (CMYK).'],
    [orientation !== 1, 'turned', 'info', 'The image is stored turned, and viewers are asked to turn it back.'],
    [hasAlpha, 'transparent', 'info', 'The image has transparent parts, which show whatever is behind them.'],
    [pages > 1, 'several-pages', 'warning', `Only the first of ${pages} pictures in the file is looked at.`],
    [exif?.hasLocation === true, 'location', 'warning', 'The image tells where it was taken.'],
  ]);
}
