import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { CacheConfig, Cached, CacheKeyGenerator, type KeyInput } from 'nestjs-cached';
import { App } from './support/app.js';

let runs = 0;
beforeEach(() => void (runs = 0));
afterEach(() => App.closeAll());

class FindDto {
  constructor(
    readonly id: number,
    readonly language = 'en',
  ) {}
}

@Injectable()
class Service {
  @Cached({ key: (id) => `thing:${id}` })
  async whole(id: number): Promise<number> {
    return id + ++runs;
  }

  @Cached({ key: (id) => `${id}`, keyPrefix: 'thing' })
  async prefixed(id: number): Promise<number> {
    return id + ++runs;
  }

  @Cached({ key: (dto) => Object.assign({}, dto) })
  async picked(dto: FindDto): Promise<number> {
    return dto.id + ++runs;
  }

  @Cached({ key: (dto) => dto })
  async notPicked(dto: FindDto): Promise<number> {
    return dto.id + ++runs;
  }

  @Cached()
  async any(...args: unknown[]): Promise<number> {
    return args.length + ++runs;
  }

  @Cached({
    key: () => {
      throw new RangeError('no key today');
    },
  })
  async faulty(): Promise<number> {
    return ++runs;
  }

  @Cached({ key: () => '' })
  async empty(): Promise<number> {
    return ++runs;
  }

  @Cached({ key: (id) => `thing:${id}`, tenant: (_id, tenant) => tenant })
  async ofTenant(id: number, tenant: string): Promise<string> {
    return `${tenant} ${id} by run ${++runs}`;
  }

  @Cached({
    condition: () => {
      throw new RangeError('no telling');
    },
  })
  async undecided(): Promise<number> {
    return ++runs;
  }
}

let app: App;
let service: Service;
beforeEach(async () => {
  app = await App.start({ providers: [Service] });
  service = app.get(Service);
});

describe('a key function', () => {
  it('gives the whole key when it returns a string, so that the manager names the same entry', async () => {
    expect(await service.whole(1)).toBe(2);
    expect(await app.cache().get('thing:1')).toBe(2);
    await app.cache().set('thing:1', 40);
    expect(await service.whole(1)).toBe(40);
    await app.cache().delete('thing:1');
    expect(await service.whole(1)).toBe(3);
  });

  it('gives what stands behind the prefix', async () => {
    await service.prefixed(1);
    expect(await app.keys()).toEqual(['thing:1']);
    expect(await service.whole(1)).toBe(2);
  });

  it('picks what tells calls apart, under class and method, when it returns something else', async () => {
    await service.picked(new FindDto(1));
    await service.picked(new FindDto(1));
    await service.picked(new FindDto(1, 'de'));
    expect(await app.keys()).toEqual(['Service:picked:{id:1,language:de}', 'Service:picked:{id:1,language:en}']);
  });

  it.each([
    ['faulty', 'RangeError: no key today', 'no key today'],
    [
      'empty',
      'CacheUsageError: the key function returned an empty string',
      'the key function returned an empty string',
    ],
    ['undecided', 'RangeError: no telling', 'no telling'],
  ] as const)('%s leaves the call uncached, with one warning', async (name, event, text) => {
    const errors = app.errors();
    expect([await service[name](), await service[name]()]).toEqual([1, 2]);
    expect(errors).toEqual([`key: ${event}`, `key: ${event}`]);
    expect(app.warnings).toEqual([`@Cached Service.${name} ran uncached: ${text}.`]);
    expect(await app.keys()).toEqual([]);
  });
});

describe('an argument without identity', () => {
  const request = new IncomingMessage(new Socket());

  it.each([
    ['a request', request, 'argument 1 is an instance of IncomingMessage, which has no toJSON'],
    ['a function', () => 1, 'argument 1 is a function'],
    ['a promise', Promise.resolve(1), 'argument 1 is an instance of Promise, which has no toJSON'],
    ['a part of it', { user: { save: () => 1 } }, 'argument 1.user.save is a function'],
  ])('%s leaves the call uncached, with one warning that names it', async (_, argument, text) => {
    const errors = app.errors();
    expect([await service.any(1, argument), await service.any(1, argument)]).toEqual([3, 4]);
    expect(app.warnings).toHaveLength(1);
    expect(app.warnings[0]).toContain(
      `@Cached Service.any ran uncached: No cache key can be made: ${text}. Give a key function`,
    );
    expect(errors).toHaveLength(2);
    expect(await app.keys()).toEqual([]);
  });

  it('may be a class without toJSON: the warning shows what to write', async () => {
    await service.any(new FindDto(1));
    await service.any(new FindDto(1));
    expect(runs).toBe(2);
    expect(app.warnings).toEqual([
      '@Cached Service.any ran uncached: No cache key can be made: argument 0 is an instance of FindDto, which has no toJSON. ' +
        'Give a key function that picks what identifies the call; for an object that holds nothing but data, ' +
        '@Cached({ key: (it) => ({ ...it }) }). Or give its class a toJSON method.',
    ]);
  });

  it('may be what the key function returned', async () => {
    await service.notPicked(new FindDto(1));
    expect(app.warnings).toEqual([
      expect.stringContaining('what the key function returned is an instance of FindDto, which has no toJSON.'),
    ]);
  });
});

