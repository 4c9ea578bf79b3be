import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { sample } from './sample.js';
import { Service } from './service.js';

const ENGINE = 'local hashed n-grams';
const BOARDING =
  'Boarding ends three minutes before departure. Bicycles go on deck, and their riders stay with them until the lines are ' +
  'off. Dogs are welcome as long as they are on a lead, and a dog that is larger than the suitcase of its owner needs a ticket ' +
  'of its own. Whoever has lost a ticket buys another one from the mate, who has no change. The gangway is ' +
  'taken in when the horn has sounded twice, and nobody jumps.';
const BREAD =
  'The dough rests for twelve hours in a cool room, and it is folded four times during the first two of them. Bake it in a hot ' +
  'iron pot with its lid on for half an hour, and without the lid until the crust sings. A loaf that sounds hollow when it is ' +
  'knocked on is done; cut it only when it is cold, however hard that is. Old loaves make good ' +
  'dumplings, and the very old ones feed the sourdough of the next week.';
const COPY = BOARDING.replace('three minutes', 'five minutes').replace('who has no change', 'who never has any change');
const MANY = [BREAD, COPY, BREAD.replaceAll('dough', 'rye dough')].join('\n\n');

const CORPUS = ['fleet-report.pdf', 'notice-chinese.pdf', 'letter-japanese.pdf', 'notice-arabic.pdf'];

interface Similar {
  hash: string;
  name: string | null;
  passage: number;
  text: string;
  similarity: number;
}

let service: Service;
let boarding: string;
let many: string;

/** Its hash, once it is read. */
async function read(bytes: Uint8Array | string): Promise<string> {
  const { status, body } = await service.post('/documents', Buffer.from(bytes));
  expect(status).toBe(200);
  return body['hash'] as string;
}

const similar = (hash: string, body: unknown = {}) => service.ask(`/documents/${hash}/similar`, body);
const found = (body: Record<string, unknown>): Similar[] => body['similar'] as Similar[];

beforeAll(async () => {
  service = await Service.start();
  boarding = await read(BOARDING);
  many = await read(MANY);
  for (const name of CORPUS) await read(await sample(name));
});
afterAll(() => service.stop());

describe('POST /documents/:hash/similar', () => {
  it('finds the near-copy of the first passage first', async () => {
    const { status, body } = await similar(boarding);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      hash: boarding,
      passage: 1,
      question: expect.stringMatching(/^Boarding ends three minutes .+…$/u),
      engine: ENGINE,
      threshold: 0.15625,
      searched: { documents: 5, incomplete: 0, moreDocuments: false },
    });
    const [first, second] = found(body);
    expect(first).toEqual({
      hash: many,
      name: expect.stringMatching(/^The dough rests/u),
      passage: 2,
      text: expect.stringMatching(/^Boarding ends five minutes .+…$/u),
      similarity: expect.any(Number),
    });
    expect(first!.text.length).toBeLessThanOrEqual(240);
    expect(first!.similarity).toBeGreaterThan(0.9);
    expect(second?.similarity ?? 0).toBeLessThan(0.5);
  });

  it('finds no document in another language, and orders what it finds', async () => {
    const { body } = await similar(boarding, { limit: 20 });
    const hashes = await Promise.all(CORPUS.slice(1).map(async (name) => sha256(await sample(name))));
    expect(found(body).length).toBeGreaterThan(1);
    expect(found(body).filter(({ hash }) => hashes.includes(hash))).toEqual([]);
    const similarities = found(body).map(({ similarity }) => similarity);
    expect(similarities).toEqual(similarities.toSorted((one, other) => other - one));
  });

  it('looks for what is similar to another passage, and at its own document only when asked', async () => {
    const other = await similar(many, { passage: 1 });
    expect(found(other.body).every(({ hash }) => hash !== many)).toBe(true);
    const own = await similar(many, { passage: 1, includeOwn: true });
    expect(own.body).toMatchObject({ passage: 1, searched: { documents: 6 } });
    expect(found(own.body)[0]).toMatchObject({ hash: many, passage: 3 });
    expect(found(own.body).some(({ hash, passage }) => hash === many && passage === 1)).toBe(false);
  });

  it('looks for what is similar to a text, in any script', async () => {
    const chinese = sha256(await sample('notice-chinese.pdf'));
    const { body: document } = await service.post('/documents', await sample('notice-chinese.pdf'));
    const text = (document['text'] as string).slice(10, 80);
    const { body } = await similar(boarding, { text, limit: 1 });
    expect(body).toMatchObject({ passage: null, question: expect.any(String), similar: [{ hash: chinese }] });
    expect((await similar(boarding, { text: 'ticket' })).body).toMatchObject({ question: 'ticket' });
  });

  it('finds at most `limit`, and nothing below `threshold`', async () => {
    expect(found((await similar(boarding, { limit: 2, threshold: -1 })).body)).toHaveLength(2);
    expect(found((await similar(boarding, { limit: 20, threshold: -1 })).body)).toHaveLength(20);
    const { body } = await similar(boarding, { threshold: 0.9 });
    expect(body).toMatchObject({ threshold: 0.9, similar: [{ hash: many, passage: 2 }] });
    expect(found(body)).toHaveLength(1);
  });

  it('embeds only what has no vector yet, and says so', async () => {
    const text = 'A question about bicycles on deck that nobody has asked.';
    const first = await similar(boarding, { text });
    expect(first).toMatchObject({ cache: 'MISS', body: { embedded: 1 } });
    expect(first.timing).toMatch(/^total;dur=[\d.]+, load;dur=[\d.]+;desc="vectors"$/u);
    const second = await similar(boarding, { text });
    expect(second).toMatchObject({ cache: 'HIT', body: { ...first.body, embedded: 0 } });
    expect(second.timing).toMatch(/^total;dur=[\d.]+$/u);

    const added = await read('A new notice: bicycles on deck are no question that anybody has asked.');
    const third = await similar(boarding, { text });
    expect(third).toMatchObject({ cache: 'MISS', body: { embedded: 1 } });
    expect(found(third.body)[0]).toMatchObject({ hash: added, passage: 1 });
    await service.delete(`/documents/${added}`);
    expect(await similar(boarding, { text })).toMatchObject({ cache: 'HIT', body: { ...first.body, embedded: 0 } });
  });

  it('forgets a document with its vectors', async () => {
    const text = 'Lighthouse keepers of the northern rock count the gulls.';
    const hash = await read(text);
    await similar(boarding, { text: 'gulls' });
    expect((await similar(hash)).body).toMatchObject({ embedded: 0 });
    await service.delete(`/documents/${hash}`);
    expect(await similar(hash)).toMatchObject({ status: 404 });
    await read(text);
    expect((await similar(hash)).body).toMatchObject({ embedded: 1 });
    await service.delete(`/documents/${hash}`);
  });

  it('looks at the first 500 passages of a long document, and says so', async () => {
    const long = Array.from(
      { length: 520 },
      (_, place) => `${BREAD} Loaf ${place} is better.${' More bread.'.repeat(10)}`,
    );
    const hash = await read(long.join('\n\n'));
    const { body } = await similar(boarding);
    expect(body).toMatchObject({
      embedded: 500,
      searched: { incomplete: 1, limits: { documents: 200, passages: 10_000, passagesOfADocument: 500 } },
    });
    expect(await similar(hash, { passage: 500 })).toMatchObject({ status: 200, body: { passage: 500 } });
    expect(await similar(hash, { passage: 501 })).toMatchObject({
      status: 400,
      body: { message: 'There is no passage 501. The first 500 are looked at.' },
    });
    await service.delete(`/documents/${hash}`);
  });
});

