import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { bigPng } from './image-files.js';
import { bombPdf, overwrittenPdf, scatteredPdf } from './pdf-files.js';
import { sample } from './sample.js';
import { Service } from './service.js';

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => service.stop());

const POST_ROUTES = [
  '/documents',
  '/ocr',
  '/images/analysis/tampering',
  '/images/analysis/quality',
  '/images/analysis/metadata',
  '/validation/format',
  '/validation/completeness',
];

async function entries(): Promise<unknown> {
  return (await service.get('/stats')).body['entries'];
}

describe.each(POST_ROUTES)('POST %s', (path) => {
  it('answers 400 to an empty body', async () => {
    expect(await service.post(path, Buffer.alloc(0))).toMatchObject({
      status: 400,
      cache: null,
      body: { message: 'The body is empty; send the bytes of a file.' },
    });
  });

  it('answers 413 to more than 20 MB, whether the length is declared or not', async () => {
    const large = Buffer.alloc(20 * 1024 * 1024 + 1, 'text ');
    const chunked = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < large.length; at += 1_000_000) controller.enqueue(large.subarray(at, at + 1_000_000));
        controller.close();
      },
    });
    const expected = { status: 413, cache: null, body: { message: 'The file is larger than 20 MB.' } };
    expect(await service.post(path, large)).toMatchObject(expected);
    const response = await fetch(service.url + path, { method: 'POST', body: chunked, duplex: 'half' });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject(expected.body);
  });
});

