import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { Redis } from 'ioredis';
import { CacheManager, getCacheToken } from 'nestjs-cached';
import { EmbeddingCache, EmbeddingCacheModule } from 'nestjs-cached/ai';
import { deferred } from '../../support/deferred.js';
import { eventually } from '../../support/eventually.js';
import { startRedis, type RunningRedis } from '../../support/redis-server.js';
import { Model, floats, vectorOf } from './support.js';

const DIMENSIONS = 1_536;
const TEXTS = Array.from({ length: 1_000 }, (_, nth) => `document ${nth}`);

let server: RunningRedis;
let raw: Redis;
const apps: TestingModule[] = [];

beforeAll(async () => {
  server = await startRedis();
  raw = new Redis(server.url);
});
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await raw.flushall();
});
afterAll(async () => {
  raw.disconnect();
  await server.stop();
});

/** A process of its own, as far as its cache goes. */
async function open(dimensions: number, backend: 'redis' | 'tiered'): Promise<EmbeddingCache> {
  // A machine that is busy stands still for longer than a lease usually lasts, and nothing would be stored then.
  const lease = { ttl: '1m' as const };
  const cache = { backend, lease, redis: { url: server.url, commandTimeout: '10s' as const } };
  const app = await Test.createTestingModule({
    imports: [EmbeddingCacheModule.forRoot({ model: 'm', dimensions, cache })],
  }).compile();
  await app.init();
  apps.push(app);
  const manager = app.get<CacheManager>(getCacheToken('embeddings'));
  await eventually(
    () => manager.healthCheck(),
    ({ status }) => status === 'up',
  );
  return app.get(EmbeddingCache);
}

/** How often the server was asked for values. */
async function reads(): Promise<number> {
  const stats = await raw.info('commandstats');
  return [...stats.matchAll(/^cmdstat_(?:mget|get|getrange|eval|evalsha):calls=(\d+)/gm)].reduce(
    (sum, [, calls]) => sum + Number(calls),
    0,
  );
}

function large(nth: number): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  for (let at = 0; at < DIMENSIONS; at++) vector[at] = ((nth * 31 + at * 17) % 1_009) / 1_009 - 0.5;
  return vector;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

describe('vectors on Redis', () => {
  it.each(['redis', 'tiered'] as const)(
    'are read in two commands at most, a thousand of 1,536 dimensions, by a process that knows nothing, over %s',
    async (backend) => {
      // Made before: a process that stands still for longer than a lease would lose it.
      const vectors = TEXTS.map((_, nth) => large(nth));
      const byText = new Map(TEXTS.map((text, nth) => [text, vectors[nth]!]));
      await (await open(DIMENSIONS, backend)).getOrEmbedMany(TEXTS, (texts) => texts.map((text) => byText.get(text)!));
      const other = await open(DIMENSIONS, backend);
      const ask = async (): Promise<number> => {
        const before = await reads();
        const found = await other.getOrEmbedMany(TEXTS, () => {
          throw new Error('asked');
        });
        const asked = (await reads()) - before;
        // By their bytes: element by element it would take seconds, and the process would seem to be dead.
        expect(found.every((vector, nth) => bytesOf(vector).equals(bytesOf(vectors[nth]!)))).toBe(true);
        return asked;
      };
      expect([1, 2]).toContain(await ask());
      if (backend === 'tiered') await eventually(ask, (asked) => asked === 0);
      else expect([1, 2]).toContain(await ask());
    },
  );

  it('stand there as their bytes, little-endian, and nothing longer', async () => {
    await (await open(3, 'redis')).getOrEmbed('a', () => [1.5, -2, 0.25]);
    const [key] = await raw.keys('*:v:*');
    const bytes = (await raw.getBuffer(key!))!;
    const right = Buffer.alloc(12);
    [1.5, -2, 0.25].forEach((element, at) => right.writeFloatLE(element, at * 4));
    expect(bytes.subarray(-12)).toEqual(right);
    expect(bytes[3]).toBe(3);
  });

  it('are not stored where another process has deleted them while they were asked for', async () => {
    const [one, other] = [await open(3, 'tiered'), await open(3, 'tiered')];
    const [asked, gate] = [deferred<void>(), deferred<void>()];
    const old = one.getOrEmbedMany(['a', 'b'], async () => {
      asked.resolve();
      await gate.promise;
      return [
        [1, 1, 1],
        [2, 2, 2],
      ];
    });
    await asked.promise;
    expect(await other.delete(['a'])).toBe(true);
    gate.resolve();
    await old;
    const model = new Model();
    for (const each of [other, one]) {
      expect(await each.getOrEmbedMany(['a', 'b'], model.embed)).toEqual([
        Float32Array.from(vectorOf('a')),
        Float32Array.of(2, 2, 2),
      ]);
    }
    expect(model.asked).toEqual([['a']]);
  });

  it('are asked for once by processes whose batches overlap', async () => {
    const [one, other] = [await open(3, 'tiered'), await open(3, 'tiered')];
    const model = new Model();
    const [begun, overlapped] = [deferred<void>(), deferred<void>()];
    const [first, second] = [TEXTS.slice(0, 60), TEXTS.slice(30, 90).toReversed()];
    const ofOne = one.getOrEmbedMany(first, async (texts) => {
      begun.resolve();
      // The other process comes while this one is at it, and asks at once for what is its own.
      await overlapped.promise;
      return model.embed(texts);
    });
    await begun.promise;
    const ofOther = other.getOrEmbedMany(second, (texts) => (overlapped.resolve(), model.embed(texts)));
    const found = await Promise.all([ofOne, ofOther]);
    expect(found).toEqual([first, second].map((texts) => floats(texts.map(vectorOf))));
    expect(model.each.toSorted()).toEqual(TEXTS.slice(0, 90).toSorted());
  });
});
