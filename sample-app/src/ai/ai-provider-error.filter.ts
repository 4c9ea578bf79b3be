import { Catch, HttpException, HttpStatus } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { ServerResponse } from 'node:http';
import { AiProviderError } from './openai/ai-provider.error.js';

/** What a caller is told of a provider's failure: 429 where it is too busy, which passes, and 502 otherwise. */
export function providerFailure({ status, message }: AiProviderError): HttpException {
  const code = status === 429 ? HttpStatus.TOO_MANY_REQUESTS : HttpStatus.BAD_GATEWAY;
  const error = status === 429 ? 'Too Many Requests' : 'Bad Gateway';
  return new HttpException({ statusCode: code, error, message }, code);
}

@Catch(AiProviderError)
export class AiProviderErrorFilter implements ExceptionFilter<AiProviderError> {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: AiProviderError, host: ArgumentsHost): void {
    const answer = providerFailure(error);
    const response = host.switchToHttp().getResponse<ServerResponse>();
    if (error.retryAfter !== undefined) response.setHeader('Retry-After', error.retryAfter);
    this.adapterHost.httpAdapter.reply(response, answer.getResponse(), answer.getStatus());
  }
}
