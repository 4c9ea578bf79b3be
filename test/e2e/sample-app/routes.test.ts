import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { sample } from './sample.js';
import { Service } from './service.js';

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => service.stop());

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('each computing route answers MISS, then HIT with the same result', () => {
  it.each([
    ['/documents', 'invoice.pdf', { kind: 'pdf', pages: 1, title: 'Invoice MB-2025-0041', pagesWithoutText: [] }],
    ['/documents', 'harbour-rules.md', { kind: 'markdown', title: 'Rules of the harbour' }],
    ['/documents', 'logbook.txt', { kind: 'text', pages: 1 }],
    ['/documents', 'survey-scanned.pdf', { pages: 3, pagesWithoutText: [2] }],
    ['/images/analysis/tampering', 'harbour-tampered.jpg', { kind: 'tampering', verdict: 'likely' }],
    ['/images/analysis/quality', 'receipt.jpg', { kind: 'quality' }],
    ['/images/analysis/metadata', 'letter.png', { kind: 'metadata', width: 1654, height: 2339 }],
    ['/validation/format', 'fleet-report.pdf', { kind: 'format', valid: true }],
    ['/validation/completeness', 'invoice.pdf', { kind: 'completeness', valid: true, completeness: 1 }],
  ])('POST %s with %s', async (path, name, expected) => {
    const bytes = await sample(name);
    const first = await service.post(path, bytes);
    const second = await service.post(path, bytes);
    expect(first).toMatchObject({ status: 200, cache: 'MISS', body: { hash: sha256(bytes), ...expected } });
    expect(second).toMatchObject({ status: 200, cache: 'HIT' });
    expect(second.body).toEqual(first.body);
    expect(first.timing).toMatch(/^total;dur=[\d.]+, load;dur=[\d.]+;desc="/u);
    expect(second.timing).toMatch(/^total;dur=[\d.]+$/u);
  });
});

describe('a result belongs to the bytes', () => {
  it('is found under any name and content type', async () => {
    const bytes = await sample('notice-chinese.pdf');
    const named = (name: string, type: string): Record<string, string> => ({
      'content-type': type,
      'content-disposition': `attachment; filename="${name}"`,
    });
    expect(await service.post('/documents', bytes, named('a.pdf', 'application/pdf'))).toMatchObject({ cache: 'MISS' });
    expect(await service.post('/documents', bytes, named('b.bin', 'application/octet-stream'))).toMatchObject({
      cache: 'HIT',
    });
    expect(
      await service.post('/documents', bytes, { 'content-type': 'application/x-www-form-urlencoded' }),
    ).toMatchObject({
      cache: 'HIT',
    });
  });

  it('is computed once for callers who ask at the same time', async () => {
    const bytes = await sample('fleet-report.pdf');
    await service.delete(`/documents/${sha256(bytes)}`);
    const { loads } = (await service.get('/stats')).body;
    const answers = await Promise.all(Array.from({ length: 8 }, () => service.post('/documents', bytes)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await service.get('/stats')).body['loads']).toBe(Number(loads) + 1);
  });

  it('rests on others: completeness finds the text that was read before', async () => {
    const bytes = await sample('letter-japanese.pdf');
    await service.post('/documents', bytes);
    const completeness = await service.post('/validation/completeness', bytes);
    expect(completeness.timing?.match(/load;/gu)).toHaveLength(1);
  });
});

describe('DELETE /documents/:hash', () => {
  it('forgets everything that was derived from the file, and nothing else', async () => {
    const bytes = await sample('harbour.jpg');
    const other = await sample('notice-arabic.pdf');
    const paths = [
      '/images/analysis/tampering',
      '/images/analysis/quality',
      '/images/analysis/metadata',
      '/validation/format',
    ];
    for (const path of paths) await service.post(path, bytes);
    await service.post('/documents', other);
    expect(await service.get(`/risk/DOCUMENT/${sha256(bytes)}`)).toMatchObject({ cache: 'MISS' });

    const hash = sha256(bytes);
    expect(await service.delete(`/documents/${hash.toUpperCase()}`)).toMatchObject({
      status: 200,
      body: { hash, forgotten: true, everywhere: true },
    });

    expect(await service.get(`/risk/DOCUMENT/${hash}`)).toMatchObject({ status: 404 });
    for (const path of paths) expect(await service.post(path, bytes)).toMatchObject({ cache: 'MISS' });
    expect(await service.post('/documents', other)).toMatchObject({ cache: 'HIT' });
  });

  it('refuses what is no hash', async () => {
    expect(await service.delete('/documents/invoice.pdf')).toMatchObject({ status: 400 });
  });
});

describe('the operator', () => {
  it('sees the health of the cache', async () => {
    expect(await service.get('/health')).toMatchObject({
      status: 200,
      body: { status: 'ok', details: { cache: { status: 'up' } } },
    });
  });

  it('sees its statistics', async () => {
    const { status, body } = await service.get('/stats');
    expect(status).toBe(200);
    expect(Number(body['hits'])).toBeGreaterThan(0);
    expect(Number(body['loads'])).toBeGreaterThan(0);
    expect(Number(body['entries'])).toBeGreaterThan(0);
  });
});
