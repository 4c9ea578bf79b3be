import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { GenerationCache, GenerationCacheModule } from 'nestjs-cached/ai';
import { GenerationCacheFields } from '../../../lib/ai/generations/generation-cache.fields.js';
import { read } from '../pages.js';
import { DocumentsService } from './documents.service.js';
import { parsed } from './parse-pdf.js';

const folder = mkdtempSync(join(tmpdir(), 'nestjs-cached-docs-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('runs the example of docs/generations.md', async () => {
  const module = await Test.createTestingModule({
    imports: [GenerationCacheModule.forRoot({ directory: join(folder, 'results'), maxSizeMb: 8 })],
    providers: [DocumentsService],
  }).compile();
  const documents = module.get(DocumentsService);
  const path = join(folder, 'report.pdf');
  writeFileSync(path, '%PDF-1.7');
  const english = { ocr: true, language: 'en' };
  const first = await documents.parse(path, english);
  expect(first).toEqual({ text: '8 bytes in en', preview: Buffer.from('%PDF') });
  expect(await documents.parse(path, { language: 'en', ocr: true })).toEqual(first);
  expect(parsed).toHaveLength(1);
  await documents.parse(path, { ...english, language: 'de' });
  writeFileSync(path, '%PDF-2.0 and more');
  await documents.parse(path, english);
  expect(parsed).toHaveLength(3);
  expect(module.get(GenerationCache).getStats()).toMatchObject({ hits: 1, misses: 3 });
  await module.close();
});

describe('docs/generations.md', () => {
  const page = read('docs/generations.md');

  it('names every option', () => {
    const named = [...page.matchAll(/^\| `(\w+)` +\|/gm)].map(([, name]) => name);
    for (const option of Object.keys(new GenerationCacheFields())) expect(named).toContain(option);
  });

  it('names every method, and every figure', async () => {
    const members = Object.entries(Object.getOwnPropertyDescriptors(GenerationCache.prototype));
    const methods = members
      .map(([name]) => name)
      .filter((name) => !['constructor', 'generateInPlace', 'storing'].includes(name));
    expect(methods).toContain('getOrGenerate');
    expect(methods.filter((name) => !page.includes(`\`${name}(`))).toEqual([]);
    const module = await Test.createTestingModule({
      imports: [GenerationCacheModule.forRoot({ cache: { backend: 'memory' } })],
    }).compile();
    const figures = Object.keys(module.get(GenerationCache).getStats());
    expect(figures.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
    await module.close();
  });
});
