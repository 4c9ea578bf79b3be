import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext, PipeTransform } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { checkContentEncoding } from './declared-type.js';
import { readUpload } from './upload.js';

class BodyPipe<T> implements PipeTransform<IncomingMessage, Promise<T>> {
  constructor(private readonly read: (bytes: Uint8Array) => T) {}

  async transform(request: IncomingMessage): Promise<T> {
    const bytes = await readUpload(request);
    checkContentEncoding(request.headers['content-encoding']);
    return this.read(bytes);
  }
}

const Request = createParamDecorator((_: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<IncomingMessage>(),
);

/** The body of a request as `read` understands its bytes, whatever its content type: `ask(@BodyOf(readAiBody) body: AiBody)`. */
export const BodyOf = (read: (bytes: Uint8Array) => unknown): ParameterDecorator => Request(new BodyPipe(read));
