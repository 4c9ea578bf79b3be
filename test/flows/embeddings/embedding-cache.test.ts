import { describe, expect, it } from '@jest/globals';
import { CacheTenantError, CacheUsageError } from 'nestjs-cached';
import { EmbeddingCache, type EmbeddingCacheOptions } from 'nestjs-cached/ai';
import { testCache } from '../../support/caches.js';
import { deferred, settle } from '../../support/deferred.js';
import { embeddingCache, faultOf, floats, vectorOf, type TestEmbeddings } from './support.js';

const texts = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, at) => `text ${from + at}`);

describe('getOrEmbedMany', () => {
  it('asks the embedder for 500 items exactly, where 500 are there and 500 are missing', async () => {
    const { embeddings, model } = await embeddingCache({ batchSize: 100 });
    await embeddings.getOrEmbedMany(texts(0, 500), model.embed);
    model.asked.length = 0;
    const mixed = texts(0, 1_000).toSorted();
    expect(await embeddings.getOrEmbedMany(mixed, model.embed)).toEqual(floats(mixed.map(vectorOf)));
    expect(model.each.toSorted()).toEqual(texts(500, 1_000).toSorted());
    expect(model.asked.map(({ length }) => length)).toEqual([100, 100, 100, 100, 100]);
  });

  it('takes 96 texts in a batch by default, and no more batches at a time than it may', async () => {
    const { embeddings } = await embeddingCache({ maxConcurrency: 2 });
    const gates = [deferred<void>(), deferred<void>(), deferred<void>()];
    const sizes: number[] = [];
    const done = embeddings.getOrEmbedMany(texts(0, 200), async (batch) => {
      const gate = gates[sizes.length]!;
      sizes.push(batch.length);
      await gate.promise;
      return batch.map(vectorOf);
    });
    await settle();
    expect(sizes).toEqual([96, 96]);
    gates[1]!.resolve();
    await settle();
    expect(sizes).toEqual([96, 96, 8]);
    gates[0]!.resolve();
    gates[2]!.resolve();
    expect(await done).toEqual(floats(texts(0, 200).map(vectorOf)));
  });

  it('shares items that are under way, with other batches and with single calls', async () => {
    const { embeddings, model } = await embeddingCache();
    const gate = deferred<void>();
    const slow = async (batch: string[]): Promise<number[][]> => (await gate.promise, model.embed(batch));
    const one = embeddings.getOrEmbedMany(['a', 'b'], slow);
    await settle();
    const two = embeddings.getOrEmbedMany(['c', 'b', 'c'], model.embed);
    const three = embeddings.getOrEmbed('a', () => {
      throw new Error('asked');
    });
    await settle();
    gate.resolve();
    expect(await Promise.all([one, two, three.then((vector) => [vector])])).toEqual(
      [['a', 'b'], ['c', 'b', 'c'], ['a']].map((each) => floats(each.map(vectorOf))),
    );
    expect(model.asked).toEqual([['c'], ['a', 'b']]);
  });

  it.each(['clone', 'freeze', 'share'] as const)(
    'gives vectors that are the caller’s own, also of a text it has named twice, with isolation %s',
    async (isolation) => {
      const { embeddings, model } = await embeddingCache({}, { memory: { isolation } });
      const right = floats(['a', 'a'].map(vectorOf));
      for (let round = 0; round < 3; round++) {
        const [first, second] = await embeddings.getOrEmbedMany(['a', 'a'], model.embed);
        expect([first, second]).toEqual(right);
        first!.fill(0);
        expect(second).toEqual(right[0]);
        second!.fill(0);
        (await embeddings.getOrEmbed('a', () => vectorOf('a'))).fill(0);
      }
      expect(model.each).toEqual(['a']);
    },
  );

  it('keeps the embedder’s own vectors apart from what it stores', async () => {
    const { embeddings } = await embeddingCache();
    const own = Float32Array.of(1, 2);
    await embeddings.getOrEmbedMany(['a'], () => [own]);
    own.fill(9);
    expect(await embeddings.getOrEmbedMany(['a'], () => [])).toEqual([Float32Array.of(1, 2)]);
  });

  it('asks nobody for no texts', async () => {
    const { embeddings, model } = await embeddingCache();
    expect(await embeddings.getOrEmbedMany([], model.embed)).toEqual([]);
    expect(model.asked).toEqual([]);
  });

  it('embeds everything where the cache is off, each text once', async () => {
    const { embeddings, model } = await embeddingCache({ batchSize: 1 }, { enabled: false });
    expect(await embeddings.getOrEmbedMany(['a', 'b', 'a'], model.embed)).toEqual(
      floats(['a', 'b', 'a'].map(vectorOf)),
    );
    expect(model.asked).toEqual([['a'], ['b']]);
    const failing = embeddings.getOrEmbedMany(['a', 'b'], ([text]) => [text === 'a' ? [1, 2, 3] : [Number.NaN]]);
    expect((await faultOf(failing)).fault).toBe('values');
  });
});

