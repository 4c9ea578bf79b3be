import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, StreamableFile } from '@nestjs/common';
import { firstValueFrom, isObservable, lastValueFrom, NEVER, Observable, of, Subject, toArray } from 'rxjs';
import { Cached, CacheEvict, CachePut, CacheUsageError } from 'nestjs-cached';
import { collect, Tap } from '../../support/tap.js';
import { App } from './support/app.js';

let runs = 0;
beforeEach(() => void (runs = 0));
afterEach(() => App.closeAll());

const NO_DATA =
  'runs uncached: it returns something else than a promise of data, or a stream whose kind the option stream does not say. Each caller gets its own.';

const taps = new Map<string, Tap<string>>();

@Injectable()
class Service {
  @Cached()
  async *generator(id: string): AsyncGenerator<string> {
    runs++;
    yield id;
    yield `run ${runs}`;
  }

  @Cached()
  observable(id: string): Observable<string> {
    return of(id, `run ${++runs}`);
  }

  @Cached()
  readable(id: string): ReadableStream<string> {
    return ReadableStream.from([id, `run ${++runs}`]);
  }

  @Cached()
  node(id: string): Readable {
    return Readable.from([id, `run ${++runs}`]);
  }

  @Cached({ stream: 'iterable' })
  iterable(id: string): AsyncIterable<string> {
    runs++;
    return Readable.from([id, `run ${runs}`]);
  }

  @Cached({ stream: 'iterable' })
  async promised(id: string): Promise<AsyncIterable<string>> {
    runs++;
    return Readable.from([id, `run ${runs}`]);
  }

  @Cached()
  undeclared(id: string): AsyncIterable<string> {
    runs++;
    return Readable.from([id, `run ${runs}`]);
  }

  @Cached()
  async unsaid(): Promise<AsyncIterable<string>> {
    return Readable.from([`run ${++runs}`]);
  }

  @Cached()
  async file(): Promise<StreamableFile> {
    return new StreamableFile(Buffer.from(`run ${++runs}`));
  }

  @Cached({ stream: 'iterable' })
  tapped(id: string): AsyncIterable<string> {
    return taps.get(id)!;
  }

  @Cached({
    unless: (items) => items.at(-1) !== 'end',
    ttl: (items, id) => (id === 'short' ? 5_000 : items.length * 1_000),
  })
  async *decided(id: string): AsyncGenerator<string> {
    runs++;
    yield id;
    if (id !== 'half') yield 'end';
  }

  @Cached({
    condition: (id) => id !== 'no',
    tags: (id) => [`tag ${id}`],
    tenant: (id) => (id === 'nobody' ? '' : 'acme'),
  })
  async *selective(id: string): AsyncGenerator<string> {
    yield `${id} ${++runs}`;
  }

  @CachePut({ key: () => 'put' })
  async put(): Promise<Readable> {
    return Readable.from([`run ${++runs}`]);
  }

  @CacheEvict({ key: () => 'evicted' })
  evict(): Observable<string> {
    return of(`run ${++runs}`);
  }
}

/** As in JavaScript, or behind a cast: the compiler has refused it. */
type Untyped = (target: object, name: string, descriptor: PropertyDescriptor) => void;

class Plain {
  plain(): string {
    return `run ${++runs}`;
  }
}
Reflect.defineMetadata('design:returntype', String, Plain.prototype, 'plain');
const declared = Object.getOwnPropertyDescriptor(Plain.prototype, 'plain')!;
(Cached() as Untyped)(Plain.prototype, 'plain', declared);
Object.defineProperty(Plain.prototype, 'plain', declared);

const rest = (subscription: Observable<string>): Promise<string[]> => lastValueFrom(subscription.pipe(toArray()));

