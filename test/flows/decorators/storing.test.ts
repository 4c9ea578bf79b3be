import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { CacheConfig, Cached, CacheModule } from 'nestjs-cached';
import { deferred } from '../../support/deferred.js';
import { App } from './support/app.js';

let runs = 0;
beforeEach(() => void (runs = 0));
afterEach(() => App.closeAll());

class User {
  constructor(readonly name: string) {}
  greet(): string {
    return `I am ${this.name}`;
  }
}

/** What the methods return next. */
let next: unknown;
let unless: (value: unknown) => boolean;
let tags: readonly string[];

@Injectable()
class Service {
  @Cached({ ttl: '10s' })
  async fixed(): Promise<number> {
    return ++runs;
  }

  @Cached({ ttl: (value, extra) => Number(value) + extra })
  async computed(_extra: number): Promise<unknown> {
    return (runs++, next);
  }

  @Cached({
    ttl: () => {
      throw new RangeError('no ttl');
    },
  })
  async faultyTtl(): Promise<number> {
    return ++runs;
  }

  @Cached({ operation: 'key-points' })
  async operation(): Promise<number> {
    return ++runs;
  }

  @Cached({ operation: 'keyPoints', ttl: '1d' })
  async operationAndTtl(): Promise<number> {
    return ++runs;
  }

  @Cached({ operation: 'other', ttl: '20s' })
  async unknownOperation(): Promise<number> {
    return ++runs;
  }

  @Cached({ tags: ['fixed'] })
  async tagged(): Promise<number> {
    return ++runs;
  }

  @Cached({ tags: (id) => [`thing:${id}`, 'things'] })
  async taggedBy(_id: number): Promise<number> {
    return ++runs;
  }

  @Cached({ tags: () => tags })
  async badlyTagged(): Promise<number> {
    return ++runs;
  }

  @Cached({ condition: (id) => id > 0 })
  async conditional(_id: number): Promise<number> {
    return ++runs;
  }

  @Cached({ unless: (value) => unless(value) })
  async unlessSo(): Promise<unknown> {
    return (runs++, next);
  }

  @Cached()
  async any(): Promise<unknown> {
    runs++;
    return next;
  }

  @Cached({ cache: 'second' })
  async elsewhere(): Promise<number> {
    return ++runs;
  }
}

async function start(): Promise<{ app: App; service: Service }> {
  const second = CacheModule.forRoot({ name: 'second', namespace: 'second' });
  const app = await App.start({ providers: [Service], imports: [second], cache: { operations: { keyPoints: '5s' } } });
  return { app, service: app.get(Service) };
}

describe('ttl', () => {
  it.each([
    ['fixed', 10_000],
    ['operation', 5_000],
    ['operationAndTtl', 5_000],
    ['unknownOperation', 20_000],
    ['tagged', 3_600_000],
  ] as const)('of %s is %d ms', async (name, ttl) => {
    const { app, service } = await start();
    await service[name]();
    await app.clock.advance(ttl - 1);
    expect(await service[name]()).toBe(1);
    await app.clock.advance(1);
    expect(await service[name]()).toBe(2);
  });

  it('may be computed from value and arguments', async () => {
    const { app, service } = await start();
    next = 1_000;
    await service.computed(500);
    await app.clock.advance(1_499);
    await service.computed(500);
    expect(runs).toBe(1);
    await app.clock.advance(1);
    await service.computed(500);
    expect(runs).toBe(2);
  });

  it('that is computed to be negative stores nothing, and is an event', async () => {
    const { app, service } = await start();
    const errors = app.errors();
    next = -1_000;
    expect(await service.computed(1)).toBe(-1_000);
    expect(await app.keys()).toEqual([]);
    expect(errors).toEqual(['ttl: CacheUsageError: The ttl computed for "Service:computed:1" is -999.']);
  });

  it('whose computing fails stores nothing: the value is the caller’s all the same', async () => {
    const { app, service } = await start();
    const errors = app.errors();
    expect([await service.faultyTtl(), await service.faultyTtl()]).toEqual([1, 2]);
    expect(errors).toEqual(['load: RangeError: no ttl', 'load: RangeError: no ttl']);
    expect(app.warnings).toEqual(['@Cached Service.faultyTtl did not store a value: no ttl.']);
  });
});

describe('tags', () => {
  it('are fixed, or made from the arguments', async () => {
    const { app, service } = await start();
    const all = () => Promise.all([service.tagged(), service.taggedBy(1), service.taggedBy(2)]);
    expect(await all()).toEqual([1, 2, 3]);
    await app.cache().invalidateTags('thing:1');
    expect(await all()).toEqual([1, 4, 3]);
    await app.cache().invalidateTags('fixed');
    expect(await all()).toEqual([5, 4, 3]);
    await app.cache().invalidateTags('things');
    expect(await all()).toEqual([5, 6, 7]);
  });

  it.each([[['']], [[1]], [undefined], ['text']])('%p leaves the call uncached', async (bad) => {
    const { app, service } = await start();
    const errors = app.errors();
    tags = bad as string[];
    expect([await service.badlyTagged(), await service.badlyTagged()]).toEqual([1, 2]);
    expect(errors).toHaveLength(2);
    expect(app.warnings).toHaveLength(1);
  });
});

it('condition lets the method run as it is', async () => {
  const { app, service } = await start();
  expect([await service.conditional(0), await service.conditional(0), await service.conditional(1)]).toEqual([1, 2, 3]);
  expect(await service.conditional(1)).toBe(3);
  expect(await app.keys()).toEqual(['Service:conditional:1']);
});

