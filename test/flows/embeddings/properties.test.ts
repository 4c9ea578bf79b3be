import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { CacheEmbeddingError } from 'nestjs-cached';
import { EmbeddingCache } from 'nestjs-cached/ai';
import { STORES } from '../../support/caches.js';
import { floats, vectorOf } from './support.js';

const text = fc.oneof(
  fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'),
  fc.constantFrom('', ' ', 'é', '\ud800', 'x'.repeat(99), 'x'.repeat(100)),
);
const texts = fc.array(text, { maxLength: 12 });
const some = fc.uniqueArray(text, { maxLength: 3 });

/** A call, with the texts whose vectors are wrong, and those whose batch fails. */
const call = fc.record({
  texts,
  wrong: fc.oneof(fc.constant<string[]>([]), some),
  failing: fc.oneof(fc.constant<string[]>([]), some),
});

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, nth) => items.slice(nth * size, (nth + 1) * size));
}

describe.each(STORES)('getOrEmbedMany over %s', (_, open) => {
  it('asks for what is missing, once, in batches; keeps what is right, and gives all in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 8 }), fc.integer({ min: 1, max: 5 }), async (calls, batchSize) => {
        const { cache: manager } = await open();
        const embeddings = new EmbeddingCache(manager, { model: 'm', batchSize, maxConcurrency: 1 });
        const stored = new Set<string>();
        for (const { texts: wanted, wrong, failing } of calls) {
          const asked: string[][] = [];
          const outcome = await embeddings
            .getOrEmbedMany(wanted, (batch) => {
              asked.push([...batch]);
              if (batch.some((one) => failing.includes(one))) throw new Error('failing');
              return batch.map((one) => (wrong.includes(one) ? [1, Number.NaN, 2] : vectorOf(one)));
            })
            .catch((error: unknown) => error);
          const parts = chunksOf(
            [...new Set(wanted)].filter((one) => !stored.has(one)),
            batchSize,
          );
          expect(asked).toEqual(parts);
          const isFailed = parts.flatMap((part) => {
            const fails = part.some((one) => failing.includes(one));
            for (const one of part) if (!fails && !wrong.includes(one)) stored.add(one);
            return fails || part.some((one) => wrong.includes(one)) ? [part] : [];
          });
          if (isFailed.length > 0) expect(outcome).toBeInstanceOf(CacheEmbeddingError);
          else expect(outcome).toEqual(floats(wanted.map(vectorOf)));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('asks for each text once, however calls overlap and embedders take turns', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(texts, { minLength: 2, maxLength: 6 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        async (scheduler, calls, batchSize, maxConcurrency) => {
          const { cache: manager } = await open();
          const embeddings = new EmbeddingCache(manager, { model: 'm', batchSize, maxConcurrency });
          const asked: string[] = [];
          const embed = async (batch: string[]): Promise<number[][]> => {
            asked.push(...batch);
            expect(batch.length).toBeLessThanOrEqual(batchSize);
            return scheduler.schedule(Promise.resolve(batch.map(vectorOf)));
          };
          const results = calls.map(async (wanted, nth) => {
            // Some begin while others are under way.
            if (nth > 1) await scheduler.schedule(Promise.resolve());
            return embeddings.getOrEmbedMany(wanted, embed);
          });
          const found = await scheduler.waitFor(Promise.all(results));
          expect(found).toEqual(calls.map((wanted) => floats(wanted.map(vectorOf))));
          expect(asked.toSorted()).toEqual([...new Set(calls.flat())].toSorted());
        },
      ),
      { numRuns: 60 },
    );
  });
});
