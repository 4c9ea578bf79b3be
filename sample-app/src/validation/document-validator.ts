import { Injectable } from '@nestjs/common';
import { Cached, CacheKeyGenerator } from 'nestjs-cached';
import { DocumentReader } from '../documents/document-reader.js';
import { firstLine } from '../documents/document.js';
import { pdfAnatomy } from '../documents/pdf/pdf-anatomy.js';
import { fileKind } from '../files/file-kind.js';
import { documentTag } from '../files/source-file.js';
import type { SourceFile } from '../files/source-file.js';
import { decodeText } from '../files/text-encoding.js';
import { Picture } from '../images/picture.js';
import { TextRecognizer } from '../ocr/text-recognizer.js';
import { checkCompleteness } from './completeness.js';
import type { CompletenessReport, ReadableDocument } from './completeness.js';
import type { Finding } from './finding.js';
import { checkImageFormat } from './image-format.js';
import { checkPdfFormat } from './pdf-format.js';
import { checkTextFormat } from './text-format.js';

export const VALIDATION_KINDS = ['format', 'completeness'] as const;
export type ValidationKind = (typeof VALIDATION_KINDS)[number];

export type Validation = { readonly hash: string; readonly valid: boolean } & (
  | { readonly kind: 'format'; readonly findings: readonly Finding[] }
  | ({ readonly kind: 'completeness' } & CompletenessReport)
);

/** Judges files. Their text comes from the same cached services that the other routes use, so it is read once. */
@Injectable()
export class DocumentValidator {
  constructor(
    private readonly documents: DocumentReader,
    private readonly recognizer: TextRecognizer,
  ) {}

  /** @throws {UnreadableFileError} */
  @Cached({
    key: ({ hash }, kind) => CacheKeyGenerator.validation(hash, kind),
    tags: ({ hash }) => [documentTag(hash)],
    operation: 'validation',
  })
  async validate(file: SourceFile, kind: ValidationKind): Promise<Validation> {
    const { hash } = file;
    switch (kind) {
      case 'format': {
        const found = await this.#formatFindings(file);
        return { hash, kind, valid: isValid(found), findings: found };
      }
      case 'completeness': {
        const report = checkCompleteness(await this.#readable(file));
        return { hash, kind, valid: isValid(report.findings), ...report };
      }
    }
  }

  async #formatFindings(file: SourceFile): Promise<Finding[]> {
    switch (fileKind(file.bytes)) {
      case 'pdf':
        // Only what can be read has a format to speak of.
        await this.documents.read(file);
        return checkPdfFormat(await pdfAnatomy(file.bytes));
      case 'text':
        return checkTextFormat(decodeText(file.bytes));
      case 'png':
      case 'jpeg':
      case 'other':
        return checkImageFormat(await Picture.open(file.bytes));
    }
  }

  async #readable(file: SourceFile): Promise<ReadableDocument> {
    const kind = fileKind(file.bytes);
    if (kind !== 'png' && kind !== 'jpeg') return this.documents.read(file);
    const { text } = await this.recognizer.recognize(file);
    return { title: firstLine(text), text, pages: 1, pagesWithoutText: text === '' ? [1] : [] };
  }
}

const isValid = (found: readonly Finding[]): boolean => found.every(({ severity }) => severity !== 'error');
