import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { CacheConfigError, CacheManager } from 'nestjs-cached';
import {
  EmbeddingCache,
  EmbeddingCacheModule,
  getEmbeddingCacheToken,
  type EmbeddingCacheModuleOptions,
} from 'nestjs-cached/ai';
import { MapBackend } from '../../../lib/testing/map.backend.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { App } from '../decorators/support/app.js';

afterEach(() => App.closeAll());

/** Notes how long what it stores is. */
class NotingBackend extends MapBackend {
  readonly sizes: number[] = [];

  override async set(key: string, value: Uint8Array, ttlMs?: number): Promise<void> {
    this.sizes.push(value.length);
    return super.set(key, value, ttlMs);
  }
}

describe('EmbeddingCacheModule', () => {
  it('stands beside the cache of the application, and stores bytes for 30 days', async () => {
    @Injectable()
    class Service {
      constructor(
        readonly embeddings: EmbeddingCache,
        readonly cache: CacheManager,
      ) {}
    }
    const clock = new FakeClock();
    const backend = new NotingBackend(clock);
    const imports = [EmbeddingCacheModule.forRoot({ model: 'm', cache: { backend, clock } })];
    const app = await App.start({ imports, providers: [Service] });
    const { embeddings, cache } = app.get(Service);
    const zeros = new Float32Array(1_000);
    expect(await embeddings.getOrEmbed('a', () => zeros)).toEqual(zeros);
    expect(await embeddings.getOrEmbed('a', () => [])).toEqual(zeros);
    expect(cache.name).toBe('default');
    expect(await app.keys()).toEqual([]);
    expect(await app.cache('embeddings').getTtl('embedding:m:-:-:"a"')).toBe(30 * 86_400_000);
    // Not compressed, though zeros would be a few bytes then.
    expect(Math.max(...backend.sizes)).toBeGreaterThan(4_000);
    expect(Math.max(...backend.sizes)).toBeLessThan(4_200);
    expect(app.lines.join('\n')).toContain('codec "vectors"');
  });

  it('takes what is undefined for not said', async () => {
    const clock = new FakeClock();
    const cache = { clock, ttl: undefined, codec: undefined, logKeys: undefined } as object;
    const app = await App.start({ imports: [EmbeddingCacheModule.forRoot({ model: 'm', cache })] });
    await app.get(EmbeddingCache).getOrEmbed('a', () => [1]);
    expect(await app.cache('embeddings').getTtl('embedding:m:-:-:"a"')).toBe(30 * 86_400_000);
  });

  it('gives caches of other names, from factories too, with options of their own', async () => {
    @Module({ providers: [{ provide: 'size', useValue: 2 }], exports: ['size'] })
    class Sizes {}
    const imports = [
      EmbeddingCacheModule.forRoot({ model: 'm' }),
      EmbeddingCacheModule.forRootAsync({
        name: 'small',
        imports: [Sizes],
        inject: ['size'],
        useFactory: async (dimensions: number) => ({ model: 'n', dimensions }),
      }),
    ];
    const app = await App.start({ imports });
    const small = app.get<EmbeddingCache>(getEmbeddingCacheToken('small'));
    expect(app.get(EmbeddingCache)).not.toBe(small);
    await app.get<EmbeddingCache>(getEmbeddingCacheToken()).getOrEmbed('a', () => [1]);
    await small.getOrEmbed('a', () => [1, 2]);
    await expect(small.getOrEmbed('b', () => [1])).rejects.toThrow('has 1 dimensions, asked for were 2');
    expect([await app.keys('embeddings'), await app.keys('small')]).toEqual([
      ['embedding:m:-:-:"a"'],
      ['embedding:n:-:2:"a"'],
    ]);
  });

  it.each<[string, object | null | undefined]>([
    ['model must be a string', {}],
    ['"batchsize" is no option', { model: 'm', batchsize: 1 }],
    ['cache', { model: 'm', cache: { ttl: -1 } }],
    ['options: must be an object; got undefined', undefined],
    ['options: must be an object; got null', null],
    ['cache: must be an object of options; got null', { model: 'm', cache: null }],
    ['cache: must be an object of options; got a number', { model: 'm', cache: 5 }],
  ])('names a fault when the module compiles: %s', async (message, options) => {
    const given = options as EmbeddingCacheModuleOptions;
    for (const make of [
      () => EmbeddingCacheModule.forRoot(given),
      () => EmbeddingCacheModule.forRootAsync({ useFactory: () => given }),
    ]) {
      const error: unknown = await (async () => App.start({ imports: [make()] }))().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(CacheConfigError);
      expect(String(error)).toContain(message === 'cache' ? 'ttl' : message);
    }
  });
});
