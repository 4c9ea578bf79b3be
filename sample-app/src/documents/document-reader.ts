import { Injectable } from '@nestjs/common';
import { Cached, CacheKeyGenerator } from 'nestjs-cached';
import { describeFile, fileKind } from '../files/file-kind.js';
import { documentTag } from '../files/source-file.js';
import type { SourceFile } from '../files/source-file.js';
import { UnreadableFileError } from '../files/unreadable-file.error.js';
import type { ParsedDocument } from './document.js';
import { toParsedDocument } from './document.js';
import { PdfReader } from './pdf/pdf-reader.js';
import { readTextDocument } from './text-document.js';

/** The text of documents. */
@Injectable()
export class DocumentReader {
  constructor(private readonly pdfs: PdfReader) {}

  /** @throws {UnreadableFileError} */
  @Cached({
    key: ({ hash }) => CacheKeyGenerator.documentParse(hash),
    tags: ({ hash }) => [documentTag(hash)],
    operation: 'document',
  })
  async read({ hash, bytes }: SourceFile): Promise<ParsedDocument> {
    switch (fileKind(bytes)) {
      case 'pdf':
        return toParsedDocument(hash, await this.pdfs.read(bytes));
      case 'text':
        return toParsedDocument(hash, readTextDocument(bytes));
      case 'png':
      case 'jpeg':
        throw new UnreadableFileError(`The file is ${describeFile(bytes)}; POST /ocr reads the text of images.`);
      case 'other':
        throw new UnreadableFileError(
          `The file is ${describeFile(bytes)}; a PDF, Markdown or a text file is expected.`,
        );
    }
  }
}