describe('a tenant', () => {
  it('has entries of its own', async () => {
    expect(await service.ofTenant(1, 'a')).toBe('a 1 by run 1');
    expect(await service.ofTenant(1, 'b')).toBe('b 1 by run 2');
    expect(await service.ofTenant(1, 'a')).toBe('a 1 by run 1');
    expect(await app.cache().forTenant('b').get('thing:1')).toBe('b 1 by run 2');
    expect(await app.cache().has('thing:1')).toBe(false);
  });

  it('that is missing leaves the call uncached', async () => {
    await service.ofTenant(1, undefined as unknown as string);
    expect(await service.ofTenant(1, '')).toBe(' 1 by run 2');
    expect(await app.keys()).toEqual([]);
    expect(app.warnings).toHaveLength(1);
  });
});

class ShoutingKeys extends CacheKeyGenerator {
  override generate(input: KeyInput): string {
    return super.generate(input).toUpperCase();
  }
}

class NoKeys extends CacheKeyGenerator {
  override generate(): string {
    return undefined as unknown as string;
  }
}

describe('a key generator of the application', () => {
  it('takes the place of ours as a provider', async () => {
    const own = await App.start({ providers: [Service, { provide: CacheKeyGenerator, useClass: ShoutingKeys }] });
    await own.get(Service).any('a');
    expect(await own.keys()).toEqual(['SERVICE:ANY:A']);
  });

  it('takes its place when it overrides it', async () => {
    const adapt = (builder: Parameters<NonNullable<Parameters<typeof App.start>[0]['adapt']>>[0]) =>
      builder.overrideProvider(CacheKeyGenerator).useClass(ShoutingKeys);
    const own = await App.start({ providers: [Service], adapt });
    await own.get(Service).any('a');
    expect(await own.keys()).toEqual(['SERVICE:ANY:A']);
  });

  it('takes its place as an option of one cache', async () => {
    const own = await App.start({ providers: [Service], cache: { keyGenerator: new ShoutingKeys() } });
    await own.get(Service).any('a');
    expect(await own.keys()).toEqual(['SERVICE:ANY:A']);
  });

  it('is asked at each call, for all that makes a key', async () => {
    const asked: KeyInput[] = [];
    const keyGenerator = {
      generate(input: KeyInput): string {
        asked.push(input);
        return `key ${asked.length}`;
      },
    };
    const own = await App.start({ providers: [Service], cache: { keyGenerator } });
    await own.get(Service).any('a', { b: 1 });
    await own.get(Service).any('a', { b: 1 });
    expect(await own.keys()).toEqual(['key 1', 'key 2']);
    const input = { className: 'Service', methodName: 'any', args: ['a', { b: 1 }], prefix: undefined };
    expect(asked).toEqual([input, input]);
  });

  it('is asked also when it is ours with another way of making keys', async () => {
    const keyGenerator = new CacheKeyGenerator();
    jest.spyOn(keyGenerator, 'generate').mockReturnValue('mine');
    const own = await App.start({ providers: [Service], cache: { keyGenerator } });
    await own.get(Service).any('a');
    expect(await own.keys()).toEqual(['mine']);
  });

  it('leaves the call uncached when it gives no key', async () => {
    const own = await App.start({ providers: [Service], cache: { keyGenerator: new NoKeys() } });
    expect([await own.get(Service).any(), await own.get(Service).any()]).toEqual([1, 2]);
    expect(own.warnings).toEqual(['@Cached Service.any ran uncached: the key generator gave a undefined.']);
  });
});

describe('two classes of one name', () => {
  function twin(): new () => { find(id: number): Promise<number>; byNumber(id: number): Promise<number> } {
    @Injectable()
    class Twin {
      @Cached()
      async find(id: number): Promise<number> {
        return id;
      }

      @Cached({ key: (id) => id })
      async byNumber(id: number): Promise<number> {
        return id + ++runs;
      }
    }
    return Twin;
  }
  function keyedTwin(): new () => { byNumber(id: number): Promise<number> } {
    @Injectable()
    class Twin {
      @Cached({ key: (id) => id })
      async byNumber(id: number): Promise<number> {
        return id + ++runs;
      }
    }
    return Twin;
  }

  it('are refused at start when their default keys would be the same', async () => {
    await expect(App.start({ providers: [twin(), twin()] })).rejects.toThrow(
      'Twin.find: two classes named Twin would share the keys of this method; give one of them @CacheConfig({ keyPrefix })',
    );
  });

  it('are fine with a prefix', async () => {
    const Other = twin();
    CacheConfig({ keyPrefix: 'other' })(Other);
    const own = await App.start({ providers: [twin(), Other] });
    await own.get(Other).find(1);
    expect(await own.keys()).toEqual(['other:1']);
  });

  it('do not share what a key function leaves to their names', async () => {
    const [One, Other] = [keyedTwin(), keyedTwin()];
    const own = await App.start({ providers: [One, Other] });
    expect(await own.get(One).byNumber(1)).toBe(2);
    expect(await own.get(Other).byNumber(1)).toBe(3);
    expect(await own.get(One).byNumber(1)).toBe(2);
    expect(own.warnings).toEqual([
      '@Cached Twin.byNumber ran uncached: another class is named Twin too, and would share this key. Give one of them @CacheConfig({ keyPrefix }).',
    ]);
  });

  it('are as bad as two methods of one name', async () => {
    const [one, other] = [Symbol('find'), Symbol('find')];
    @Injectable()
    class Symbols {
      @Cached()
      async [one](): Promise<number> {
        return 1;
      }

      @Cached()
      async [other](): Promise<number> {
        return 2;
      }
    }
    await expect(App.start({ providers: [Symbols] })).rejects.toThrow(
      'Symbols.Symbol(find): two methods have this name',
    );
  });
});