describe('a file that cannot be used is answered with 422 and the reason, each time anew', () => {
  type Case = [path: string, name: string, make: () => Promise<Uint8Array>, reason: RegExp];
  const cases: Case[] = [
    ['/documents', 'an encrypted PDF', () => sample('invoice-locked.pdf'), /encrypted/u],
    ['/documents', 'a PDF that is cut off', () => sample('invoice-cut.pdf'), /cut off/u],
    [
      '/documents',
      'a PDF in name only',
      () => Promise.resolve(Buffer.from('%PDF-1.7\nnothing\n%%EOF\n')),
      /cannot be read/u,
    ],
    ['/documents', 'a PDF that unpacks without end', () => Promise.resolve(bombPdf()), /decompression bomb/u],
    ...['/documents', '/validation/format'].flatMap((path): Case[] => [
      [
        path,
        'a PDF whose middle is overwritten',
        async () => overwrittenPdf(await sample('fleet-report.pdf')),
        /^The PDF cannot be read: /u,
      ],
      [
        path,
        'a PDF that is damaged all over',
        async () => scatteredPdf(await sample('fleet-report.pdf')),
        /^The PDF cannot be read: /u,
      ],
    ]),
    ['/documents', 'an image', () => sample('letter.png'), /PNG image; POST \/ocr/u],
    ['/documents', 'bytes that are nothing', () => Promise.resolve(Buffer.from([1, 2, 3, 0, 5])), /control character/u],
    ['/ocr', 'a PDF', () => sample('invoice.pdf'), /a PNG or JPEG image is expected/u],
    [
      '/ocr',
      'a PNG that is cut off',
      async () => (await sample('letter.png')).subarray(0, 20_000),
      /The PNG is cut off/u,
    ],
    [
      '/ocr',
      'a PNG header and noise',
      async () => Buffer.concat([(await sample('letter.png')).subarray(0, 33), Buffer.alloc(99, 7)]),
      /PNG/u,
    ],
    ['/ocr', 'a PNG of 900 million pixels', () => Promise.resolve(bigPng(30_000, 30_000)), /30000 x 30000 pixels/u],
    [
      '/images/analysis/tampering',
      'a JPEG that is cut off',
      async () => (await sample('harbour.jpg')).subarray(0, 70_000),
      /The JPEG is cut off/u,
    ],
    ['/images/analysis/quality', 'text', () => sample('logbook.txt'), /PNG or JPEG image is expected/u],
    [
      '/images/analysis/metadata',
      'a drawing in SVG',
      () => Promise.resolve(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')),
      /is expected/u,
    ],
    ['/validation/format', 'an encrypted PDF', () => sample('invoice-locked.pdf'), /encrypted/u],
    ['/validation/completeness', 'a PDF that is cut off', () => sample('invoice-cut.pdf'), /cut off/u],
  ];

  it.each(cases)('POST %s with %s', async (path, _, make, reason) => {
    const bytes = await make();
    const stored = await entries();
    for (let attempt = 0; attempt < 2; attempt++) {
      const answer = await service.post(path, bytes);
      expect(answer).toMatchObject({ status: 422, cache: null, body: { error: 'Unprocessable Entity' } });
      expect(answer.body['message']).toMatch(reason);
    }
    expect(await entries()).toBe(stored);
  });

  it.each([
    ['application/pdf', 'harbour-rules.md', 'declared as application/pdf, but it is neither a PDF nor an image'],
    ['image/png', 'harbour.jpg', 'declared as image/png, but it is a JPEG image'],
    ['text/plain; charset=utf-8', 'invoice.pdf', 'declared as text/plain, but it is a PDF'],
  ])('declared as %s, but really %s', async (type, name, reason) => {
    const bytes = await sample(name);
    const path = name.endsWith('jpg') ? '/images/analysis/metadata' : '/documents';
    expect(await service.post(path, bytes)).toMatchObject({ status: 200 });
    // Also when the result of the same bytes is cached: it is the declaration that is wrong.
    const answer = await service.post(path, bytes, { 'content-type': type });
    expect(answer).toMatchObject({ status: 422, body: { message: expect.stringContaining(reason) } });
  });

  it('a form is not a file', async () => {
    const form = new FormData();
    form.set('file', new Blob([await sample('invoice.pdf')]));
    const response = await fetch(`${service.url}/documents`, { method: 'POST', body: form });
    expect(response.status).toBe(415);
  });
});

describe('the body is the file as it is', () => {
  it.each(['gzip', 'identity, br'])('so Content-Encoding: %s is answered with 415', async (encoding) => {
    const bytes = gzipSync(await sample('logbook.txt'));
    expect(await service.post('/documents', bytes, { 'content-encoding': encoding })).toMatchObject({
      status: 415,
      cache: null,
      body: { message: `The body has the Content-Encoding '${encoding}'; send the bytes of the file as they are.` },
    });
  });

  it('and Content-Encoding: identity says just that', async () => {
    const bytes = await sample('logbook.txt');
    expect(await service.post('/documents', bytes, { 'content-encoding': 'identity' })).toMatchObject({ status: 200 });
  });
});

describe('what does not exist is answered with 404', () => {
  it.each(['/images/analysis/astrology', '/validation/truth'])('POST %s', async (path) => {
    const answer = await service.post(path, await sample('letter.png'));
    expect(answer).toMatchObject({ status: 404, cache: null, body: { message: expect.stringContaining('known are') } });
  });

  it.each([`/risk/PERSON/${'0'.repeat(64)}`, '/nowhere'])('GET %s', async (path) => {
    expect(await service.get(path)).toMatchObject({ status: 404 });
  });
});

it('an upload that is broken off harms nobody', async () => {
  const { hostname, port } = new URL(service.url);
  await new Promise<void>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write('POST /documents HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n%PDF-1.7', () =>
        socket.destroy(),
      );
    });
    socket.once('close', () => resolve());
    socket.once('error', reject);
  });
  expect(await service.get('/health')).toMatchObject({ status: 200 });
});

it('after all of this the service still works', async () => {
  expect(await service.post('/documents', await sample('notice-arabic.pdf'))).toMatchObject({ status: 200 });
  expect(await service.post('/images/analysis/metadata', await sample('letter.png'))).toMatchObject({ status: 200 });
  expect(await service.get('/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
});
