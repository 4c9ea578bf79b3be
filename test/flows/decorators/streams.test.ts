import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, StreamableFile } from '@nestjs/common';
import { firstValueFrom, isObservable, Observable, of } from 'rxjs';
import { Cached, CacheEvict, CachePut } from 'nestjs-cached';
import { App } from './support/app.js';

let runs = 0;
beforeEach(() => void (runs = 0));
afterEach(() => App.closeAll());

const WARNING =
  'runs uncached: it returns something else than a promise of data. A stream can be read once only, so each caller gets its own.';

@Injectable()
class Service {
  @Cached()
  async readable(): Promise<Readable> {
    return Readable.from([`run ${++runs}`]);
  }

  @Cached()
  async web(): Promise<ReadableStream<string>> {
    return Readable.toWeb(Readable.from([`run ${++runs}`])) as ReadableStream<string>;
  }

  @Cached()
  async file(): Promise<StreamableFile> {
    return new StreamableFile(Buffer.from(`run ${++runs}`));
  }

  @Cached()
  async subscribed(): Promise<Observable<string>> {
    return of(`run ${++runs}`);
  }

  @Cached()
  observable(): Promise<string> {
    return of(`run ${++runs}`) as unknown as Promise<string>;
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

async function read(value: unknown): Promise<string> {
  if (value instanceof StreamableFile) return text(value.getStream());
  if (isObservable(value)) return firstValueFrom(value as Observable<string>);
  return text(value as Readable);
}

/** As in JavaScript, or behind a cast: the compiler has refused these. */
type Untyped = (target: object, name: string, descriptor: PropertyDescriptor) => void;

class Declared {
  observable(): Observable<string> {
    return of(`run ${++runs}`);
  }

  async *generator(): AsyncGenerator<string> {
    yield `run ${++runs}`;
  }

  plain(): string {
    return `run ${++runs}`;
  }
}
Reflect.defineMetadata('design:returntype', Observable, Declared.prototype, 'observable');
Reflect.defineMetadata('design:returntype', String, Declared.prototype, 'plain');
for (const name of ['observable', 'generator', 'plain']) {
  const descriptor = Object.getOwnPropertyDescriptor(Declared.prototype, name)!;
  (Cached() as Untyped)(Declared.prototype, name, descriptor);
  Object.defineProperty(Declared.prototype, name, descriptor);
}

describe('a method that promises a stream', () => {
  it.each(['readable', 'web', 'file', 'subscribed'] as const)(
    '%s runs for every caller, with one warning',
    async (name) => {
      const app = await App.start({ providers: [Service] });
      const service = app.get(Service);
      const together = await Promise.all([service[name](), service[name](), service[name]()]);
      expect((await Promise.all(together.map(read))).sort()).toEqual(['run 1', 'run 2', 'run 3']);
      expect(await read(await service[name]())).toBe('run 4');
      expect(await read(await service[name]())).toBe('run 5');
      expect(app.warnings).toEqual([`@Cached Service.${name} ${WARNING}`]);
      expect(await app.keys()).toEqual([]);
      expect(app.cache().getStats()).toMatchObject({ sets: 0, errors: 0 });
    },
  );
});

describe('a method that does not return a promise', () => {
  it('may turn out to when it runs: every caller still has its own', async () => {
    const app = await App.start({ providers: [Service] });
    const service = app.get(Service);
    expect(await read(await service.observable())).toBe('run 1');
    const second: unknown = service.observable();
    expect(isObservable(second)).toBe(true);
    expect(await read(second)).toBe('run 2');
    expect(app.warnings).toEqual([`@Cached Service.observable ${WARNING}`]);
  });

  it('is left as it is from the first call when its declaration tells', async () => {
    const app = await App.start({ providers: [{ provide: Declared, useClass: Injectable()(Declared) ?? Declared }] });
    const declared = app.get(Declared);
    expect(await read(declared.observable())).toBe('run 1');
    expect(await read(declared.observable())).toBe('run 2');
    expect(await read(declared.generator())).toBe('run 3');
    expect(await read(declared.generator())).toBe('run 4');
    expect([declared.plain(), declared.plain()]).toEqual(['run 5', 'run 6']);
    expect(app.warnings).toHaveLength(3);
  });

  it('has its stream left alone by @CachePut', async () => {
    const app = await App.start({ providers: [Service] });
    await app.cache().set('put', 'old');
    expect(await read(await app.get(Service).put())).toBe('run 1');
    expect(await app.cache().has('put')).toBe(false);
  });

  it('has its stream left alone by @CacheEvict, which says that it cannot wait for it', async () => {
    const app = await App.start({ providers: [Service] });
    await app.cache().set('evicted', 'old');
    const result = app.get(Service).evict();
    expect(await read(result)).toBe('run 1');
    await app.clock.settle();
    expect(await app.cache().has('evicted')).toBe(false);
    expect(app.warnings).toEqual([
      '@CacheEvict Service.evict evicts too early: it returns a stream, and is not told when that ends.',
    ]);
  });
});