describe('a method that returns a stream', () => {
  it.each([
    ['an async generator', (service: Service) => collect(service.generator('a'))],
    ['an observable', (service: Service) => rest(service.observable('a'))],
    ['a ReadableStream', (service: Service) => collect(service.readable('a') as unknown as AsyncIterable<string>)],
    ['a Readable of Node', (service: Service) => collect<string>(service.node('a'))],
    ['an async iterable that it says to be one', (service: Service) => collect(service.iterable('a'))],
    ['a promise of one', async (service: Service) => collect(await service.promised('a'))],
  ])('is cached: %s', async (_, read) => {
    const app = await App.start({ providers: [Service] });
    const service = app.get(Service);
    expect(await read(service)).toEqual(['a', 'run 1']);
    expect(await read(service)).toEqual(['a', 'run 1']);
    expect(runs).toBe(1);
    expect(app.warnings).toEqual([]);
    expect(app.cache().getStats()).toMatchObject({ hits: 1, misses: 1, sets: 1, errors: 0 });
  });

  it('gives its callers a stream of the same kind', async () => {
    const app = await App.start({ providers: [Service] });
    const service = app.get(Service);
    expect(isObservable(service.observable('a'))).toBe(true);
    expect(service.readable('a')).toBeInstanceOf(ReadableStream);
    expect(service.node('a')).toBeInstanceOf(Readable);
    expect(typeof service.generator('a').next).toBe('function');
    expect(typeof (await service.promised('a'))[Symbol.asyncIterator]).toBe('function');
    await app.clock.settle();
    expect(runs).toBe(0);
  });

  it('is joined while it is under way', async () => {
    const app = await App.start({ providers: [Service] });
    const service = app.get(Service);
    const tap = new Tap<string>();
    taps.set('joined', tap);
    const [one, two] = [collect(service.tapped('joined')), collect(service.tapped('joined'))];
    tap.emit('a', 'b').end();
    expect(await one).toEqual(['a', 'b']);
    expect(await two).toEqual(['a', 'b']);
    expect(tap.opened).toBe(1);
  });

  it('is cached from the second call on where nothing says what it returns, with a warning', async () => {
    const app = await App.start({ providers: [Service] });
    const service = app.get(Service);
    expect(await collect(service.undeclared('a'))).toEqual(['a', 'run 1']);
    expect(await collect(service.undeclared('a'))).toEqual(['a', 'run 2']);
    expect(await collect(service.undeclared('a'))).toEqual(['a', 'run 2']);
    expect(app.warnings).toEqual([
      "@Cached Service.undeclared ran uncached once: it turned out to return a stream. Say so with stream: 'node', and the first call is cached too.",
    ]);
  });

  it('has its items asked whether and how long they are stored', async () => {
    const app = await App.start({ providers: [Service] });
    const service = app.get(Service);
    expect(await collect(service.decided('half'))).toEqual(['half']);
    expect(await collect(service.decided('half'))).toEqual(['half']);
    expect(runs).toBe(2);
    await collect(service.decided('whole'));
    await collect(service.decided('short'));
    await app.clock.advance(2_000);
    await collect(service.decided('whole'));
    await collect(service.decided('short'));
    expect(runs).toBe(5);
  });

  it('minds condition, tags and tenant', async () => {
    const app = await App.start({ providers: [Service] });
    const service = app.get(Service);
    expect(await collect(service.selective('no'))).toEqual(['no 1']);
    expect(await collect(service.selective('no'))).toEqual(['no 2']);
    expect(await collect(service.selective('yes'))).toEqual(['yes 3']);
    expect(await collect(service.selective('yes'))).toEqual(['yes 3']);
    await app.cache().forTenant('acme').invalidateTags('tag yes');
    expect(await collect(service.selective('yes'))).toEqual(['yes 4']);
  });

  it('fails for a caller whose tenant cannot be told', async () => {
    const app = await App.start({ providers: [Service], cache: { tenant: { required: true } } });
    const service = app.get(Service);
    await expect(collect(service.selective('nobody'))).rejects.toThrow('tenant');
    await expect(firstValueFrom(service.observable('a'))).rejects.toThrow('tenant');
    expect(runs).toBe(0);
  });

  it('runs as it is without a cache', async () => {
    const service = new Service();
    expect(await collect(service.generator('a'))).toEqual(['a', 'run 1']);
    expect(await collect(service.generator('a'))).toEqual(['a', 'run 2']);
  });

  it('is refused with hydrate, or a kind that there is not', () => {
    const declare = (options: object): void =>
      (Cached(options) as Untyped)(
        Plain.prototype,
        'plain',
        Object.getOwnPropertyDescriptor(Plain.prototype, 'plain')!,
      );
    expect(() => declare({ stream: 'iterable', hydrate: () => [] })).toThrow(CacheUsageError);
    expect(() => declare({ stream: 'iterator' })).toThrow('Give one of iterable, observable, readable, node.');
  });
});

