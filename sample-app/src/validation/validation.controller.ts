import { Controller, Param, Post } from '@nestjs/common';
import type { SourceFile } from '../files/source-file.js';
import { KnownKindPipe } from '../http/known-kind.pipe.js';
import { RawFile } from '../http/raw-file.decorator.js';
import { ResultRoute } from '../risk/result-route.decorator.js';
import { DocumentValidator, VALIDATION_KINDS } from './document-validator.js';
import type { Validation, ValidationKind } from './document-validator.js';

@Controller('validation')
export class ValidationController {
  constructor(private readonly validator: DocumentValidator) {}

  @Post(':kind')
  @ResultRoute()
  validate(
    @Param('kind', new KnownKindPipe(VALIDATION_KINDS)) kind: ValidationKind,
    @RawFile() file: SourceFile,
  ): Promise<Validation> {
    return this.validator.validate(file, kind);
  }
}