it('unless gives the value and does not store it', async () => {
  const { app, service } = await start();
  unless = (value) => value === 'not this';
  next = 'not this';
  expect(await service.unlessSo()).toBe('not this');
  expect(await app.keys()).toEqual([]);
  next = 'this';
  await service.unlessSo();
  await service.unlessSo();
  expect(runs).toBe(2);
});

it('unless that fails gives the value and does not store it', async () => {
  const { app, service } = await start();
  unless = () => {
    throw new RangeError('no telling');
  };
  next = 1;
  expect(await service.unlessSo()).toBe(1);
  expect(await app.keys()).toEqual([]);
  expect(app.warnings).toEqual(['@Cached Service.unlessSo did not store a value: no telling.']);
});

it('cache names another cache', async () => {
  const { app, service } = await start();
  await service.elsewhere();
  expect(await service.elsewhere()).toBe(1);
  expect(await app.keys()).toEqual([]);
  expect(await app.keys('second')).toEqual(['Service:elsewhere']);
});

describe('values', () => {
  it.each([undefined, null, false, 0, '', Number.NaN, [], {}])('%p is stored', async (value) => {
    const { service } = await start();
    next = value;
    expect(await service.any()).toEqual(value);
    expect(await service.any()).toEqual(value);
    expect(runs).toBe(1);
  });

  it('belong to each caller alone', async () => {
    const { service } = await start();
    next = { list: [1] };
    const first = (await service.any()) as { list: number[] };
    first.list.push(2);
    const second = (await service.any()) as { list: number[] };
    second.list.push(3);
    expect(await service.any()).toEqual({ list: [1] });
  });

  it('of classes come back as their data', async () => {
    const { service } = await start();
    next = new User('Ada');
    expect(await service.any()).toBe(next);
    const again = await service.any();
    expect(again).toStrictEqual({ name: 'Ada' });
  });

  it('that cannot be stored are given to every caller, with an event', async () => {
    const { app, service } = await start();
    const errors = app.errors();
    next = { save: () => 1 };
    expect(await service.any()).toBe(next);
    expect(await service.any()).toBe(next);
    expect(runs).toBe(2);
    expect(errors[0]).toContain('$.save');
  });
});

describe('errors', () => {
  @Injectable()
  class Failing {
    readonly gate = deferred<number>();
    @Cached()
    async find(): Promise<number> {
      runs++;
      return this.gate.promise;
    }
  }

  it('reach every caller unchanged, and are not cached', async () => {
    const app = await App.start({ providers: [Failing] });
    const failing = app.get(Failing);
    const error = new RangeError('mine');
    const calls = [failing.find(), failing.find(), failing.find()];
    failing.gate.reject(error);
    const outcomes = await Promise.allSettled(calls);
    for (const outcome of outcomes) expect((outcome as PromiseRejectedResult).reason).toBe(error);
    expect(runs).toBe(1);
    await expect(failing.find()).rejects.toBe(error);
    expect(runs).toBe(2);
    expect(await app.keys()).toEqual([]);
  });
});

describe('@CacheConfig', () => {
  @CacheConfig({ keyPrefix: 'base', ttl: '10s', tags: ['base'], cache: 'second' })
  class Base {
    @Cached({ tags: ['own'] })
    async find(_id: number): Promise<number> {
      return ++runs;
    }

    @Cached({ ttl: '20s', keyPrefix: 'mine', cache: 'default' })
    async other(): Promise<number> {
      return ++runs;
    }
  }

  @Injectable()
  @CacheConfig({ keyPrefix: 'sub' })
  class Sub extends Base {}

  it('gives the methods of a class their defaults, which a sub-class inherits one by one', async () => {
    const second = CacheModule.forRoot({ name: 'second', namespace: 'second' });
    const app = await App.start({ providers: [Base, Sub], imports: [second] });
    const [base, sub] = [app.get(Base), app.get(Sub)];
    await base.find(1);
    await sub.find(1);
    expect(runs).toBe(2);
    expect(await app.keys('second')).toEqual(['base:1', 'sub:1']);
    const cache = app.cache('second');
    expect(Math.round((await cache.getTtl('sub:1'))! / 1_000)).toBe(10);
    await cache.invalidateTags('base');
    expect(await cache.has('sub:1')).toBe(false);
    await sub.find(1);
    await cache.invalidateTags('own');
    expect(await cache.has('sub:1')).toBe(false);
  });

  it('gives way to what the method says itself', async () => {
    const second = CacheModule.forRoot({ name: 'second', namespace: 'second' });
    const app = await App.start({ providers: [Sub], imports: [second] });
    await app.get(Sub).other();
    expect(await app.keys()).toEqual(['mine']);
    expect(await app.cache().getTtl('mine')).toBe(20_000);
  });
});

describe('a cache there is none of', () => {
  @Injectable()
  class Lost {
    @Cached({ cache: 'nowhere' })
    async find(): Promise<number> {
      return 1;
    }

    @Cached()
    async plain(): Promise<number> {
      return 1;
    }
  }

  it('stops the start, by name', async () => {
    const starting = App.start({ providers: [Lost] });
    await expect(starting).rejects.toMatchObject({
      name: 'CacheConfigError',
      faults: [{ path: 'Lost.find', message: '@Cached asks for the cache "nowhere"; there is "default"' }],
    });
  });

  it('may be the default one', async () => {
    const starting = App.start({ providers: [Lost], cache: { name: 'nowhere' } });
    await expect(starting).rejects.toMatchObject({
      faults: [{ path: 'Lost.plain', message: '@Cached asks for the cache "default"; there is "nowhere"' }],
    });
  });
});
