import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { sample } from './sample.js';
import { Service } from './service.js';

const ENGINE = 'local extractive (TextRank)';
const TEXT = 'The ferry leaves at seven. It is a good boat, and the crew is friendly. Tickets are sold on Quay 3.';
const QUESTIONS = {
  summarize: { text: TEXT },
  key_points: { text: TEXT },
  sentiment: { text: TEXT },
  questions: { text: TEXT },
  qa: { text: TEXT, question: 'Where are tickets sold?' },
};

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => service.stop());

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('POST /ai/:operation', () => {
  it.each(Object.entries(QUESTIONS))('%s answers MISS, then HIT with the same answer', async (operation, question) => {
    const first = await service.ask(`/ai/${operation}`, question);
    const second = await service.ask(`/ai/${operation}`, question);
    expect(first).toMatchObject({
      status: 200,
      cache: 'MISS',
      body: { operation, engine: ENGINE, cached: false, answer: expect.stringMatching(/\w/u) },
    });
    expect(second).toMatchObject({ status: 200, cache: 'HIT', body: { ...first.body, cached: true } });
    expect(first.timing).toMatch(new RegExp(`^total;dur=[\\d.]+, load;dur=[\\d.]+;desc="${operation}"$`, 'u'));
    expect(second.timing).toMatch(/^total;dur=[\d.]+$/u);
  });

  it('qa answers the question', async () => {
    const { body } = await service.ask('/ai/qa', QUESTIONS.qa);
    expect(body['answer']).toContain('Tickets are sold on Quay 3.');
  });

  it('another text, option or question is another answer', async () => {
    const asked = [
      { text: `${TEXT} More.` },
      { text: TEXT, options: { count: 1 } },
      { text: TEXT, options: { count: 2 } },
      { text: TEXT, options: { count: 2, temperature: 0 } },
    ];
    for (const question of asked) {
      expect(await service.ask('/ai/summarize', question)).toMatchObject({ cache: 'MISS' });
      expect(await service.ask('/ai/summarize', question)).toMatchObject({ cache: 'HIT' });
    }
  });
});

describe('about a document', () => {
  it('that was read before, until it is forgotten', async () => {
    const bytes = await sample('fleet-report.pdf');
    const question = { hash: sha256(bytes) };
    const unknown = await service.ask('/ai/summarize', question);
    expect(unknown).toMatchObject({ status: 404, cache: null });
    expect(unknown.body['message']).toContain('Send it to POST /documents or POST /ocr first.');

    await service.post('/documents', bytes);
    const first = await service.ask('/ai/summarize', question);
    expect(first).toMatchObject({ status: 200, cache: 'MISS' });
    expect(first.body['answer']).toMatch(/Grey Heron.*\(The text is long: this rests on \d+ sentences/su);
    expect(await service.ask('/ai/summarize', question)).toMatchObject({ cache: 'HIT' });

    expect(await service.delete(`/documents/${question.hash}`)).toMatchObject({ status: 200 });
    expect(await service.ask('/ai/summarize', question)).toMatchObject({ status: 404 });
    await service.post('/documents', bytes);
    expect(await service.ask('/ai/summarize', question)).toMatchObject({ cache: 'MISS', body: first.body });
  });

  it.each(['letter-japanese.pdf', 'notice-chinese.pdf', 'notice-arabic.pdf'])('in another script: %s', async (name) => {
    const bytes = await sample(name);
    await service.post('/documents', bytes);
    const { status, body } = await service.ask('/ai/key_points', { hash: sha256(bytes).toUpperCase() });
    expect(status).toBe(200);
    expect(body['answer']).toMatch(/^- .{8,}\n[\s\S]*Keywords: .+/u);
  });
});

describe('what cannot be asked is answered with the reason', () => {
  it.each<[name: string, path: string, question: unknown, status: number, reason: string]>([
    [
      'another operation',
      '/ai/translate',
      { text: TEXT },
      404,
      "There is no operation 'translate'; known are summarize, key_points, sentiment, questions, qa.",
    ],
    ['another operation as a stream', '/ai/cost/stream', { text: TEXT }, 404, "There is no operation 'cost'"],
    ['no text', '/ai/summarize', {}, 400, "Send either 'text', or the 'hash' of a file."],
    ['text and hash', '/ai/summarize', { text: TEXT, hash: '0'.repeat(64) }, 400, "Send either 'text'"],
    ['an empty text', '/ai/summarize', { text: ' ' }, 400, "'text' must be a text that is not empty."],
    ['no hash', '/ai/summarize', { hash: 'abc' }, 400, "'hash' must be 64 hexadecimal digits"],
    ['no object', '/ai/summarize', [TEXT], 400, 'The body must be a JSON object'],
    ['no question', '/ai/qa', { text: TEXT }, 400, "qa needs a 'question'."],
    ['a question too many', '/ai/summarize', { ...QUESTIONS.qa }, 400, "summarize takes no 'question'"],
    ['a count of none', '/ai/summarize', { text: TEXT, options: { count: 0 } }, 400, 'a whole number from 1 to 20'],
    ['an unknown option', '/ai/summarize', { text: TEXT, options: { top: 1 } }, 400, "There is no 'options.top'"],
    ['an unknown member', '/ai/summarize/stream', { text: TEXT, more: 1 }, 400, "There is no 'more'"],
  ])('%s', async (_, path, question, status, reason) => {
    const answer = await service.ask(path, question);
    expect(answer).toMatchObject({ status, cache: null });
    expect(answer.body['message']).toContain(reason);
  });

  it('half a JSON, whose text is not repeated', async () => {
    const answer = await service.post('/ai/summarize', Buffer.from('{"text": "private'));
    expect(answer).toMatchObject({ status: 400 });
    expect(JSON.stringify(answer.body)).not.toContain('private');
  });
});

it('GET /ai/cost counts what was served and what was made', async () => {
  const before = (await service.get('/ai/cost')).body as { cost: { totals: Record<string, number> } };
  await service.ask('/ai/summarize', { text: 'A text that nobody has sent. It has two sentences.' });
  await service.ask('/ai/summarize', { text: 'A text that nobody has sent. It has two sentences.' });
  const { status, body } = await service.get('/ai/cost');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    cost: {
      totals: {
        served: before.cost.totals['served']! + 1,
        generated: before.cost.totals['generated']! + 1,
        tokensSpent: 0,
      },
    },
    performance: { hitRatio: expect.any(Number) },
  });
});
