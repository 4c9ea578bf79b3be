import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import type { Figure } from '../../../sample-app/src/images/figure.js';
import { describeMetadata } from '../../../sample-app/src/images/metadata/image-metadata.js';
import { Picture } from '../../../sample-app/src/images/picture.js';
import { measureQuality } from '../../../sample-app/src/images/quality.js';
import { analyseTampering } from '../../../sample-app/src/images/tampering/tampering.js';
import { bigPng } from './image-files.js';
import { sample } from './sample.js';

const open = async (name: string): Promise<Picture> => Picture.open(await sample(name));
const valueOf = (figures: readonly Figure[], name: string): Figure['value'] | undefined =>
  figures.find((figure) => figure.name === name)?.value;

describe('error-level analysis', () => {
  it('finds the part that was pasted in, where it was pasted', async () => {
    const report = await analyseTampering(await open('harbour-tampered.jpg'));
    expect(report.verdict).toBe('likely');
    expect(report.regions).toHaveLength(1);
    const [region] = report.regions;
    expect(region).toMatchObject({ x: 560, y: 384, width: 176, height: 128 });
    expect(region!.errorLevel).toBeGreaterThan(2 * region!.usualErrorLevel);
    expect(valueOf(report.figures, 'quality')).toBe(70);
  });

  it.each(['harbour.jpg', 'receipt.jpg', 'letter.png'])('finds nothing in %s', async (name) => {
    expect(await analyseTampering(await open(name))).toMatchObject({ verdict: 'no sign', suspicion: 0, regions: [] });
  });

  it('finds nothing in a photograph that was only stored again', async () => {
    const again = await sharp(await sample('harbour.jpg'))
      .jpeg({ quality: 75 })
      .toBuffer();
    const twice = await sharp(again).jpeg({ quality: 92 }).toBuffer();
    expect(await analyseTampering(await Picture.open(twice))).toMatchObject({ verdict: 'no sign' });
  });

  it('says when an image is too small to say', async () => {
    const tiny = await sharp(await sample('harbour.jpg'))
      .resize(64)
      .jpeg()
      .toBuffer();
    expect(await analyseTampering(await Picture.open(tiny))).toMatchObject({
      verdict: 'too small to say',
      suspicion: 0,
    });
  });
});

describe('quality', () => {
  it('passes a clean page', async () => {
    const report = await measureQuality(await open('letter.png'));
    expect(report).toMatchObject({ verdict: 'good', faults: [] });
    expect(report.figures.every(({ meaning }) => meaning.length > 20)).toBe(true);
  });

  it('is poor when the image is dark, blurred and flat', async () => {
    const dim = await sharp(await sample('letter.png'))
      .blur(12)
      .linear(0.1)
      .jpeg({ quality: 40 })
      .toBuffer();
    const report = await measureQuality(await Picture.open(dim));
    expect(report.verdict).toBe('poor');
    expect(report.faults).toEqual(
      expect.arrayContaining(['The image is too dark.', 'The image is blurred, or empty.']),
    );
  });

  it('measures more noise in a noisy image', async () => {
    const { data, info } = await sharp(await sample('letter.png'))
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const noisy = data.map((value, index) => (((index * 2_654_435_761) >>> 8) % 61) + value * 0.75);
    const png = await sharp(noisy, { raw: { width: info.width, height: info.height, channels: info.channels } })
      .png()
      .toBuffer();
    const [clean, grainy] = [
      await measureQuality(await open('letter.png')),
      await measureQuality(await Picture.open(png)),
    ];
    expect(Number(valueOf(grainy.figures, 'noise'))).toBeGreaterThan(5 * Number(valueOf(clean.figures, 'noise')) + 5);
  });
});

describe('metadata', () => {
  it('tells camera and time, and the quality from the quantization table', async () => {
    const report = describeMetadata(await open('harbour.jpg'));
    expect(report).toMatchObject({
      format: 'jpeg',
      width: 960,
      height: 640,
      software: null,
      exif: { make: 'Pocket', model: 'P-12', modified: '2025:03:02 10:15:44', hasLocation: false },
    });
    expect(valueOf(report.figures, 'jpegQuality')).toBe(90);
  });

  it('names the editor that wrote an image last', async () => {
    expect(describeMetadata(await open('harbour-tampered.jpg'))).toMatchObject({ software: 'Retoucher 4.1' });
  });

  it('counts bytes behind the end of the image', async () => {
    for (const name of ['harbour.jpg', 'letter.png']) {
      const picture = await Picture.open(Buffer.concat([await sample(name), Buffer.from('hidden')]));
      expect(describeMetadata(picture).trailingBytes).toBe(6);
    }
  });

  it('survives a damaged EXIF block', async () => {
    const bytes = Buffer.from(await sample('harbour.jpg'));
    const at = bytes.indexOf('Exif\0\0', 0, 'latin1');
    bytes.fill(0xff, at + 14, at + 90);
    expect(describeMetadata(await Picture.open(bytes))).toMatchObject({ software: null, exif: { hasLocation: false } });
  });
});

describe('an image that cannot be used is refused with the reason', () => {
  it.each([
    ['a PNG without its end', async () => (await sample('letter.png')).subarray(0, 40_000), 'The PNG is cut off'],
    ['a JPEG without its end', async () => (await sample('harbour.jpg')).subarray(0, 40_000), 'The JPEG is cut off'],
    [
      'a JPEG with a hole',
      async () => Buffer.concat([(await sample('harbour.jpg')).subarray(0, 40_000), Buffer.from([0xff, 0xd9])]),
      'The JPEG is damaged',
    ],
    [
      'a PNG with a flipped bit',
      async () => {
        const bytes = await sample('letter.png');
        bytes[30_000]! ^= 1;
        return bytes;
      },
      'The PNG is damaged',
    ],
    ['a decompression bomb', () => Promise.resolve(bigPng(30_000, 30_000)), 'would unpack to 30000 x 30000 pixels'],
    ['a PDF', () => sample('invoice.pdf'), 'The file is a PDF; a PNG or JPEG image is expected.'],
    ['a GIF', () => Promise.resolve(Buffer.from('GIF89a...')), 'The file is a GIF image'],
  ])('%s', async (_, make, reason) => {
    await expect(Picture.open(await make())).rejects.toMatchObject({
      name: 'UnreadableFileError',
      message: expect.stringContaining(reason),
    });
  });
});
