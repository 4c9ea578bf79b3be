import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Logger, Module, type OnModuleInit } from '@nestjs/common';
import { Cached, CacheManager, CacheModule, InjectCache } from 'nestjs-cached';
import { FakeClock } from 'nestjs-cached/testing';
import { App } from './support/app.js';

let runs = 0;
beforeEach(() => void (runs = 0));
afterEach(() => App.closeAll());

@Injectable()
class Service {
  @Cached()
  async find(id: number): Promise<string> {
    return `${id} by run ${++runs}`;
  }

  @Cached()
  async other(id: number): Promise<string> {
    return `${id} by run ${++runs}`;
  }
}

describe('two applications in one process', () => {
  it('have caches of their own', async () => {
    const one = await App.start({ providers: [Service] });
    const other = await App.start({ providers: [Service] });
    expect(await one.get(Service).find(1)).toBe('1 by run 1');
    expect(await other.get(Service).find(1)).toBe('1 by run 2');
    expect(await one.get(Service).find(1)).toBe('1 by run 1');
    expect(await other.get(Service).find(1)).toBe('1 by run 2');
    await one.cache().clear();
    expect(await one.get(Service).find(1)).toBe('1 by run 3');
    expect(await other.get(Service).find(1)).toBe('1 by run 2');
  });

  it('answer on when one of them has been closed', async () => {
    const one = await App.start({ providers: [Service] });
    const other = await App.start({ providers: [Service] });
    await one.get(Service).find(1);
    await other.get(Service).find(1);
    await one.nest.close();
    expect(await one.get(Service).find(1)).toContain('1 by run');
    expect(await other.get(Service).find(1)).toBe('1 by run 2');
  });
});

describe('without a cache', () => {
  it('an object made by hand runs its methods as they are, and warns once for each', async () => {
    const warnings: unknown[] = [];
    const warn = (line: unknown): void => void warnings.push(line);
    Logger.overrideLogger({ log: warn, warn, error: warn });
    class ByHand extends Service {
      @Cached()
      override async find(id: number): Promise<string> {
        return `${id} by run ${++runs}`;
      }
    }
    const service = new ByHand();
    await service.find(1);
    expect(await service.find(1)).toBe('1 by run 2');
    expect(await new ByHand().find(1)).toBe('1 by run 3');
    expect(warnings).toEqual([
      '@Cached ByHand.find runs uncached: its object has no cache. Import CacheModule, let Nest make the object, and call the method after the constructor.',
    ]);
    const { find } = service;
    expect(await find(2)).toBe('2 by run 4');
  });

  it('an application without the module starts, and runs the methods as they are', async () => {
    @Injectable()
    class Bare {
      @Cached()
      async find(id: number): Promise<string> {
        return `${id} by run ${++runs}`;
      }
    }
    const app = await App.start({ providers: [Bare], cache: false });
    await app.get(Bare).find(1);
    expect(await app.get(Bare).find(1)).toBe('1 by run 2');
    expect(app.warnings).toHaveLength(1);
  });
});

@Injectable()
class Settings {
  constructor() {
    void this.read('constructor');
  }

  @Cached()
  async read(name: string): Promise<string> {
    return `${name} by run ${++runs}`;
  }
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

describe('at the start', () => {
  it('a class that the options of the cache are made from is cached later on', async () => {
    const caching = CacheModule.forRootAsync({
      imports: [SettingsModule],
      inject: [Settings],
      useFactory: async (settings: Settings) => ({
        clock: new FakeClock(),
        namespace: await settings.read('namespace'),
      }),
    });
    const app = await App.start({ cache: false, imports: [caching, SettingsModule] });
    const settings = app.get(Settings);
    runs = 0;
    await settings.read('later');
    expect(await settings.read('later')).toBe('later by run 1');
    expect(await app.keys()).toEqual(['Settings:read:later']);
  });

  it('a method that the constructor calls runs as it is', async () => {
    const app = await App.start({ providers: [Settings] });
    expect(runs).toBe(1);
    expect(await app.get(Settings).read('constructor')).toBe('constructor by run 2');
    expect(await app.get(Settings).read('constructor')).toBe('constructor by run 2');
  });

  it('a method that onModuleInit calls is cached, also of a factory’s object', async () => {
    @Injectable()
    class Starter implements OnModuleInit {
      constructor(
        @Inject(Service) private readonly service: Service,
        @Inject('made') private readonly made: Service,
      ) {}

      async onModuleInit(): Promise<void> {
        await this.service.find(1);
        await this.made.other(1);
      }
    }
    const made = { provide: 'made', useFactory: () => new Service() };
    const app = await App.start({ providers: [Starter, Service, made] });
    expect(await app.keys()).toEqual(['Service:find:1', 'Service:other:1']);
    expect(app.warnings).toEqual([]);
  });

  it('an injected manager is the cache that the decorators use', async () => {
    @Injectable()
    class Reader {
      constructor(
        @Inject(CacheManager) readonly byClass: CacheManager,
        @InjectCache() readonly byName: CacheManager,
      ) {}
      @InjectCache('default') readonly byProperty!: CacheManager;
    }
    const app = await App.start({ providers: [Service, Reader] });
    const { byClass, byName, byProperty } = app.get(Reader);
    await app.get(Service).find(1);
    for (const manager of [byClass, byName, byProperty]) expect(await manager.get('Service:find:1')).toBe('1 by run 1');
  });
});

describe('objects of one class that factories made', () => {
  class Table {
    constructor(readonly name: string) {}

    @Cached()
    async find(id: number): Promise<string> {
      return `${this.name}:${id}`;
    }
  }
  const users = { provide: 'users', useFactory: () => new Table('users') };
  const orders = { provide: 'orders', useFactory: () => new Table('orders') };

  it('are refused at start when they would share their keys', async () => {
    await expect(App.start({ providers: [users, orders] })).rejects.toThrow(/2 objects of the class Table/);
    const value = { provide: 'values', useValue: new Table('values') };
    await expect(App.start({ providers: [users, value] })).rejects.toThrow(/Table\.find/);
  });

  it('may be one under several tokens, or of classes of their own', async () => {
    class Orders extends Table {}
    const derived = { provide: 'orders', useFactory: () => new Orders('orders') };
    const alias = { provide: 'people', useExisting: 'users' };
    const app = await App.start({ providers: [users, alias, derived] });
    expect(await app.nest.get<Table>('people').find(1)).toBe('users:1');
    expect(await app.nest.get<Table>('orders').find(1)).toBe('orders:1');
  });
});
