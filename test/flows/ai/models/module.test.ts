import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Module,
  Scope,
  type BeforeApplicationShutdown,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CacheConfigError, CacheError, CacheKeyError, CacheUsageError } from 'nestjs-cached';
import { CachedInstance, ModelCache, ModelCacheModule, type ModelCacheOptions } from 'nestjs-cached/ai';
import { deferred, settle } from '../../../support/deferred.js';
import { App } from '../../decorators/support/app.js';
import { Engine } from './scene.js';

afterEach(() => App.closeAll());

const start = (providers: Parameters<typeof App.start>[0]['providers'], options?: ModelCacheOptions): Promise<App> =>
  App.start({ imports: [ModelCacheModule.forRoot(options)], providers: providers!, cache: false });

@Injectable()
class Engines {
  made = 0;

  @CachedInstance()
  async of(language: string, options: { readonly fast?: boolean } = {}): Promise<Engine> {
    this.made++;
    return new Engine(`${language}${options.fast ? ' fast' : ''}`);
  }
}

describe('ModelCacheModule', () => {
  it('gives a cache to inject, which the application closes', async () => {
    const app = await start([]);
    const models = app.get(ModelCache);
    const engine = await models.getModel('a', () => new Engine('a'));
    await App.closeAll();
    expect(engine.isDisposed).toBe(true);
  });

  it('lets what uses an instance end, when it is closed', async () => {
    const app = await start([]);
    const work = deferred<void>();
    const engine = new Engine('a');
    const used = app.get(ModelCache).use(
      'a',
      () => engine,
      async () => (await work.promise, engine.isDisposed),
    );
    const closed = App.closeAll();
    setImmediate(() => work.resolve());
    expect(await used).toBe(false);
    await closed;
    expect(engine.isDisposed).toBe(true);
  });

  it('has its models until all others have ended: requests under way, and the other phases of a shutdown', async () => {
    const log: string[] = [];
    const [arrived, ending] = [deferred<void>(), deferred<void>()];
    const ask = (models: ModelCache, key: string): Promise<void> =>
      models.use(
        key,
        () => new Engine(key),
        ({ isDisposed }) => void log.push(`${key} ${isDisposed}`),
      );
    @Injectable()
    class Owner implements OnModuleDestroy, BeforeApplicationShutdown, OnApplicationShutdown {
      constructor(private readonly models: ModelCache) {}
      onModuleDestroy = (): Promise<void> => ask(this.models, 'destroy');
      beforeApplicationShutdown = (): Promise<void> =>
        ask(this.models, 'before').then(() => void settle().then(() => ending.resolve()));
      onApplicationShutdown = (): Promise<void> => ask(this.models, 'shutdown');
    }
    @Controller()
    class Answers {
      constructor(private readonly models: ModelCache) {}
      @Get()
      async answer(): Promise<string> {
        arrived.resolve();
        await ending.promise;
        await ask(this.models, 'request');
        return 'answered';
      }
    }
    @Module({ imports: [ModelCacheModule.forRoot()], providers: [Owner], controllers: [Answers] })
    class Root {}
    const nest = await NestFactory.create(Root, { logger: false });
    await nest.listen(0, '127.0.0.1');
    const models = nest.get(ModelCache);
    const answer = fetch(await nest.getUrl(), { headers: { connection: 'close' } }).then((response) => response.text());
    await arrived.promise;
    await nest.close();
    expect(await answer).toBe('answered');
    expect(log).toEqual(['destroy false', 'before false', 'request false', 'shutdown false']);
    expect(models.getStats()).toMatchObject({ instances: 0, disposed: 4 });
    await expect(ask(models, 'later')).rejects.toThrow(CacheError);
  });

  it('lists every fault of its options when it compiles', async () => {
    const bad = { maxInstances: 0, idelTtl: '5m', grace: 'soon', whenFull: 'never', drainTimeout: Infinity };
    for (const module of [
      ModelCacheModule.forRoot(bad as unknown as ModelCacheOptions),
      ModelCacheModule.forRootAsync({ useFactory: () => bad as unknown as ModelCacheOptions }),
    ]) {
      const error = await App.start({ imports: [module] }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(CacheConfigError);
      const paths = (error as CacheConfigError).faults.map(({ path }) => path);
      expect(paths.sort()).toEqual(['drainTimeout', 'grace', 'idelTtl', 'maxInstances', 'whenFull']);
    }
    await expect(start([], null as never)).rejects.toThrow(CacheConfigError);
  });

  it('takes its options from what is injected', async () => {
    @Injectable()
    class Settings {
      readonly maxInstances = 1;
    }
    @Module({ providers: [Settings], exports: [Settings] })
    class SettingsModule {}
    const module = ModelCacheModule.forRootAsync({
      imports: [SettingsModule],
      inject: [Settings],
      useFactory: async ({ maxInstances }: Settings) => ({ maxInstances }),
    });
    const app = await App.start({ imports: [module], cache: false });
    const models = app.get(ModelCache);
    for (const key of 'ab') await models.getModel(key, () => new Engine(key));
    expect([models.has('a'), models.has('b')]).toEqual([false, true]);
  });

  it('warns of disposals that fail, and once of too many instances', async () => {
    const app = await start([], { maxInstances: 1 });
    const models = app.get(ModelCache);
    const dispose = (): never => {
      throw new Error('stuck');
    };
    const leases = [];
    for (const key of 'ab') leases.push(await models.lease(key, () => 'model', { dispose }));
    for (const lease of leases) lease.release();
    for (const key of 'cd') leases.push(await models.lease(key, () => 'model'));
    await models.delete('b');
    for (const lease of leases) lease.release();
    expect(app.warnings).toEqual([
      expect.stringContaining('There are 2 models of 0 bytes'),
      'The model "a" could not be disposed of: stuck',
      'The model "b" could not be disposed of: stuck',
    ]);
  });
});

describe('@CachedInstance', () => {
  it('gives the same arguments the same instance, by reference', async () => {
    const app = await start([Engines]);
    const engines = app.get(Engines);
    const [one, same, fast] = await Promise.all([
      engines.of('eng'),
      engines.of('eng'),
      engines.of('eng', { fast: true }),
    ]);
    expect(same).toBe(one);
    expect(fast).not.toBe(one);
    expect(await engines.of('eng')).toBe(one);
    expect(engines.made).toBe(2);
    expect(app.get(ModelCache).has('Engines:of:eng')).toBe(true);
    await App.closeAll();
    expect([one.isDisposed, fast.isDisposed]).toEqual([true, true]);
  });

  it('finds a ModelCache that is a plain provider', async () => {
    const models = new ModelCache();
    const app = await App.start({ providers: [Engines, { provide: ModelCache, useValue: models }], cache: false });
    const engine = await app.get(Engines).of('eng');
    expect(models.getStats()).toMatchObject({ instances: 1 });
    await App.closeAll();
    expect(engine.isDisposed).toBe(true);
  });

  it('takes a key, and how the instance is kept', async () => {
    const disposed: string[] = [];
    @Injectable()
    class Clients {
      made = 0;
      @CachedInstance({
        key: ({ host }: { host: string; trace: string }) => host,
        dispose: (client) => void disposed.push(client.name),
        size: 5,
      })
      async of({ host }: { host: string; trace: string }): Promise<Engine> {
        this.made++;
        return new Engine(host);
      }

      @CachedInstance({ key: (port: number) => ({ port }) })
      async at(port: number): Promise<Engine> {
        return new Engine(`${port}`);
      }
    }
    const app = await start([Clients]);
    const clients = app.get(Clients);
    const models = app.get(ModelCache);
    expect(await clients.of({ host: 'a', trace: '1' })).toBe(await clients.of({ host: 'a', trace: '2' }));
    await clients.at(5);
    expect([models.has('a'), models.has('Clients:at:{port:5}'), models.getStats().bytes]).toEqual([true, true, 5]);
    await App.closeAll();
    expect(disposed).toEqual(['a']);
  });

  it('keeps apart classes of one name, and a method from the one it overrides', async () => {
    @Injectable()
    class Other {
      @CachedInstance()
      async of(language: string): Promise<Engine> {
        return new Engine(`other ${language}`);
      }
    }
    Object.defineProperty(Other, 'name', { value: 'Engines' });
    @Injectable()
    class Loud extends Engines {
      @CachedInstance()
      override async of(language: string): Promise<Engine> {
        return new Engine(`loud ${(await super.of(language)).name}`);
      }
    }
    const app = await start([Engines, Other, Loud]);
    expect((await app.get(Engines).of('eng')).name).toBe('eng');
    expect((await app.get(Other).of('eng')).name).toBe('other eng');
    expect((await app.get(Loud).of('eng')).name).toBe('loud eng');
    expect(app.get(ModelCache).getStats().instances).toBe(4);
  });

  it('works on request-scoped and on frozen objects', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      @CachedInstance()
      async model(): Promise<Engine> {
        return new Engine('model');
      }
    }
    @Injectable()
    class Frozen {
      constructor() {
        Object.freeze(this);
      }
      @CachedInstance()
      async model(): Promise<Engine> {
        return new Engine('model');
      }
    }
    const app = await start([PerRequest, Frozen]);
    const [one, other] = [await app.nest.resolve(PerRequest), await app.nest.resolve(PerRequest)];
    expect(one).not.toBe(other);
    expect(await one.model()).toBe(await other.model());
    expect(Object.keys(one)).toEqual([]);
    const frozen = app.get(Frozen);
    expect(await frozen.model()).toBe(await frozen.model());
  });

  it('runs as it is without a ModelCache, and says so once', async () => {
    const app = await App.start({ providers: [Engines] });
    const engines = app.get(Engines);
    expect(await engines.of('eng')).not.toBe(await engines.of('eng'));
    expect(app.warnings).toEqual([
      expect.stringContaining('@CachedInstance on Engines.of makes an instance at each call'),
    ]);
  });

  it('rejects a call that no key can be made of, and makes nothing that nobody would dispose of', async () => {
    @Injectable()
    class Odd {
      made = 0;
      @CachedInstance()
      async of(make: () => Engine): Promise<Engine> {
        this.made++;
        return make();
      }
      @CachedInstance({ key: () => '' })
      async empty(): Promise<number> {
        return ++this.made;
      }
    }
    const app = await start([Odd]);
    const odd = app.get(Odd);
    await expect(odd.of(() => new Engine('a'))).rejects.toThrow(CacheKeyError);
    await expect(odd.empty()).rejects.toThrow(CacheUsageError);
    expect(odd.made).toBe(0);
  });

  it('hands on what the method fails with, and runs it again', async () => {
    @Injectable()
    class Failing {
      made = 0;
      @CachedInstance()
      async of(): Promise<number> {
        if (++this.made === 1) throw new RangeError('no');
        return this.made;
      }
    }
    const app = await start([Failing]);
    await expect(app.get(Failing).of()).rejects.toThrow(RangeError);
    expect(await app.get(Failing).of()).toBe(2);
  });

  it.each([
    ['idleTtl', { idleTtl: 'soon' }],
    ['dispose', { dispose: 'close' }],
    ['size', { size: -1 }],
    ['key', { key: 'a' }],
    ['ttl', { ttl: 5 }],
    ['options', 5],
  ])('is refused at decoration for a bad %s', (name, options) => {
    const declare = (): void => {
      class Bad {
        @CachedInstance(options as never)
        async of(): Promise<number> {
          return 1;
        }
      }
      void Bad;
    };
    expect(declare).toThrow(CacheUsageError);
    expect(declare).toThrow(`@CachedInstance on Bad.of: ${name}`);
  });

  it('is refused on static methods, and on what is no method', () => {
    expect(() => CachedInstance()(Engines.prototype, 'made', { value: 1 as never })).toThrow(CacheUsageError);
    expect(() => {
      class Static {
        @CachedInstance()
        static async of(): Promise<number> {
          return 1;
        }
      }
      void Static;
    }).toThrow(/static method/);
  });
});
