import { Module } from '@nestjs/common';
import { DocumentReader } from './document-reader.js';
import { DocumentsController } from './documents.controller.js';
import { PdfReader } from './pdf/pdf-reader.js';

@Module({ controllers: [DocumentsController], providers: [DocumentReader, PdfReader], exports: [DocumentReader] })
export class DocumentsModule {}
