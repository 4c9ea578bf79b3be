import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { CacheConfigError, CacheModule, type CacheModuleOptions, type CacheOptionsFactory } from 'nestjs-cached';
import { App } from '../decorators/support/app.js';

afterEach(() => App.closeAll());

@Injectable()
class Settings implements CacheOptionsFactory {
  namespace = 'from-settings';
  async createCacheOptions(): Promise<CacheModuleOptions> {
    return { namespace: this.namespace, ttl: '2m' };
  }
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

describe('forRoot', () => {
  it('needs no options', async () => {
    const app = await App.start({ cache: false, imports: [CacheModule.forRoot()] });
    expect(await app.cache().set('k', 1)).toBe(true);
    expect(Math.round((await app.cache().getTtl('k'))! / 60_000)).toBe(60);
  });

  it('lists every fault when the module compiles', async () => {
    const bad = {
      ttl: '5 minutes',
      backend: 'redis',
      memory: { maxEntries: -1, isolaton: 'clone' },
      jitter: 'much',
      unknown: 1,
      redis: { url: 'http://here', host: 'there' },
    } as unknown as CacheModuleOptions;
    const error = await App.start({ cache: bad }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CacheConfigError);
    const paths = (error as CacheConfigError).faults.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(['ttl', 'memory.maxEntries', 'memory.isolaton', 'jitter', 'unknown', 'redis.url']),
    );
    for (const path of paths) expect((error as Error).message).toContain(`  - ${path}: `);
  });

  it.each([null, 1, 'redis', []])('refuses %p for options', async (options) => {
    const start = async () => App.start({ cache: false, imports: [CacheModule.forRoot(options as never)] });
    await expect(start()).rejects.toBeInstanceOf(CacheConfigError);
  });

  it.each(['tiered', 'disk'])('refuses %s without what it needs', async (name) => {
    const options = { backend: name } as CacheModuleOptions;
    await expect(App.start({ cache: options })).rejects.toThrow(name);
  });
});

describe('forRootAsync', () => {
  const namespaceOf = (app: App): string => app.lines.find((line) => line.startsWith('Cache "default"'))!;

  it('takes options from a factory, with what is injected into it', async () => {
    const imports = [
      CacheModule.forRootAsync({
        imports: [SettingsModule],
        inject: [Settings],
        useFactory: async (settings: Settings) => settings.createCacheOptions(),
      }),
    ];
    const app = await App.start({ cache: false, imports });
    expect(namespaceOf(app)).toContain('namespace "from-settings"');
    expect(namespaceOf(app)).toContain('ttl 2m');
  });

  it('takes options from a class of its own', async () => {
    const app = await App.start({ cache: false, imports: [CacheModule.forRootAsync({ useClass: Settings })] });
    expect(namespaceOf(app)).toContain('namespace "from-settings"');
  });

  it('takes options from a class that exists', async () => {
    const imports = [CacheModule.forRootAsync({ imports: [SettingsModule], useExisting: Settings }), SettingsModule];
    const app = await App.start({ cache: false, imports });
    expect(namespaceOf(app)).toContain('namespace "from-settings"');
  });

  it('has the name beside the factory', async () => {
    const imports = [CacheModule.forRootAsync({ name: 'reports', useClass: Settings })];
    const app = await App.start({ imports });
    expect(app.cache('reports').name).toBe('reports');
  });

  it.each(['name', 'isGlobal'])('refuses %s in what the factory returns', async (option) => {
    const useFactory = () => ({ [option]: option === 'name' ? 'reports' : false });
    await expect(
      App.start({ cache: false, imports: [CacheModule.forRootAsync({ useFactory })] }),
    ).rejects.toMatchObject({
      faults: [{ path: option, message: 'must stand beside the factory of forRootAsync, not in what it returns' }],
    });
  });

  it.each([null, 1, 'redis', []])('refuses %p from a factory', async (options) => {
    const imports = [CacheModule.forRootAsync({ useFactory: () => options as never })];
    await expect(App.start({ cache: false, imports })).rejects.toBeInstanceOf(CacheConfigError);
  });

  it('stops the start with the factory’s own error', async () => {
    const error = new Error('no settings');
    const imports = [CacheModule.forRootAsync({ useFactory: () => Promise.reject(error) })];
    await expect(App.start({ cache: false, imports })).rejects.toBe(error);
  });
});

describe('what is logged', () => {
  it('is one line at start, without secrets', async () => {
    const redis = { url: 'redis://admin:hunter2@127.0.0.1:1/3', connectTimeout: '1s' } as const;
    const app = await App.start({ cache: { redis } });
    const line = app.lines.filter((each) => each.startsWith('Cache "default"'));
    expect(line).toHaveLength(1);
    expect(line[0]).toContain('; redis 127.0.0.1:1/3');
    expect([...app.lines, ...app.warnings].join()).not.toMatch(/hunter2|admin/);
  });

  it('is a line for each hit and miss only when logCalls says so', async () => {
    for (const logCalls of [undefined, true]) {
      const app = await App.start({ cache: { logCalls } });
      await app.cache().getOrSet('k', () => 'value');
      await app.cache().getOrSet('k', () => 'value');
      await app.cache().forTenant('acme').get('k');
      const lines = app.lines.filter((line) => /^(hit|miss)/.test(line));
      expect(lines).toEqual(logCalls ? ['miss k', 'hit k (l1, fresh)', 'miss k of tenant acme'] : []);
      expect(app.lines.join()).not.toContain('value');
      await app.nest.close();
    }
  });
});
