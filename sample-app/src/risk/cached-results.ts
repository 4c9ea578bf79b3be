import { Injectable } from '@nestjs/common';
import { CacheKeyGenerator, CacheManager } from 'nestjs-cached';
import type { ParsedDocument } from '../documents/document.js';
import type { ImageAnalysis } from '../images/image-analyst.js';
import type { RecognizedText } from '../ocr/text-recognizer.js';
import type { Validation } from '../validation/document-validator.js';

type Of<T extends { kind: string }, K extends T['kind']> = Extract<T, { kind: K }>;

/** What the other routes have found out about one file, as far as they were asked. */
export interface Results {
  readonly document?: ParsedDocument;
  readonly ocr?: RecognizedText;
  readonly tampering?: Of<ImageAnalysis, 'tampering'>;
  readonly quality?: Of<ImageAnalysis, 'quality'>;
  readonly metadata?: Of<ImageAnalysis, 'metadata'>;
  readonly format?: Of<Validation, 'format'>;
  readonly completeness?: Of<Validation, 'completeness'>;
}

export type ResultName = keyof Results;

/** The request that makes each result. */
export const ROUTES: Readonly<Record<ResultName, string>> = {
  document: 'POST /documents',
  ocr: 'POST /ocr',
  tampering: 'POST /images/analysis/tampering',
  quality: 'POST /images/analysis/quality',
  metadata: 'POST /images/analysis/metadata',
  format: 'POST /validation/format',
  completeness: 'POST /validation/completeness',
};

const KEYS: Readonly<Record<ResultName, (hash: string) => string>> = {
  document: (hash) => CacheKeyGenerator.documentParse(hash),
  ocr: (hash) => CacheKeyGenerator.ocrExtract(hash),
  tampering: (hash) => CacheKeyGenerator.imageAnalysis(hash, 'tampering'),
  quality: (hash) => CacheKeyGenerator.imageAnalysis(hash, 'quality'),
  metadata: (hash) => CacheKeyGenerator.imageAnalysis(hash, 'metadata'),
  format: (hash) => CacheKeyGenerator.validation(hash, 'format'),
  completeness: (hash) => CacheKeyGenerator.validation(hash, 'completeness'),
};

/** Collects results that are in the cache; computes none. */
@Injectable()
export class CachedResults {
  constructor(private readonly cache: CacheManager) {}

  async of(hash: string): Promise<Results> {
    const names = Object.keys(KEYS) as ResultName[];
    const found = await this.cache.getMany<unknown>(names.map((name) => KEYS[name](hash)));
    const present = names.flatMap((name) => {
      const value = found.get(KEYS[name](hash));
      return value === undefined ? [] : [[name, value] as const];
    });
    return Object.fromEntries(present);
  }
}
