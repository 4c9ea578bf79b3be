import { describe, expect, it } from '@jest/globals';
import { everyStore } from '../../support/every-store.js';

const { stores } = everyStore();
const CHUNK = 64 * 1024;
const CHUNKS = 1_600;
const LIMIT = 4 * 1024 * 1024;

describe.each(stores)('a stream of 100 MB over $name', ({ make }) => {
  it('reaches a quick and a slow reader whole, with a few megabytes held between them', async () => {
    const { cache } = await make({ streams: { maxBytes: LIMIT } });
    const errors: string[] = [];
    cache.on('error', ({ operation, error }) => errors.push(`${operation}: ${String(error)}`));
    let given = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      while (given < CHUNKS) yield new Uint8Array(CHUNK).fill(given++ % 256);
    }
    const positions = [0, 0];
    let widest = 0;
    const read = async (reader: number, everyTurn: boolean): Promise<void> => {
      for await (const chunk of cache.getOrSetStream('k', source)) {
        if (chunk.length !== CHUNK || chunk[0] !== positions[reader]! % 256 || chunk[CHUNK - 1] !== chunk[0]) {
          throw new Error(`Chunk ${positions[reader]} is wrong.`);
        }
        positions[reader]!++;
        widest = Math.max(widest, given - Math.min(...positions));
        if (everyTurn) await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await Promise.all([read(0, false), read(1, true)]);
    expect(positions).toEqual([CHUNKS, CHUNKS]);
    expect(given).toBe(CHUNKS);
    // The limit, and what is on its way.
    expect(widest).toBeLessThanOrEqual(LIMIT / CHUNK + 2);
    expect(widest).toBeGreaterThan(LIMIT / CHUNK / 2);
    expect(await cache.has('k')).toBe(false);
    expect(errors).toEqual([
      `keep: CacheValueError: The value cannot be cached: $ is a stream of more than ${LIMIT} bytes. Leave it out, or cache the data it stands for.`,
    ]);
    expect(cache.getStats()).toMatchObject({ loadErrors: 0, sets: 0 });
  });
});
