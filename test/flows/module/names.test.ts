import { afterEach, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Module, type DynamicModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CacheManager, CacheModule, CacheRegistry, Cached, getCacheToken, InjectCache } from 'nestjs-cached';
import { CacheTestingModule } from 'nestjs-cached/testing';
import { App } from '../decorators/support/app.js';

afterEach(() => App.closeAll());

@Injectable()
class Reader {
  constructor(
    @Inject(CacheManager) readonly byClass: CacheManager,
    @InjectCache('reports') readonly reports: CacheManager,
  ) {}
}

describe('named caches', () => {
  it('are injected by their name, the default one by its class', async () => {
    const app = await App.start({
      providers: [Reader],
      imports: [CacheModule.forRoot({ name: 'reports', ttl: '2m' })],
    });
    const { byClass, reports } = app.get(Reader);
    expect([byClass.name, reports.name]).toEqual(['default', 'reports']);
    await reports.set('k', 1);
    expect(await byClass.has('k')).toBe(false);
    expect(await reports.getTtl('k')).toBeGreaterThan(119_000);
    expect(getCacheToken()).toBe(CacheManager);
    expect(getCacheToken('default')).toBe(CacheManager);
    expect(app.get(getCacheToken('reports') as string)).toBe(reports);
    expect(app.get(CacheRegistry).names).toEqual(['default', 'reports']);
  });

  it.each([
    ['the default one twice', {}, 'default'],
    ['the default one by its name', { name: 'default' }, 'default'],
  ])('two of one name stop the start: %s', async (_, options, name) => {
    await expect(App.start({ imports: [CacheModule.forRoot(options)] })).rejects.toMatchObject({
      name: 'CacheConfigError',
      faults: [{ path: 'name', message: expect.stringContaining(`there are two caches named "${name}"`) }],
    });
  });

  it('two of one name stop the start also when their options come later', async () => {
    const imports = ['a', 'a'].map((name) => CacheModule.forRootAsync({ name, useFactory: async () => ({}) }));
    await expect(App.start({ imports })).rejects.toThrow('there are two caches named "a"');
  });
});

describe('isGlobal', () => {
  @Injectable()
  class Apart {
    constructor(@Inject(CacheManager) readonly cache: CacheManager) {}
  }

  @Injectable()
  class Decorated {
    @Cached()
    async find(id: number): Promise<number> {
      return id;
    }
  }

  function apart(...imports: DynamicModule[]): DynamicModule {
    @Module({})
    class ApartModule {}
    return { module: ApartModule, imports, providers: [Apart, Decorated] };
  }

  it('lets every module inject the cache by default', async () => {
    const app = await App.start({ imports: [apart()] });
    expect(app.get(Apart).cache.name).toBe('default');
  });

  it.each(['forRoot', 'forRootAsync'] as const)('false limits injection to those who import it: %s', async (method) => {
    const make = () =>
      method === 'forRoot'
        ? CacheModule.forRoot({ isGlobal: false })
        : CacheModule.forRootAsync({ isGlobal: false, useFactory: () => ({}) });
    await expect(App.start({ cache: false, imports: [make(), apart()] })).rejects.toThrow('CacheManager');
    const app = await App.start({ cache: false, imports: [apart(make())] });
    expect(app.get(Apart).cache.name).toBe('default');
  });

  it('false does not limit the decorators', async () => {
    @Module({ imports: [CacheModule.forRoot({ isGlobal: false })] })
    class OtherModule {}
    const app = await App.start({ cache: false, providers: [Decorated], imports: [OtherModule] });
    await app.get(Decorated).find(1);
    expect(await app.keys()).toEqual(['Decorated:find:1']);
  });
});

it('CacheTestingModule stands in its place', async () => {
  const nest = await Test.createTestingModule({ imports: [CacheTestingModule.forRoot()] }).compile();
  expect(nest.get(CacheManager).name).toBe('default');
  await nest.close();
});
