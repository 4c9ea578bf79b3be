import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sample } from './sample.js';
import { Service } from './service.js';

// The one suite that starts Tesseract: a page takes a second or more.
let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => service.stop());

interface Word {
  readonly text: string;
  readonly confidence: number;
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

it('POST /ocr reads a page and says where its words stand; the second time from the cache', async () => {
  const bytes = await sample('letter.png');
  const first = await service.post('/ocr', bytes);
  expect(first).toMatchObject({ status: 200, cache: 'MISS' });
  expect(first.body['text']).toContain('finished by 28 February 2025, because the boat is needed');
  expect(first.body['text']).toContain('We accept your offer of 2,139.75 EUR without tax.');
  expect(Number(first.body['confidence'])).toBeGreaterThan(85);
  const words = first.body['words'] as Word[];
  const order = words.find(({ text }) => text.startsWith('KBF-PO-1178'));
  expect(order!.confidence).toBeGreaterThan(60);
  expect(order!.box.y).toBeGreaterThan(500);
  expect(order!.box.y + order!.box.height).toBeLessThan(800);

  const second = await service.post('/ocr', bytes);
  expect(second).toEqual({ ...first, cache: 'HIT', timing: second.timing });

  // What rests on the text of the image does not read it again.
  const completeness = await service.post('/validation/completeness', bytes);
  expect(completeness).toMatchObject({ cache: 'MISS', body: { kind: 'completeness', valid: true } });
  expect(completeness.timing).not.toContain('ocr:extract');

  // A photograph, askew and grainy; two at a time.
  const receipt = await sample('receipt.jpg');
  const [one, other] = await Promise.all([
    service.post('/ocr', receipt),
    service.post('/ocr', await sample('harbour.jpg')),
  ]);
  expect(one.body['text']).toMatch(/Total EUR\s+120\.20/u);
  expect(other.status).toBe(200);
}, 120_000);
