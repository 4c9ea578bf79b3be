import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module, type DynamicModule } from '@nestjs/common';
import { CacheConfigError, CacheManager, getCacheToken } from 'nestjs-cached';
import {
  GenerationCache,
  GenerationCacheModule,
  getGenerationCacheToken,
  type GenerationCacheOptions,
} from 'nestjs-cached/ai';
import { FakeClock, MapBackend } from 'nestjs-cached/testing';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { App } from '../decorators/support/app.js';

afterEach(() => App.closeAll());

const inMemory: GenerationCacheOptions = { cache: { backend: 'memory' } };

describe('GenerationCacheModule.forRoot', () => {
  it('gives a cache of its own, beside that of the application', async () => {
    @Injectable()
    class Service {
      constructor(
        readonly generations: GenerationCache,
        readonly cache: CacheManager,
      ) {}
    }
    const app = await App.start({ imports: [GenerationCacheModule.forRoot(inMemory)], providers: [Service] });
    const { generations, cache } = app.get(Service);
    expect(await generations.getOrGenerate('content', {}, () => 'result')).toBe('result');
    expect(cache.name).toBe('default');
    expect(await app.keys()).toEqual([]);
    expect(await app.keys('generations')).toEqual([generations.getCacheKey('content', {})]);
    expect(app.get<CacheManager>(getCacheToken('generations')).name).toBe('generations');
    expect(app.lines.join('\n')).toMatch(/Cache "generations": namespace "cache.generations".*ttl 7d/);
  });

  it('keeps results on disk, from one start of the application to the next', async () => {
    const folder = await temporaryFolder();
    try {
      const module = (): DynamicModule => GenerationCacheModule.forRoot({ directory: folder.path, maxSizeMb: 16 });
      const first = await App.start({ imports: [module()] });
      const page = Buffer.alloc(2_000_000, 'page');
      expect(await first.get(GenerationCache).cacheResult('content', { page: 1 }, page)).toBe(true);
      await App.closeAll();
      const next = (await App.start({ imports: [module()] })).get(GenerationCache);
      const found = await next.getOrGenerate('content', { page: 1 }, () => Buffer.from('again'));
      expect(page.equals(found)).toBe(true);
      expect(next.getStats()).toMatchObject({ hits: 1, misses: 0, maxBytes: 16_777_216 });
      expect(next.getStats().entries).toBeGreaterThan(0);
    } finally {
      await App.closeAll();
      await folder.remove();
    }
  });

  it('gives caches of other names, each with options of its own', async () => {
    const clock = new FakeClock();
    const imports = [
      GenerationCacheModule.forRoot({ ...inMemory, maxSizeMb: 1, eviction: 'lfu', ttlHours: 1 }),
      GenerationCacheModule.forRoot({
        name: 'ocr',
        version: 2,
        ttl: '1d',
        cache: { backend: new MapBackend(clock), clock },
      }),
    ];
    const app = await App.start({ imports });
    const [first, second] = [undefined, 'ocr'].map((name) => app.get<GenerationCache>(getGenerationCacheToken(name)));
    expect([first!.getStats().maxBytes, second!.getStats().maxBytes]).toEqual([1_048_576, undefined]);
    expect([first, second].map((cache) => cache!.getCacheKey('a').split(':')[1])).toEqual(['-', '2']);
    expect(app.lines.join('\n')).toMatch(/1 MiB, isolation clone, eviction lfu\), ttl 1h/);
    await second!.cacheResult('a', {}, 1);
    expect(await app.cache('ocr').getTtl(second!.getCacheKey('a'))).toBe(86_400_000);
  });

  it('lists every fault when the module compiles', async () => {
    const bad = {
      directory: '/var/cache',
      maxBytes: 1,
      maxSizeMb: -1,
      ttlHours: '2',
      evction: 'lru',
      cache: { jitter: 2 },
    } as unknown as GenerationCacheOptions;
    const modules = [GenerationCacheModule.forRoot(bad), GenerationCacheModule.forRootAsync({ useFactory: () => bad })];
    for (const module of modules) {
      const error = await App.start({ imports: [module] }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(CacheConfigError);
      expect(new Set((error as CacheConfigError).faults.map(({ path }) => path))).toEqual(
        new Set(['evction', 'maxSizeMb', 'ttlHours', 'cache.jitter']),
      );
    }
  });

  it.each([null, undefined, 1, {}])('refuses %p for options', async (options) => {
    const started = App.start({ imports: [GenerationCacheModule.forRoot(options as never)] });
    await expect(started).rejects.toThrow(CacheConfigError);
  });
});

describe('GenerationCacheModule.forRootAsync', () => {
  @Injectable()
  class Settings {
    readonly release = '4.2';
  }
  @Module({ providers: [Settings], exports: [Settings] })
  class SettingsModule {}

  it('asks its factory once, with what is injected', async () => {
    let calls = 0;
    const module = GenerationCacheModule.forRootAsync({
      imports: [SettingsModule],
      inject: [Settings],
      useFactory: async ({ release }: Settings) => (calls++, { ...inMemory, version: release }),
    });
    const app = await App.start({ imports: [module] });
    expect(app.get(GenerationCache).getCacheKey('a')).toMatch(/^generation:4\.2:/);
    expect(calls).toBe(1);
  });

  it('takes the name beside the factory, not from it', async () => {
    const useFactory = (): GenerationCacheOptions => ({ ...inMemory, name: 'a', isGlobal: false });
    const error = await App.start({ imports: [GenerationCacheModule.forRootAsync({ useFactory })] }).catch(
      (reason: unknown) => reason,
    );
    expect((error as CacheConfigError).faults.map(({ path }) => path)).toEqual(['name', 'isGlobal']);
  });
});