describe('the tenant of a stream', () => {
  const tenants = new AsyncLocalStorage<string>();

  @Injectable()
  class OfTenant {
    @Cached()
    async *iterable(): AsyncGenerator<string> {
      yield `of ${tenants.getStore()}`;
    }

    @Cached()
    observable(): Observable<string> {
      return of(`of ${tenants.getStore()}`);
    }

    @Cached()
    readable(): ReadableStream<string> {
      return ReadableStream.from([`of ${tenants.getStore()}`]);
    }

    @Cached()
    node(): Readable {
      return Readable.from([`of ${tenants.getStore()}`]);
    }
  }

  it.each<[string, (service: OfTenant) => unknown]>([
    ['an async generator', (service) => service.iterable()],
    ['an observable', (service) => service.observable()],
    ['a ReadableStream', (service) => service.readable()],
    ['a Readable', (service) => service.node()],
  ])('is that of the call, whoever reads it: %s', async (_, call) => {
    const app = await App.start({ providers: [OfTenant], cache: { tenant: { resolve: () => tenants.getStore() } } });
    const service = app.get(OfTenant);
    const stream = tenants.run('acme', () => call(service));
    const read = (): Promise<unknown[]> =>
      isObservable(stream) ? lastValueFrom(stream.pipe(toArray())) : collect(stream as AsyncIterable<unknown>);
    expect(await tenants.run('globex', read)).toEqual(['of acme']);
  });
});

describe('an observable', () => {
  it('is a call for each subscription, and is left with it', async () => {
    const app = await App.start({ providers: [Service] });
    const observable = app.get(Service).observable('a');
    expect(await rest(observable)).toEqual(['a', 'run 1']);
    expect(await rest(observable)).toEqual(['a', 'run 1']);
    expect(await firstValueFrom(observable)).toBe('a');
  });

  it('is unsubscribed from when its last subscriber has gone', async () => {
    const source = new Subject<string>();
    @Injectable()
    class Live {
      @Cached()
      news(): Observable<string> {
        return source;
      }
    }
    const app = await App.start({ providers: [Live] });
    const [one, two] = [app.get(Live).news().subscribe(), app.get(Live).news().subscribe()];
    await app.clock.settle();
    expect(source.observed).toBe(true);
    one.unsubscribe();
    await app.clock.settle();
    expect(source.observed).toBe(true);
    two.unsubscribe();
    await app.clock.settle();
    expect(source.observed).toBe(false);
  });

  it('that never ends keeps nobody from leaving', async () => {
    @Injectable()
    class Silent {
      @Cached()
      news(): Observable<string> {
        return NEVER;
      }
    }
    const app = await App.start({ providers: [Silent] });
    const subscription = app.get(Silent).news().subscribe();
    await app.clock.settle();
    subscription.unsubscribe();
    expect(subscription.closed).toBe(true);
  });
});

describe('a method that promises a stream and does not say which', () => {
  it('runs for every caller, with one warning', async () => {
    const app = await App.start({ providers: [Service] });
    const service = app.get(Service);
    const together = await Promise.all([service.unsaid(), service.unsaid(), service.unsaid()]);
    expect((await Promise.all(together.map((stream) => collect(stream)))).flat().sort()).toEqual([
      'run 1',
      'run 2',
      'run 3',
    ]);
    expect(await collect(await service.unsaid())).toEqual(['run 4']);
    expect(app.warnings).toEqual([`@Cached Service.unsaid ${NO_DATA}`]);
    expect(await app.keys()).toEqual([]);
    expect(app.cache().getStats()).toMatchObject({ sets: 0, errors: 0 });
  });

  it('so does one that promises a file', async () => {
    const app = await App.start({ providers: [Service] });
    const service = app.get(Service);
    expect(await text((await service.file()).getStream())).toBe('run 1');
    expect(await text((await service.file()).getStream())).toBe('run 2');
    expect(app.warnings).toEqual([`@Cached Service.file ${NO_DATA}`]);
  });
});

describe('a method that returns neither', () => {
  it('is left as it is from the first call when its declaration tells', async () => {
    const app = await App.start({ providers: [{ provide: Plain, useClass: Injectable()(Plain) ?? Plain }] });
    const plain = app.get(Plain);
    expect([plain.plain(), plain.plain()]).toEqual(['run 1', 'run 2']);
    expect(app.warnings).toEqual([`@Cached Plain.plain ${NO_DATA}`]);
  });
});

describe('the other decorators', () => {
  it('leave a stream alone: @CachePut', async () => {
    const app = await App.start({ providers: [Service] });
    await app.cache().set('put', 'old');
    expect(await collect<string>(await app.get(Service).put())).toEqual(['run 1']);
    expect(await app.cache().has('put')).toBe(false);
  });

  it('and @CacheEvict, which says that it cannot wait for it', async () => {
    const app = await App.start({ providers: [Service] });
    await app.cache().set('evicted', 'old');
    expect(await rest(app.get(Service).evict())).toEqual(['run 1']);
    await app.clock.settle();
    expect(await app.cache().has('evicted')).toBe(false);
    expect(app.warnings).toEqual([
      '@CacheEvict Service.evict evicts too early: it returns a stream, and is not told when that ends.',
    ]);
  });
});
