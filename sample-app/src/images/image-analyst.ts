import { Injectable } from '@nestjs/common';
import { Cached, CacheKeyGenerator } from 'nestjs-cached';
import { documentTag } from '../files/source-file.js';
import type { SourceFile } from '../files/source-file.js';
import { describeMetadata } from './metadata/image-metadata.js';
import type { MetadataReport } from './metadata/image-metadata.js';
import { Picture } from './picture.js';
import { measureQuality } from './quality.js';
import type { QualityReport } from './quality.js';
import { analyseTampering } from './tampering/tampering.js';
import type { TamperingReport } from './tampering/tampering.js';

export const ANALYSIS_KINDS = ['tampering', 'quality', 'metadata'] as const;
export type AnalysisKind = (typeof ANALYSIS_KINDS)[number];

export type ImageAnalysis = { readonly hash: string } & (
  | ({ readonly kind: 'tampering' } & TamperingReport)
  | ({ readonly kind: 'quality' } & QualityReport)
  | ({ readonly kind: 'metadata' } & MetadataReport)
);

/** What the pixels and the structure of an image tell. */
@Injectable()
export class ImageAnalyst {
  /** @throws {UnreadableFileError} */
  @Cached({
    key: ({ hash }, kind) => CacheKeyGenerator.imageAnalysis(hash, kind),
    tags: ({ hash }) => [documentTag(hash)],
    operation: 'image',
  })
  async analyse({ hash, bytes }: SourceFile, kind: AnalysisKind): Promise<ImageAnalysis> {
    const picture = await Picture.open(bytes);
    switch (kind) {
      case 'tampering':
        return { hash, kind, ...(await analyseTampering(picture)) };
      case 'quality':
        return { hash, kind, ...(await measureQuality(picture)) };
      case 'metadata':
        return { hash, kind, ...describeMetadata(picture) };
    }
  }
}
