import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Controller, Get, Injectable, Module, Scope } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { Cached } from 'nestjs-cached';
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
}

async function expectCached(app: App, service: Service): Promise<void> {
  expect(await service.find(1)).toBe('1 by run 1');
  expect(await service.find(1)).toBe('1 by run 1');
  expect(await app.keys()).toEqual(['Service:find:1']);
  expect(app.warnings).toEqual([]);
}

describe('an object that Nest has not built', () => {
  it('is cached when a factory makes it', async () => {
    const app = await App.start({ providers: [{ provide: Service, useFactory: () => new Service() }] });
    await expectCached(app, app.get(Service));
  });

  it('is cached when an asynchronous factory makes it', async () => {
    const app = await App.start({ providers: [{ provide: 'service', useFactory: async () => new Service() }] });
    await expectCached(app, app.get<Service>('service'));
  });

  it('is cached when it is a value', async () => {
    const app = await App.start({ providers: [{ provide: Service, useValue: new Service() }] });
    await expectCached(app, app.get(Service));
  });

  it('is cached when it is frozen', async () => {
    const app = await App.start({ providers: [{ provide: Service, useValue: Object.freeze(new Service()) }] });
    await expectCached(app, app.get(Service));
  });

  it('is cached behind a proxy', async () => {
    const proxy = new Proxy(new Service(), {});
    const app = await App.start({ providers: [{ provide: Service, useValue: proxy }] });
    await expectCached(app, app.get(Service));
  });

  it('follows the application that started last, when several are given it one after the other', async () => {
    const service = new Service();
    const first = await App.start({ providers: [{ provide: Service, useValue: service }] });
    expect(await service.find(1)).toBe('1 by run 1');
    await first.nest.close();
    const second = await App.start({ providers: [{ provide: Service, useValue: service }] });
    expect(await service.find(1)).toBe('1 by run 2');
    expect(await second.keys()).toEqual(['Service:find:1']);
  });

  it('stays with the application that built it, when another is given it', async () => {
    const first = await App.start({ providers: [Service] });
    const second = await App.start({ providers: [{ provide: Service, useValue: first.get(Service) }] });
    await expectCached(first, second.get(Service));
    expect(await second.keys()).toEqual([]);
  });

  it('runs uncached when a factory makes it for each request, and says so', async () => {
    const provider = { provide: Service, scope: Scope.REQUEST, useFactory: () => new Service() };
    const app = await App.start({ providers: [provider] });
    const service = await app.nest.resolve(Service, undefined, { strict: false });
    await service.find(1);
    expect(await service.find(1)).toBe('1 by run 2');
    expect(app.warnings).toEqual([
      '@Cached Service.find runs uncached: its object has no cache. Import CacheModule, let Nest make the object, and call the method after the constructor.',
    ]);
  });
});

it('starts beside values of every kind, also one that answers to any name', async () => {
  const anything: object = new Proxy(
    {},
    {
      get: (_, name) =>
        name === 'then' || typeof name === 'symbol' || /^(on|before)/.test(name) ? undefined : anything,
    },
  );
  const values = [Object.create(null), anything, null, 1, 'text', () => 1, Service, [new Service()]] as unknown[];
  const app = await App.start({
    providers: [...values.map((useValue, index) => ({ provide: `value ${index}`, useValue })), Service],
  });
  await expectCached(app, app.get(Service));
});

@Injectable()
class SelfFreezing {
  constructor() {
    Object.freeze(this);
  }

  @Cached()
  async find(id: number): Promise<string> {
    return `${id} by run ${++runs}`;
  }
}

it('caches for a class that freezes its own objects', async () => {
  const app = await App.start({ providers: [SelfFreezing] });
  await app.get(SelfFreezing).find(1);
  expect(await app.get(SelfFreezing).find(1)).toBe('1 by run 1');
  expect(app.warnings).toEqual([]);
});

@Controller('things')
class ThingsController {
  @Get(':id')
  @Cached()
  async find(id: number): Promise<string> {
    return `${id} by run ${++runs}`;
  }

  @Cached()
  @Get('other/:id')
  async other(id: number): Promise<string> {
    return `${id} by run ${++runs}`;
  }
}

it('caches the methods of a controller, which stay routes', async () => {
  const app = await App.start({ controllers: [ThingsController] });
  const controller = app.get(ThingsController);
  await controller.find(1);
  expect(await controller.find(1)).toBe('1 by run 1');
  expect(Reflect.getMetadata('path', controller.find)).toBe(':id');
  expect(Reflect.getMetadata('path', controller.other)).toBe('other/:id');
});

@Module({ providers: [Service] })
class LateModule {}

@Injectable()
class LateAsking {
  @Cached({ cache: 'nowhere' })
  async find(id: number): Promise<string> {
    return `${id} by run ${++runs}`;
  }
}

@Module({ providers: [LateAsking] })
class LateAskingModule {}

describe('a module that is loaded later', () => {
  it('is cached', async () => {
    const app = await App.start({});
    const late = await app.nest.get(LazyModuleLoader, { strict: false }).load(() => LateModule);
    await expectCached(app, late.get(Service));
  });

  it('runs uncached when it asks for a cache there is none of, and says so once', async () => {
    const app = await App.start({});
    const late = await app.nest.get(LazyModuleLoader, { strict: false }).load(() => LateAskingModule);
    await late.get(LateAsking).find(1);
    expect(await late.get(LateAsking).find(1)).toBe('1 by run 2');
    expect(app.warnings).toEqual(['@Cached LateAsking.find runs uncached: there is no cache named "nowhere".']);
  });
});

describe('in tests of the application', () => {
  it('leaves a class alone that takes the place of another', async () => {
    class Mock {
      find = jest.fn(async (id: number) => `mock ${id}`);
    }
    const app = await App.start({
      providers: [Service],
      adapt: (builder) => builder.overrideProvider(Service).useClass(Mock),
    });
    expect(await app.get(Service).find(1)).toBe('mock 1');
    expect(await app.get(Service).find(1)).toBe('mock 1');
    expect(app.get(Service).find).toHaveBeenCalledTimes(2);
  });

  it('leaves a value alone that takes the place of a class', async () => {
    const app = await App.start({
      providers: [Service],
      adapt: (builder) => builder.overrideProvider(Service).useValue({ find: async () => 'value' }),
    });
    expect(await app.get(Service).find(1)).toBe('value');
    expect(app.warnings).toEqual([]);
  });

  it('caches what a spy on the object calls', async () => {
    const app = await App.start({ providers: [Service] });
    const spy = jest.spyOn(app.get(Service), 'find');
    await expectCached(app, app.get(Service));
    expect(spy).toHaveBeenCalledTimes(2);
    spy.mockRestore();
    expect(await app.get(Service).find(1)).toBe('1 by run 1');
  });

  it('caches what a spy on the prototype calls', async () => {
    const spy = jest.spyOn(Service.prototype, 'find');
    const app = await App.start({ providers: [Service] });
    await expectCached(app, app.get(Service));
    expect(spy).toHaveBeenCalledTimes(2);
    spy.mockRestore();
  });
});
