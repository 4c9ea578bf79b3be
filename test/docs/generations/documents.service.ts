import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { GenerationCache } from 'nestjs-cached/ai';
import { parsePdf, type ParsedPdf } from './parse-pdf.js';

@Injectable()
export class DocumentsService {
  constructor(private readonly generations: GenerationCache) {}

  parse(path: string, options: { ocr: boolean; language: string }): Promise<ParsedPdf> {
    return this.generations.getOrGenerate(createReadStream(path), options, async () =>
      parsePdf(await readFile(path), options),
    );
  }
}
