import { BadRequestException, Injectable } from '@nestjs/common';
import type { PipeTransform } from '@nestjs/common';

/** A sha-256 in hex, as every answer about a file carries it. */
@Injectable()
export class ContentHashPipe implements PipeTransform<string, string> {
  transform(value: string): string {
    if (!/^[0-9a-f]{64}$/iu.test(value)) {
      throw new BadRequestException(
        `'${value}' is not the hash of a file: 64 hexadecimal digits (sha-256) are expected.`,
      );
    }
    return value.toLowerCase();
  }
}
