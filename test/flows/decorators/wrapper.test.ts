import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Cached, CacheEvict, CachePut } from 'nestjs-cached';
import { App } from './support/app.js';

let runs = 0;
beforeEach(() => void (runs = 0));
afterEach(() => App.closeAll());

/** As `@Cron` and `@OnEvent` do: metadata on the function itself. */
const Scheduled = SetMetadata('schedule', '* * * * *');
const Listens = Reflector.createDecorator<string>();
/** As tracing does: a wrapper of its own. */
const Traced: MethodDecorator = (_target, _name, descriptor: PropertyDescriptor) => {
  const original = descriptor.value as (...args: unknown[]) => unknown;
  descriptor.value = function (this: unknown, ...args: unknown[]): unknown {
    traces.push(args);
    return original.apply(this, args);
  };
};
const traces: unknown[][] = [];
const unhandled = Symbol('find by symbol');

@Injectable()
class Service {
  readonly name = 'service';
  readonly #secret = 'secret';
  looks = 0;

  get looked(): number {
    return ++this.looks;
  }

  @Scheduled
  @Cached()
  @Listens('below')
  async find(id: number, _options?: object): Promise<string> {
    return `${this.name} ${this.#secret} ${id} by run ${++runs}`;
  }

  @Scheduled
  @CachePut({ key: (id) => `${id}` })
  @Listens('below')
  async put(id: number): Promise<number> {
    return id;
  }

  @Scheduled
  @CacheEvict({ allEntries: true })
  @Listens('below')
  evict(_id: number): number {
    return 7;
  }

  @Traced
  @Cached()
  async traced(id: number): Promise<string> {
    return `${id} by run ${++runs}`;
  }

  @Cached()
  @Traced
  async tracedBelow(id: number): Promise<string> {
    return `${id} by run ${++runs}`;
  }

  @Cached()
  async [unhandled](id: number): Promise<string> {
    return `${id} by run ${++runs}`;
  }

  @Cached()
  async echo<T>(value: T): Promise<T> {
    runs++;
    return value;
  }

  @Cached()
  private async hidden(id: number): Promise<string> {
    return `${id} by run ${++runs}`;
  }

  open(id: number): Promise<string> {
    return this.hidden(id);
  }

  @Cached()
  failing(id: number): Promise<string> {
    runs++;
    throw new RangeError(`no ${id}`);
  }

  @Cached({ condition: () => false })
  failingUncached(id: number): Promise<string> {
    runs++;
    throw new RangeError(`no ${id}`);
  }

  @CachePut({ condition: () => false })
  failingPut(id: number): Promise<string> {
    runs++;
    throw new RangeError(`no ${id}`);
  }
}

let app: App;
let service: Service;
beforeEach(async () => {
  app = await App.start({ providers: [Service] });
  service = app.get(Service);
});

describe('a decorated method', () => {
  it.each(['find', 'put', 'evict'] as const)('%s has the metadata of decorators above and below', (name) => {
    expect(Reflect.getMetadata('schedule', service[name])).toBe('* * * * *');
    expect(app.get(Reflector).get(Listens, service[name])).toBe('below');
  });

  it.each([
    ['find', 2],
    ['put', 1],
    ['evict', 1],
  ] as const)('%s looks like the method it stands for', (name, length) => {
    const method = service[name];
    expect(method.name).toBe(name);
    expect(method).toHaveLength(length);
    expect(Object.hasOwn(method, 'prototype')).toBe(false);
    expect(Object.getPrototypeOf(method)).toBe(
      name === 'evict' ? Function.prototype : Object.getPrototypeOf(async () => {}),
    );
    expect(Object.keys(Service.prototype)).toEqual([]);
  });

  it('keeps its object, with private fields', async () => {
    expect(await service.find(1)).toBe('service secret 1 by run 1');
    expect(await service.find.call(service, 1)).toBe('service secret 1 by run 1');
  });

  it('is cached below and above another wrapper', async () => {
    traces.length = 0;
    for (const method of ['traced', 'tracedBelow'] as const) {
      await service[method](1);
      await service[method](1);
    }
    expect(runs).toBe(2);
    expect(traces).toHaveLength(3);
  });

  it('may have a symbol for a name', async () => {
    await service[unhandled](1);
    expect(await service[unhandled](1)).toBe('1 by run 1');
  });

  it('may be generic', async () => {
    expect(await service.echo({ a: [1] })).toEqual({ a: [1] });
    expect(await service.echo({ a: [1] })).toEqual({ a: [1] });
    expect(await service.echo('x')).toBe('x');
    expect(runs).toBe(2);
  });

  it('may be private', async () => {
    await service.open(1);
    expect(await service.open(1)).toBe('1 by run 1');
  });

  it('rejects with what it throws at once', async () => {
    await expect(service.failing(1)).rejects.toThrow(new RangeError('no 1'));
    expect(runs).toBe(1);
  });

  it.each(['failingUncached', 'failingPut'] as const)(
    '%s runs once when its condition says no and it throws',
    (name) => {
      expect(() => service[name](1)).toThrow(new RangeError('no 1'));
      expect(runs).toBe(1);
      expect(app.warnings).toEqual([]);
    },
  );
});

describe('the object of a decorated method', () => {
  it('shows nothing of the cache when it is printed, compared, copied or walked through', () => {
    const plain = { name: 'service', looks: 0 };
    expect(inspect(service)).toBe("Service { name: 'service', looks: 0 }");
    expect(service).toEqual(plain);
    expect(Object.assign({}, service)).toStrictEqual(plain);
    expect(JSON.stringify(service)).toBe(JSON.stringify(plain));
    expect(Reflect.ownKeys(Object.assign({}, service))).toEqual(['name', 'looks']);
    expect(new Service()).toEqual(service);
    expect(structuredClone(Object.assign({}, service))).toEqual(plain);
  });

  it('has its getters left alone', () => {
    expect(service.looks).toBe(0);
    expect(service.looked).toBe(1);
  });
});
