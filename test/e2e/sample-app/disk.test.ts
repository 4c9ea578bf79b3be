import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheOptions, storeName } from '../../../sample-app/src/cache-options.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import type { TemporaryFolder } from '../../support/temporary-folder.js';
import { ModelServer } from './model-server.js';
import { sample } from './sample.js';
import { Service } from './service.js';

let folder: TemporaryFolder;
let services: Service[];

beforeEach(async () => {
  folder = await temporaryFolder();
  services = [];
});
afterEach(async () => {
  for (const service of services) await service.stop();
  await folder.remove();
});

async function startService(environment: Record<string, string> = {}): Promise<Service> {
  const directory = join(folder.path, 'results');
  const service = await Service.start({ CACHE_BACKEND: 'disk', CACHE_DISK_DIRECTORY: directory, ...environment });
  services.push(service);
  return service;
}

async function stopAll(): Promise<void> {
  for (const service of services.splice(0)) await service.stop();
}

describe('CACHE_BACKEND=disk', () => {
  it('keeps what was read, its passages and their vectors, and the service finds them when it starts again', async () => {
    const [report, rules] = [await sample('fleet-report.pdf'), await sample('harbour-rules.md')];
    const before = await startService();
    const read = await before.post('/documents', report);
    expect(read).toMatchObject({ status: 200, cache: 'MISS', body: { title: 'Fleet maintenance record 2024' } });
    const { body: document } = await before.post('/documents', rules);
    const path = `/documents/${document['hash'] as string}/similar`;
    const found = await before.ask(path, {});
    expect(found).toMatchObject({ status: 200, cache: 'MISS', body: { searched: { documents: 1 } } });
    expect(found.body['embedded']).toBeGreaterThan(100);
    expect(existsSync(join(folder.path, 'results'))).toBe(true);
    await stopAll();

    const after = await startService();
    expect(await after.post('/documents', report)).toMatchObject({ status: 200, cache: 'HIT', body: read.body });
    expect(await after.ask(path, {})).toMatchObject({
      status: 200,
      cache: 'HIT',
      body: { ...found.body, embedded: 0 },
    });
    expect(await after.get('/health')).toMatchObject({ status: 200 });
  });

  it('keeps answers, and what was forgotten stays forgotten', async () => {
    const model = await ModelServer.start();
    try {
      const logbook = await sample('logbook.txt');
      const before = await startService({ OPENAI_BASE_URL: model.url });
      const { body } = await before.post('/documents', logbook);
      const hash = body['hash'] as string;
      const question = { hash };
      expect(await before.ask('/ai/summarize', question)).toMatchObject({
        cache: 'MISS',
        body: { answer: model.text },
      });
      await stopAll();

      const between = await startService({ OPENAI_BASE_URL: model.url });
      expect(await between.ask('/ai/summarize', question)).toMatchObject({
        cache: 'HIT',
        body: { answer: model.text },
      });
      expect(model.calls).toHaveLength(1);
      expect(await between.delete(`/documents/${hash}`)).toMatchObject({ status: 200, body: { everywhere: true } });
      await stopAll();

      const after = await startService({ OPENAI_BASE_URL: model.url });
      expect(await after.ask('/ai/summarize', question)).toMatchObject({ status: 404 });
      expect(await after.post('/documents', logbook)).toMatchObject({ cache: 'MISS' });
    } finally {
      await stopAll();
      await model.stop();
    }
  });

  it('is one cache for two services', async () => {
    const [one, other] = [await startService(), await startService()];
    const logbook = await sample('logbook.txt');
    const { body } = await one.post('/documents', logbook);
    expect(await other.post('/documents', logbook)).toMatchObject({ cache: 'HIT', body });
    await other.delete(`/documents/${body['hash'] as string}`);
    expect(await one.post('/documents', logbook)).toMatchObject({ cache: 'MISS' });
  });
});

describe('where results are kept', () => {
  const environment = { ...process.env };
  afterEach(() => {
    process.env = environment;
  });

  it('is said with the folder, which is under the temporary one unless it is named', () => {
    process.env = { CACHE_BACKEND: 'disk' };
    const directory = join(tmpdir(), 'document-intelligence-cache');
    expect(cacheOptions().disk).toEqual({ directory });
    expect(storeName('disk')).toBe(`disk (${directory})`);
    process.env = { CACHE_BACKEND: 'disk', CACHE_DISK_DIRECTORY: folder.path, CACHE_DISK_MAX_BYTES: '64mb' };
    expect(cacheOptions().disk).toMatchObject({ directory: folder.path });
    expect(storeName('disk')).toBe(`disk (${folder.path})`);
    process.env = {};
    expect(storeName('memory')).toBe('memory');
  });
});
