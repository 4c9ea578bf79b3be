import { Controller, Delete, HttpStatus, Param, Post, ServiceUnavailableException } from '@nestjs/common';
import { CacheManager } from 'nestjs-cached';
import { AiAnswers } from '../ai/ai-answers.js';
import { documentTag } from '../files/source-file.js';
import type { SourceFile } from '../files/source-file.js';
import { ContentHashPipe } from '../http/content-hash.pipe.js';
import { RawFile } from '../http/raw-file.decorator.js';
import { ResultRoute } from '../risk/result-route.decorator.js';
import type { ParsedDocument } from './document.js';
import { DocumentReader } from './document-reader.js';

@Controller('documents')
export class DocumentsController {
  constructor(
    private readonly reader: DocumentReader,
    private readonly cache: CacheManager,
    private readonly answers: AiAnswers,
  ) {}

  @Post()
  @ResultRoute()
  parse(@RawFile() file: SourceFile): Promise<ParsedDocument> {
    return this.reader.read(file);
  }

  /**
   * Forgets everything that was derived from a file. Where the shared cache could not be told, nobody tells it later: it may
   * still hold results, so the answer is 503 and the caller has to ask again.
   */
  @Delete(':hash')
  async forget(
    @Param('hash', ContentHashPipe) hash: string,
  ): Promise<{ hash: string; forgotten: true; everywhere: true }> {
    const told = await Promise.all([this.cache.invalidateTags(documentTag(hash)), this.answers.forget(hash)]);
    const everywhere = told.every(Boolean);
    if (!everywhere) {
      throw new ServiceUnavailableException({
        statusCode: HttpStatus.SERVICE_UNAVAILABLE,
        error: 'Service Unavailable',
        message: 'The file is not forgotten everywhere: the cache could not be reached. Try again.',
        hash,
        everywhere,
      });
    }
    return { hash, forgotten: true, everywhere: true };
  }
}
