import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { getCacheToken, type CacheManager } from 'nestjs-cached';
import { temporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
  process.env['CACHE_FOLDER'] = folder.path;
});
afterEach(async () => {
  delete process.env['CACHE_FOLDER'];
  await folder.remove();
});

describe('docs/disk.md', () => {
  it('keeps what one application has stored for the next', async () => {
    const { AppModule } = await import('./app.module.js');
    for (const expected of [1, 0]) {
      const app = await Test.createTestingModule({ imports: [AppModule] }).compile();
      const cache = app.get<CacheManager>(getCacheToken('documents'));
      let loads = 0;
      const found = await cache.getOrSet('report', () => {
        loads++;
        return { text: 'generated', pages: Buffer.alloc(100_000, 7) };
      });
      expect(found).toEqual({ text: 'generated', pages: Buffer.alloc(100_000, 7) });
      expect(loads).toBe(expected);
      expect(cache.getStats().entries).toBeGreaterThan(0);
      expect(cache.getStats().bytes).toBeGreaterThan(10_000);
      await app.close();
    }
  });
});