describe('what cannot be looked for is answered with the reason', () => {
  it('of a document that nobody has read', async () => {
    const hash = '0'.repeat(64);
    for (const body of [{}, { text: 'bread' }]) {
      const answer = await similar(hash, body);
      expect(answer).toMatchObject({ status: 404, cache: null });
      expect(answer.body['message']).toBe(`Nothing is known of the file ${hash}. Send it to POST /documents first.`);
    }
  });

  it('of a document without text', async () => {
    const blank = await read(' \n\n ');
    expect(await similar(blank)).toMatchObject({ status: 422, body: { message: 'No text was found in the file.' } });
    expect(await similar(blank, { text: BREAD })).toMatchObject({ status: 200 });
  });

  it.each<[name: string, body: unknown, reason: string]>([
    ['no object', ['text'], 'The body must be a JSON object: {} for the first passage'],
    ['text and passage', { text: 'bread', passage: 1 }, "Send either 'text' or the number of a 'passage'."],
    ['an empty text', { text: ' ' }, "'text' must be a text that is not empty."],
    ['a text that is too long', { text: 'a'.repeat(4_001) }, "'text' must have at most 4000 characters."],
    ['passage 0', { passage: 0 }, "'passage' must be a whole number from 1."],
    ['half a passage', { passage: 1.5 }, "'passage' must be a whole number from 1."],
    ['a passage that is not there', { passage: 2 }, 'There is no passage 2. The document has 1.'],
    ['too many', { limit: 21 }, "'limit' must be a whole number from 1 to 20."],
    ['null', { limit: null }, "'limit' must be a whole number from 1 to 20."],
    ['a threshold above 1', { threshold: 1.1 }, "'threshold' must be a number from -1 to 1."],
    ['a word for a switch', { includeOwn: 'yes' }, "'includeOwn' must be true or false."],
    ['another member', { top: 3 }, "There is no 'top'; known are text, passage, limit, threshold, includeOwn."],
  ])('%s', async (_, body, reason) => {
    const answer = await similar(boarding, body);
    expect(answer).toMatchObject({ status: 400, cache: null });
    expect(answer.body['message']).toContain(reason);
  });

  it('all faults at once', async () => {
    const { status, body } = await similar(boarding, { text: '', passage: 'two', limit: 0, threshold: '1', own: true });
    expect(status).toBe(400);
    for (const name of ['text', 'passage', 'limit', 'threshold', 'own']) expect(body['message']).toContain(`'${name}'`);
  });

  it('a hash that is none', async () => {
    expect(await similar('abc')).toMatchObject({ status: 400 });
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
