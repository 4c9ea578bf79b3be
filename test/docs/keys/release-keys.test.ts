import { expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Cached, CacheManager } from 'nestjs-cached';
import { CacheTestingModule } from 'nestjs-cached/testing';
import { KeysModule } from './release-keys.js';

@Injectable()
class Books {
  @Cached()
  async find(id: number): Promise<number> {
    return id;
  }
}

it('makes keys by the generator of the application', async () => {
  const app = await Test.createTestingModule({
    imports: [KeysModule, CacheTestingModule.forRoot()],
    providers: [Books],
  }).compile();
  await app.init();
  await app.get(Books).find(7);
  expect(await app.get(CacheManager).has('r42:Books:find:7')).toBe(true);
  await app.close();
});
