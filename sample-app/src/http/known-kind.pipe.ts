import { Injectable, NotFoundException } from '@nestjs/common';
import type { PipeTransform } from '@nestjs/common';

/** A path segment that has to be one of a few words; anything else is a path that does not exist. */
@Injectable()
export class KnownKindPipe<K extends string> implements PipeTransform<string, K> {
  constructor(
    private readonly kinds: readonly K[],
    private readonly noun = 'kind',
  ) {}

  transform(value: string): K {
    const kind = this.kinds.find((candidate) => candidate === value);
    if (kind === undefined)
      throw new NotFoundException(`There is no ${this.noun} '${value}'; known are ${this.kinds.join(', ')}.`);
    return kind;
  }
}
