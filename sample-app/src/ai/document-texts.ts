import { Injectable, NotFoundException } from '@nestjs/common';
import { CacheKeyGenerator, CacheManager } from 'nestjs-cached';
import type { ParsedDocument } from '../documents/document.js';
import { UnreadableFileError } from '../files/unreadable-file.error.js';
import type { RecognizedText } from '../ocr/text-recognizer.js';

/** The texts of files that were read before. They are in the cache and nowhere else: the files themselves are not kept. */
@Injectable()
export class DocumentTexts {
  constructor(private readonly cache: CacheManager) {}

  /** @throws {NotFoundException} nobody has read the file; {UnreadableFileError} there is no text in it */
  async of(hash: string): Promise<string> {
    const document = await this.cache.get<ParsedDocument>(CacheKeyGenerator.documentParse(hash));
    if (document !== undefined && document.text !== '') return document.text;
    const recognized = await this.cache.get<RecognizedText>(CacheKeyGenerator.ocrExtract(hash));
    if (recognized !== undefined && recognized.text.trim() !== '') return recognized.text;
    if (document === undefined && recognized === undefined) {
      throw new NotFoundException(
        `Nothing is known of the file ${hash}. Send it to POST /documents or POST /ocr first.`,
      );
    }
    throw new UnreadableFileError('No text was found in the file.');
  }
}
