import { Injectable, Module } from '@nestjs/common';
import { CacheKeyGenerator, type KeyInput } from 'nestjs-cached';

/** Keys that begin with the release, so that a new one starts with a cold cache. */
@Injectable()
export class ReleaseKeys extends CacheKeyGenerator {
  override generate(input: KeyInput): string {
    return `r42:${super.generate(input)}`;
  }
}

@Module({ providers: [{ provide: CacheKeyGenerator, useClass: ReleaseKeys }] })
export class KeysModule {}
