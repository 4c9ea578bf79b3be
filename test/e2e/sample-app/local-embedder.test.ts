import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { LocalEmbedder } from '../../../sample-app/src/similar/local/local-embedder.js';
import { similarityOf } from '../../../sample-app/src/similar/nearest.js';

const embedder = new LocalEmbedder();

async function similarity(one: string, other: string): Promise<number> {
  const [first, second] = await embedder.embed([one, other]);
  return similarityOf(first!, second!);
}

describe('the local embedder', () => {
  it('gives each text one vector of the length 1, the same each time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'binary' }), { maxLength: 20 }), async (texts) => {
        const vectors = await embedder.embed(texts);
        expect(vectors).toHaveLength(texts.length);
        expect(await embedder.embed(texts)).toEqual(vectors);
        for (const vector of vectors) {
          expect(vector).toHaveLength(embedder.dimensions);
          expect(similarityOf(vector, vector)).toBeCloseTo(1, 5);
        }
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['English', 'The ferry leaves the quay at seven.', 'Ferries left the quay at eight.'],
    ['Chinese', '渡轮早上七点离开码头，船员们四点钟就起床了。', '早上七点渡轮离开了码头。'],
    ['Arabic', 'تغادر العبارة الرصيف في السابعة.', 'العبارة تغادر رصيف الميناء.'],
  ])('finds texts in %s similar that share words', async (_, one, other) => {
    expect(await similarity(one, other)).toBeGreaterThan(0.3);
  });

  it('finds a word similar to another form of it', async () => {
    expect(await similarity('inspection', 'inspections inspected')).toBeGreaterThan(0.5);
  });

  it.each([
    ['other words', 'The ferry leaves the quay at seven.', 'Bread needs flour, water, salt and patience.'],
    ['another language', 'The ferry leaves the quay at seven.', '渡轮早上七点离开码头。'],
  ])('finds nothing similar in %s', async (_, one, other) => {
    expect(Math.abs(await similarity(one, other))).toBeLessThan(embedder.threshold);
  });

  it.each(['据', '!', ''])(
    'gives a direction to %j too, of which there is little or nothing to count',
    async (text) => {
      // The two features of the first one cancel out.
      expect(await similarity(text, text)).toBeCloseTo(1, 5);
    },
  );

  it('counts a word that comes again less than the first time', async () => {
    const [once, often] = [
      await similarity('harbour ferry', 'harbour'),
      await similarity('harbour '.repeat(50) + 'ferry', 'harbour'),
    ];
    expect(often).toBeGreaterThan(once);
    expect(often).toBeLessThan(0.99);
  });

  it('keeps what two texts share nothing of near 0: collisions cancel out', async () => {
    const similarities: number[] = [];
    for (let pair = 0; pair < 60; pair += 1) {
      const words = Array.from({ length: 80 }, (_, place) => nonsense(pair * 80 + place));
      similarities.push(await similarity(words.slice(0, 40).join(' '), words.slice(40).join(' ')));
    }
    const mean = similarities.reduce((sum, value) => sum + value, 0) / similarities.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.max(...similarities.map(Math.abs))).toBeLessThan(embedder.threshold);
  });
});

/** Ten letters that no language has put together. */
function nonsense(seed: number): string {
  const digest = createHash('sha256').update(String(seed)).digest();
  return [...digest.subarray(0, 10)].map((byte) => String.fromCharCode(0x61 + (byte % 26))).join('');
}
