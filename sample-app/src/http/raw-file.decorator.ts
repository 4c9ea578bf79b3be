import { createParamDecorator, Injectable } from '@nestjs/common';
import type { ExecutionContext, PipeTransform } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { CacheKeyGenerator } from 'nestjs-cached';
import type { SourceFile } from '../files/source-file.js';
import { checkContentEncoding, checkDeclaredType } from './declared-type.js';
import { readUpload } from './upload.js';

@Injectable()
class RawFilePipe implements PipeTransform<IncomingMessage, Promise<SourceFile>> {
  async transform(request: IncomingMessage): Promise<SourceFile> {
    const bytes = await readUpload(request);
    checkContentEncoding(request.headers['content-encoding']);
    checkDeclaredType(request.headers['content-type'], bytes);
    return { hash: CacheKeyGenerator.computeHash(bytes), bytes };
  }
}

const Request = createParamDecorator((_: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<IncomingMessage>(),
);

/** The uploaded file: `analyse(@RawFile() file: SourceFile)`. The body is the file, whatever its content type. */
export const RawFile = (): ParameterDecorator => Request(RawFilePipe);
