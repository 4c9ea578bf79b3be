import { Controller, Delete, Param, Post } from '@nestjs/common';
import { CacheManager } from 'nestjs-cached';
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
  ) {}

  @Post()
  @ResultRoute()
  parse(@RawFile() file: SourceFile): Promise<ParsedDocument> {
    return this.reader.read(file);
  }

  /** Forgets everything that was derived from a file. `everywhere: false`: the shared cache is away and will be told later. */
  @Delete(':hash')
  async forget(
    @Param('hash', ContentHashPipe) hash: string,
  ): Promise<{ hash: string; forgotten: true; everywhere: boolean }> {
    return { hash, forgotten: true, everywhere: await this.cache.invalidateTags(documentTag(hash)) };
  }
}
