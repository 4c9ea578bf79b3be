import { describe, expect, it } from '@jest/globals';
import { runInNewContext } from 'node:vm';
import { CacheError } from 'nestjs-cached';
import { EmbeddingCache } from 'nestjs-cached/ai';
import { testCache } from '../../support/caches.js';
import { deferred, settle } from '../../support/deferred.js';
import { embeddingCache, faultOf, floats, vectorOf } from './support.js';

const letters = ['a', 'b', 'c', 'd', 'e', 'f'];

describe('an embedder that fails', () => {
  it('for one batch of several: the others are kept, and the next call asks only for that', async () => {
    const { embeddings, model } = await embeddingCache({ batchSize: 2 });
    const cause = new Error('rate limit');
    const fails = embeddings.getOrEmbedMany(letters, (texts) => {
      if (texts.includes('c')) throw cause;
      return model.embed(texts);
    });
    const error = await faultOf(fails);
    expect(error).toBeInstanceOf(CacheError);
    expect(error).toMatchObject({ name: 'CacheEmbeddingError', fault: 'failed', texts: 2, cause });
    expect(error.message).toBe('The embedder failed for 2 texts (batch 2 of 3): rate limit');
    model.asked.length = 0;
    expect(await embeddings.getOrEmbedMany(letters, model.embed)).toEqual(floats(letters.map(vectorOf)));
    expect(model.asked).toEqual([['c', 'd']]);
  });

  it('fails for all who wait for that text, and for nobody else', async () => {
    const { embeddings, model } = await embeddingCache({ batchSize: 1 });
    const gate = deferred<void>();
    const slow = async ([text]: string[]): Promise<number[][]> => {
      await gate.promise;
      if (text === 'b') throw new Error('no');
      return [vectorOf(text!)];
    };
    const one = faultOf(embeddings.getOrEmbedMany(['a', 'b'], slow));
    await settle();
    const two = faultOf(embeddings.getOrEmbedMany(['b', 'c'], model.embed));
    const three = embeddings.getOrEmbedMany(['a'], model.embed);
    await settle();
    gate.resolve();
    expect(await one).toBe(await two);
    expect(await three).toEqual(floats([vectorOf('a')]));
    expect(model.asked).toEqual([['c']]);
  });

  it('for a single text: its own error, unchanged', async () => {
    const { embeddings } = await embeddingCache();
    const own = new TypeError('no network');
    await expect(embeddings.getOrEmbed('a', () => Promise.reject(own))).rejects.toBe(own);
  });

  it('tells each caller what its own way of asking says, whoever has begun the load', async () => {
    const own = new TypeError('no network');
    const { embeddings } = await embeddingCache();
    const gate = deferred<void>();
    const fail = async (): Promise<never> => (await gate.promise, Promise.reject(own));
    const begun = { many: faultOf(embeddings.getOrEmbedMany(['a', 'b'], fail)), one: embeddings.getOrEmbed('c', fail) };
    await settle();
    const joined = {
      one: embeddings.getOrEmbed('a', () => [1, 2, 3]),
      many: faultOf(embeddings.getOrEmbedMany(['c'], () => [[1, 2, 3]])),
    };
    await settle();
    gate.resolve();
    for (const one of [begun.one, joined.one]) await expect(one).rejects.toBe(own);
    expect(await begun.many).toMatchObject({ fault: 'failed', texts: 2, cause: own });
    expect(await joined.many).toMatchObject({ fault: 'failed', texts: 1, cause: own });
  });

  it('hands on the error of another cache that it asks as it is', async () => {
    const { embeddings } = await embeddingCache();
    const inner = (await embeddingCache()).embeddings;
    const fail = (): never => {
      throw new TypeError('no network');
    };
    const call = embeddings.getOrEmbed('a', async () => (await inner.getOrEmbedMany(['a'], fail))[0]!);
    expect(await faultOf(call)).toMatchObject({ fault: 'failed', cause: new TypeError('no network') });
  });

  it('leaves what is stale to those who accept it', async () => {
    const { cache: manager, clock } = await testCache();
    const embeddings = new EmbeddingCache(manager, { model: 'm' });
    const options = { ttl: '1s', staleIfError: '1h' } as const;
    await embeddings.getOrEmbedMany(['a'], () => [[1]], options);
    await clock.advance(2_000);
    const fail = (): never => {
      throw new Error('no');
    };
    expect(await embeddings.getOrEmbedMany(['a'], fail, options)).toEqual([Float32Array.of(1)]);
    expect((await faultOf(embeddings.getOrEmbedMany(['a', 'b'], fail, options))).fault).toBe('failed');
  });
});

