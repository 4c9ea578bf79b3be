import { Injectable } from '@nestjs/common';
import { Cached, CacheKeyGenerator } from 'nestjs-cached';
import type { Page } from 'tesseract.js';
import { documentTag } from '../files/source-file.js';
import type { SourceFile } from '../files/source-file.js';
import { Picture } from '../images/picture.js';
import { OcrEngine } from './ocr-engine.js';

export interface RecognizedWord {
  readonly text: string;
  /** 0 to 100. */
  readonly confidence: number;
  /** In pixels of the upright image. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

export interface RecognizedText {
  readonly hash: string;
  readonly text: string;
  /** Mean of all words, 0 to 100. */
  readonly confidence: number;
  readonly words: readonly RecognizedWord[];
}

/** More pixels make the engine slower and not better: letters of 30 pixels are what it was trained on. */
const LONGEST_SIDE = 3_000;

/** The text of images. */
@Injectable()
export class TextRecognizer {
  constructor(private readonly engine: OcrEngine) {}

  /** @throws {UnreadableFileError} */
  @Cached({
    key: ({ hash }) => CacheKeyGenerator.ocrExtract(hash),
    tags: ({ hash }) => [documentTag(hash)],
    operation: 'ocr',
  })
  async recognize({ hash, bytes }: SourceFile): Promise<RecognizedText> {
    const picture = await Picture.open(bytes);
    const { data, info } = await picture.render((image) =>
      image
        .autoOrient()
        .flatten({ background: '#fff' })
        .greyscale()
        .resize({ width: LONGEST_SIDE, height: LONGEST_SIDE, fit: 'inside', withoutEnlargement: true })
        .png({ compressionLevel: 1 })
        .toBuffer({ resolveWithObject: true }),
    );
    const page = await this.engine.recognize(data);
    const { width, height } = picture.metadata;
    const scale = Math.max(width, height) / Math.max(info.width, info.height);
    return { hash, text: page.text.trim(), confidence: page.confidence, words: wordsOf(page, scale) };
  }
}

function wordsOf(page: Page, scale: number): RecognizedWord[] {
  return (page.blocks ?? [])
    .flatMap(({ paragraphs }) => paragraphs)
    .flatMap(({ lines }) => lines)
    .flatMap(({ words }) => words)
    .map(({ text, confidence, bbox }) => ({
      text,
      confidence: Math.round(confidence * 10) / 10,
      box: {
        x: Math.round(bbox.x0 * scale),
        y: Math.round(bbox.y0 * scale),
        width: Math.round((bbox.x1 - bbox.x0) * scale),
        height: Math.round((bbox.y1 - bbox.y0) * scale),
      },
    }));
}
