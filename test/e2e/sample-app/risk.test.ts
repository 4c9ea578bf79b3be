import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { CacheManager } from 'nestjs-cached';
import { sample } from './sample.js';
import { Service } from './service.js';

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => service.stop());

async function hashOf(name: string): Promise<string> {
  return createHash('sha256')
    .update(await sample(name))
    .digest('hex');
}

it('a file of which nothing is known has no score, and the answer says what to do', async () => {
  const path = `/risk/DOCUMENT/${'a'.repeat(64)}`;
  for (let attempt = 0; attempt < 2; attempt++) {
    const answer = await service.get(path);
    expect(answer).toMatchObject({ status: 404, cache: null });
    expect(answer.body['message']).toContain('POST /documents, POST /ocr, POST /images/analysis/tampering');
  }
  expect(await service.get('/risk/DOCUMENT/xyz')).toMatchObject({ status: 400 });
});

it('the score names its reasons, is cached, and is composed anew with each new result', async () => {
  const bytes = await sample('harbour-tampered.jpg');
  const path = `/risk/DOCUMENT/${await hashOf('harbour-tampered.jpg')}`;

  await service.post('/images/analysis/metadata', bytes);
  const first = await service.get(path);
  expect(first).toMatchObject({ status: 200, cache: 'MISS', body: { score: 20, level: 'low', basedOn: ['metadata'] } });
  expect(first.body['missing']).toContain('POST /images/analysis/tampering');
  expect(await service.get(path)).toMatchObject({ cache: 'HIT', body: first.body });

  await service.post('/images/analysis/tampering', bytes);
  const second = await service.get(path);
  expect(second).toMatchObject({ cache: 'MISS', body: { level: 'high', basedOn: ['tampering', 'metadata'] } });
  expect(second.body['reasons']).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        from: 'tampering',
        because: expect.stringContaining('176 x 128 pixels at (560, 384)'),
      }),
      expect.objectContaining({ from: 'metadata', points: 20 }),
    ]),
  );

  // A result that was only found in the cache is not new.
  expect(await service.post('/images/analysis/tampering', bytes)).toMatchObject({ cache: 'HIT' });
  expect(await service.get(path)).toMatchObject({ cache: 'HIT', body: second.body });
});

it('the score of a sound document is low', async () => {
  const bytes = await sample('invoice.pdf');
  for (const route of ['/documents', '/validation/format', '/validation/completeness'])
    await service.post(route, bytes);
  expect(await service.get(`/risk/DOCUMENT/${await hashOf('invoice.pdf')}`)).toMatchObject({
    body: { score: 0, level: 'low', reasons: [], missing: [], basedOn: ['document', 'format', 'completeness'] },
  });
});

it('pages that nobody has read count against a document', async () => {
  await service.post('/documents', await sample('survey-scanned.pdf'));
  const { body } = await service.get(`/risk/DOCUMENT/${await hashOf('survey-scanned.pdf')}`);
  expect(body['reasons']).toEqual([
    { from: 'document', points: 17, because: '1 of 3 pages hold no text: nobody has read them yet.' },
  ]);
});

it('a score in the making is not stored once a new result has come in', async () => {
  const bytes = await sample('harbour.jpg');
  const hash = await hashOf('harbour.jpg');
  const cache = service.app.get(CacheManager);
  await service.post('/images/analysis/metadata', bytes);

  // Stands for a slow composition that read the results before the new one was there.
  let finish: (score: unknown) => void = () => {};
  const slow = cache.getOrSet(`risk:DOCUMENT:${hash}`, () => new Promise((resolve) => (finish = resolve)));
  await service.post('/images/analysis/quality', bytes);
  finish({ outdated: true });
  await slow;

  expect(await service.get(`/risk/DOCUMENT/${hash}`)).toMatchObject({
    cache: 'MISS',
    body: { basedOn: ['quality', 'metadata'] },
  });
});
