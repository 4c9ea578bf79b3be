import { Catch, UnprocessableEntityException } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { UnreadableFileError } from '../files/unreadable-file.error.js';

/** A file that cannot be used is the sender's to mend: 422, with the reason. */
@Catch(UnreadableFileError)
export class UnreadableFileFilter implements ExceptionFilter<UnreadableFileError> {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: UnreadableFileError, host: ArgumentsHost): void {
    const answer = new UnprocessableEntityException(error.message);
    const response: unknown = host.switchToHttp().getResponse();
    this.adapterHost.httpAdapter.reply(response, answer.getResponse(), answer.getStatus());
  }
}
