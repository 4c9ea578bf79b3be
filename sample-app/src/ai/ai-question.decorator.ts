import { createParamDecorator, Injectable } from '@nestjs/common';
import type { ExecutionContext, PipeTransform } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { checkContentEncoding } from '../http/declared-type.js';
import { readUpload } from '../http/upload.js';
import { readAiBody } from './ai-body.js';
import type { AiBody } from './ai-body.js';

@Injectable()
class AiBodyPipe implements PipeTransform<IncomingMessage, Promise<AiBody>> {
  async transform(request: IncomingMessage): Promise<AiBody> {
    const bytes = await readUpload(request);
    checkContentEncoding(request.headers['content-encoding']);
    return readAiBody(bytes);
  }
}

const Request = createParamDecorator((_: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<IncomingMessage>(),
);

/** The body of a question: `answer(@AiQuestion() body: AiBody)`. JSON, whatever its content type. */
export const AiQuestion = (): ParameterDecorator => Request(AiBodyPipe);