describe('an embedder that is wrong', () => {
  it.each<[string, unknown, string]>([
    ['too few', [[1, 2, 3]], 'was asked for 2 texts and returned 1 vectors'],
    ['too many', [[1], [2], [3]], 'was asked for 2 texts and returned 3 vectors'],
    ['none', undefined, 'returned no array but a value of type undefined'],
    ['a map', new Map(), 'returned no array but a value of type object'],
  ])('returns %s: nothing of that batch is stored, and all of the others', async (_, given, message) => {
    const { embeddings, model } = await embeddingCache({ batchSize: 2, maxConcurrency: 1 });
    const call = embeddings.getOrEmbedMany(letters, (texts) =>
      texts[0] === 'c' ? (given as never) : model.embed(texts),
    );
    const error = await faultOf(call);
    expect(error).toMatchObject({ fault: 'count', texts: 2 });
    expect(error.message).toContain(message);
    model.asked.length = 0;
    await embeddings.getOrEmbedMany(letters, model.embed);
    expect(model.asked).toEqual([['c', 'd']]);
  });

  it.each<[string, unknown, string]>([
    ['NaN', [1, Number.NaN, 3], 'vector 3 of 6 has NaN at 1'],
    ['Infinity', [Infinity, 2, 3], 'vector 3 of 6 has Infinity at 0'],
    ['more than 32 bits hold', [1, 1e39, 3], 'has 1e+39 at 1'],
    ['a text for a number', ['1', 2, 3], 'has a value of type string at 0'],
    ['null for a number', [null, 2, 3], 'has a value of type object at 0'],
    ['no vector', undefined, 'vector 3 of 6 is no array of numbers'],
    ['an empty vector', [], 'vector 3 of 6 is empty'],
    ['numbers in a text', 'abc', 'is no array of numbers'],
  ])('gives %s: only that text is not stored', async (_, wrong, message) => {
    const { embeddings, model } = await embeddingCache();
    const call = embeddings.getOrEmbedMany(letters, (texts) =>
      texts.map((text) => (text === 'c' ? (wrong as number[]) : vectorOf(text))),
    );
    const error = await faultOf(call);
    expect(error).toMatchObject({ fault: 'values', texts: 1 });
    expect(error.message).toContain(message);
    await embeddings.getOrEmbedMany(letters, model.embed);
    expect(model.asked).toEqual([['c']]);
  });

  it('is not wrong where its vectors are of another context', async () => {
    const { embeddings } = await embeddingCache();
    const foreign = runInNewContext('[Float32Array.of(1, 2), Float64Array.of(3, 4), [5, 6]]') as number[][];
    expect(await embeddings.getOrEmbedMany(['a', 'b', 'c'], () => [...foreign])).toEqual(
      floats([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    );
  });

  it('has other dimensions than asked for, or than before', async () => {
    for (const dimensions of [3, undefined]) {
      const { embeddings, model } = await embeddingCache(dimensions === undefined ? {} : { dimensions });
      if (dimensions === undefined) await embeddings.getOrEmbedMany(['z'], model.embed);
      const call = embeddings.getOrEmbedMany(['a', 'b'], () => [[1, 2], vectorOf('b')]);
      const error = await faultOf(call);
      expect(error.fault).toBe('dimensions');
      expect(error.message).toContain(
        `vector 1 of 2 of the model "m" has 2 dimensions, ${dimensions ? 'asked for were' : 'those before had'} 3`,
      );
      expect((await faultOf(embeddings.getOrEmbed('c', () => [1]))).fault).toBe('dimensions');
      model.asked.length = 0;
      await embeddings.getOrEmbedMany(['a', 'b', 'c'], model.embed);
      expect(model.asked).toEqual([['a', 'c']]);
    }
  });

  it('has other dimensions in one vector of its first batch: the others say which one is odd', async () => {
    const { embeddings, model } = await embeddingCache();
    const call = embeddings.getOrEmbedMany(letters, (texts) =>
      texts.map((text) => (text === 'a' ? [1] : vectorOf(text))),
    );
    expect((await faultOf(call)).fault).toBe('dimensions');
    await embeddings.getOrEmbedMany(letters, model.embed);
    expect(model.asked).toEqual([['a']]);
  });

  it('has other dimensions than an earlier process: what that has stored tells', async () => {
    const { cache: manager } = await testCache();
    const before = new EmbeddingCache(manager, { model: 'm' });
    await before.getOrEmbedMany(['a', 'b'], () => [
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const after = new EmbeddingCache(manager, { model: 'm' });
    const error = await faultOf(after.getOrEmbedMany(['a', 'b', 'c'], () => [[1, 2]]));
    expect(error.fault).toBe('dimensions');
    expect(await manager.has('embedding:m:-:-:"c"')).toBe(false);
  });

  it('has learned dimensions that what is stored has not', async () => {
    const { cache: manager } = await testCache();
    await new EmbeddingCache(manager, { model: 'm' }).getOrEmbed('a', () => [1, 2, 3]);
    const after = new EmbeddingCache(manager, { model: 'm' });
    await after.getOrEmbed('b', () => [1, 2]);
    const error = await faultOf(after.getOrEmbed('a', () => [1, 2]));
    expect(error.message).toContain('A cached vector of the model "m" has 3 dimensions, others have 2.');
  });

  it('is not blamed for what somebody else has put under its key', async () => {
    const { embeddings, manager } = await embeddingCache();
    await manager.set('embedding:m:-:-:"a"', [1, 2, 3]);
    const error = await faultOf(embeddings.getOrEmbed('a', () => [1, 2, 3]));
    expect(error.message).toContain('something else than a vector');
    await manager.set('embedding:m:-:-:"b"', new Float32Array(0));
    expect((await faultOf(embeddings.getOrEmbed('b', () => [1, 2, 3]))).fault).toBe('values');
    expect(await embeddings.getOrEmbed('c', () => [1, 2, 3])).toEqual(Float32Array.of(1, 2, 3));
  });
});