describe('what a vector is stored under', () => {
  it('tells model, version, dimensions, normalization and text apart', async () => {
    const { cache: manager } = await testCache();
    const spaces: EmbeddingCacheOptions[] = [
      { model: 'm' },
      { model: 'n' },
      { model: 'm', version: 1 },
      { model: 'm', version: '1' },
      { model: 'm', version: '-' },
      { model: 'm:-' },
      { model: 'm', dimensions: 3 },
      { model: 'm', normalize: true },
    ];
    const asked: number[] = [];
    for (const [nth, options] of [...spaces.entries(), ...spaces.entries()]) {
      const [vector] = await new EmbeddingCache(manager, options).getOrEmbedMany(['a'], () => [
        (asked.push(nth), [0, nth + 1, 0]),
      ]);
      expect(vector![1]).toBe(options.normalize ? 1 : nth + 1);
    }
    expect(asked).toEqual(spaces.map((_, nth) => nth));
  });

  it('holds no more of a long text than its digest', async () => {
    const { embeddings, manager, model } = await embeddingCache({ model: 'text-3', dimensions: 3, version: 2 });
    const long = 'secret '.repeat(100);
    await embeddings.getOrEmbedMany(['short "text"', long], model.embed);
    const keys: string[] = [];
    for await (const key of manager.keys()) keys.push(key);
    expect(keys.toSorted()).toEqual([
      expect.stringMatching(/^embedding:text-3:2:3:"short \\"text\\""$/),
      expect.stringMatching(/^embedding:text-3:2:3:#[0-9a-f]{64}\.700$/),
    ]);
  });

  it('may be said by a call: model, version and dimensions', async () => {
    const { embeddings, model } = await embeddingCache({ dimensions: 3 });
    await embeddings.getOrEmbedMany(['a'], model.embed);
    for (const options of [{ model: 'n' }, { version: 2 }, { dimensions: 2 }]) {
      const run = (): Promise<Float32Array> => embeddings.getOrEmbed('a', () => [1, 2], options);
      if ('version' in options) expect((await faultOf(run())).fault).toBe('dimensions');
      else expect(await run()).toEqual(Float32Array.of(1, 2));
    }
    expect(await embeddings.getOrEmbedMany(['a'], model.embed, { model: 'm' })).toEqual(floats([vectorOf('a')]));
    expect(model.each).toEqual(['a']);
  });

  it('is of one tenant, and has a ttl and tags of its call', async () => {
    const { cache: manager, clock } = await testCache();
    const embeddings = new EmbeddingCache(manager, { model: 'm' });
    let runs = 0;
    const ask = (tenant?: string): Promise<Float32Array> =>
      embeddings.getOrEmbed('a', () => [++runs], { ...(tenant && { tenant }), ttl: '10s', tags: ['t'] });
    for (const tenant of ['a', 'b', undefined, 'a', 'b']) await ask(tenant);
    expect(runs).toBe(3);
    await manager.forTenant('a').invalidateTags('t');
    for (const tenant of ['a', 'b', undefined]) await ask(tenant);
    expect(runs).toBe(4);
    await clock.advance(10_000);
    await ask('b');
    expect(runs).toBe(5);
    const ofA = new EmbeddingCache(manager.forTenant('a'), { model: 'm' });
    await expect(ofA.getOrEmbed('a', () => [1], { tenant: 'b' })).rejects.toThrow(CacheTenantError);
  });

  it('goes with delete', async () => {
    const { embeddings, model } = await embeddingCache();
    await embeddings.getOrEmbedMany(['a', 'b'], model.embed);
    expect(await embeddings.delete(['a'])).toBe(true);
    await embeddings.getOrEmbedMany(['a', 'b'], model.embed);
    expect(model.asked).toEqual([['a', 'b'], ['a']]);
  });
});

describe('what is deleted while it is asked for', () => {
  it.each<[string, (of: TestEmbeddings) => Promise<unknown>]>([
    ['delete', ({ embeddings }) => embeddings.delete(['a'])],
    ['clear', ({ manager }) => manager.clear()],
    ['a pattern', ({ manager }) => manager.invalidate('*"a"')],
    ['a tag', ({ manager }) => manager.invalidateTags('t')],
  ])('is neither stored nor given to who asks later: %s', async (_, invalidate) => {
    const opened = await embeddingCache({ batchSize: 1 });
    const { embeddings } = opened;
    const gate = deferred<void>();
    const slow = async (batch: string[]): Promise<number[][]> => (await gate.promise, batch.map(() => [1]));
    const before = embeddings.getOrEmbedMany(['a', 'b'], slow, { tags: ['t'] });
    await settle();
    await invalidate(opened);
    const after = embeddings.getOrEmbedMany(['a'], () => [[2]], { tags: ['t'] });
    await settle();
    gate.resolve();
    expect(await before).toEqual(floats([[1], [1]]));
    expect(await after).toEqual(floats([[2]]));
    expect(await embeddings.getOrEmbed('a', () => [3])).toEqual(Float32Array.of(2));
  });
});

describe('normalize', () => {
  it('brings vectors to the length 1', async () => {
    const { embeddings } = await embeddingCache({ normalize: true });
    expect(await embeddings.getOrEmbed('a', () => [3, 4])).toEqual(Float32Array.of(0.6, 0.8));
    const zero = await faultOf(embeddings.getOrEmbed('b', () => [0, 0]));
    expect(zero.message).toContain('all zeros');
  });
});

describe('what cannot be meant', () => {
  it.each<[string, unknown]>([
    ['model', {}],
    ['model', { model: '' }],
    ['dimensions', { model: 'm', dimensions: 0 }],
    ['version', { model: 'm', version: Number.NaN }],
    ['batchSize', { model: 'm', batchSize: 0 }],
    ['maxConcurrency', { model: 'm', maxConcurrency: 1.5 }],
    ['normalize', { model: 'm', normalize: 'yes' }],
    ['"batchsize"', { model: 'm', batchsize: 1 }],
    ['options', undefined],
  ])('is refused: %s in %j', async (name, options) => {
    const { cache } = await testCache();
    const make = (): unknown => new EmbeddingCache(cache, options as EmbeddingCacheOptions);
    expect(make).toThrow(CacheUsageError);
    expect(make).toThrow(name);
  });

  it('is refused of a call before anything runs', async () => {
    const { embeddings, model } = await embeddingCache();
    const calls = [
      embeddings.getOrEmbedMany('text', model.embed),
      embeddings.getOrEmbedMany(['a', 5 as never], model.embed),
      embeddings.getOrEmbedMany(['a'], undefined as never),
      embeddings.getOrEmbed(null as never, () => [1]),
      embeddings.getOrEmbed('a', [1] as never),
      embeddings.getOrEmbedMany(['a'], model.embed, { model: '' }),
      embeddings.getOrEmbedMany(['a'], model.embed, { ttl: -1 }),
      embeddings.getOrEmbedMany(null as never, model.embed),
      embeddings.getOrEmbedMany(5 as never, model.embed),
      embeddings.getOrEmbedMany({ length: 1 } as never, model.embed),
      embeddings.getOrEmbedMany(['a'], model.embed, null as never),
      embeddings.getOrEmbedMany(['a'], model.embed, '5m' as never),
      embeddings.getOrEmbed('a', () => [1], '5m' as never),
      embeddings.delete(undefined as never),
      embeddings.delete(['a'], null as never),
    ];
    for (const call of calls) await expect(call).rejects.toThrow(CacheUsageError);
    expect(model.asked).toEqual([]);
  });
});
