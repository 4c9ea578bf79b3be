import { Catch, UnprocessableEntityException } from '@nestjs/common';
import type { ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { UnreadableFileError } from '../files/unreadable-file.error.js';

/** A file that cannot be used is the sender's to mend: 422, with the reason. */
@Catch(UnreadableFileError)
export class UnreadableFileFilter extends BaseExceptionFilter {
  override catch(error: UnreadableFileError, host: ArgumentsHost): void {
    super.catch(new UnprocessableEntityException(error.message, { cause: error }), host);
  }
}
