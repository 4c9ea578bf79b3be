import { expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { ModelCache, ModelCacheModule } from 'nestjs-cached/ai';
import { ModelCacheFields, ModelFields } from '../../../lib/ai/models/model-cache.fields.js';
import { read } from '../pages.js';
import { started, terminated } from './engine.js';
import { OcrService } from './ocr.service.js';

it('runs the example of docs/models.md', async () => {
  const app = await Test.createTestingModule({
    imports: [ModelCacheModule.forRoot({ maxInstances: 2 })],
    providers: [OcrService],
  }).compile();
  await app.init();
  const ocr = app.get(OcrService);
  const image = new Uint8Array(3);
  const texts = await Promise.all([ocr.read(image, 'eng'), ocr.read(image, 'eng'), ocr.read(image, 'deu')]);
  expect(texts).toEqual(['3 bytes of eng', '3 bytes of eng', '3 bytes of deu']);
  expect(started).toEqual(['eng', 'deu']);
  expect(await ocr.worker('fra')).toBe(await ocr.worker('fra'));
  expect(started).toEqual(['eng', 'deu', 'fra']);
  expect(app.get(ModelCache).getStats().bytes).toBe(64 * 1024 * 1024);
  await app.close();
  expect(terminated.toSorted()).toEqual(['deu', 'eng', 'fra']);
});

it('names every option, method, event and number', () => {
  const page = read('docs/models.md');
  const models = new ModelCache();
  const methods = Object.getOwnPropertyNames(ModelCache.prototype).filter(
    (name) => !['constructor', 'onApplicationShutdown', 'shutDown', 'enter', 'slotOf'].includes(name),
  );
  const events = ['load', 'loadError', 'evicted', 'disposed', 'exceeded', 'error'];
  const names = [
    ...Object.keys(new ModelCacheFields()),
    ...Object.keys(new ModelFields()),
    ...Object.keys(models.getStats()),
    ...methods,
    ...events,
  ];
  expect(methods).toContain('getModel');
  expect(names.filter((name) => !page.includes(`\`${name}`))).toEqual([]);
});
