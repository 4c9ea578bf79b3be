import { Module } from '@nestjs/common';
import { AiModule } from '../ai/ai.module.js';
import { DocumentReader } from './document-reader.js';
import { DocumentsController } from './documents.controller.js';
import { PdfReader } from './pdf/pdf-reader.js';

@Module({
  imports: [AiModule],
  controllers: [DocumentsController],
  providers: [DocumentReader, PdfReader],
  exports: [DocumentReader],
})
export class DocumentsModule {}
