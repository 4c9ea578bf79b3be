import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import * as fc from 'fast-check';
import { CacheConfig, CachedBatch, CacheEvict, CacheTenantError, CacheUsageError } from 'nestjs-cached';
import { deferred, settle, type Deferred } from '../../support/deferred.js';
import { App } from './support/app.js';

interface Page {
  readonly file: string;
  readonly nth: number;
}

interface Text {
  text: string;
}

let asked: unknown[][] = [];
let failing: readonly unknown[] = [];
let answer: unknown;
let gate: Deferred<void> | undefined;
beforeEach(() => {
  asked = [];
  failing = [];
  answer = undefined;
  gate = undefined;
});
afterEach(() => App.closeAll());

@Injectable()
class Service {
  @CachedBatch()
  async read(pages: Page[], language: string): Promise<Text[]> {
    asked.push(pages);
    return pages.map(({ file, nth }) => ({ text: `${file} ${nth} ${language}` }));
  }

  @CachedBatch({ key: (id) => `price:${id}`, batchSize: 2, tags: ['prices'] })
  async prices(ids: number[]): Promise<number[]> {
    asked.push(ids);
    await gate?.promise;
    if (ids.some((id) => failing.includes(id))) throw new RangeError(`no ${ids.join()}`);
    return ids.map((id) => id * 10);
  }

  @CacheEvict({ key: (id) => `price:${id}` })
  async change(_id: number): Promise<void> {}

  @CachedBatch({ returns: 'map' })
  async known(names: string[]): Promise<Map<string, number>> {
    asked.push(names);
    return new Map(names.filter((name) => name !== 'unknown').map((name) => [name, name.length]));
  }

  @CachedBatch({ ttl: (value, id) => value - id, unless: (value) => value === 7 })
  async ruled(ids: number[]): Promise<number[]> {
    asked.push(ids);
    return ids.map((id) => (id === 2 ? 2 : id === 3 ? 1 : id === 7 ? 7 : id + 1_000));
  }

  @CachedBatch({ tenant: (_ids, tenant) => tenant, condition: (ids) => ids.length < 3 })
  async ofTenant(ids: number[], _tenant: string): Promise<number[]> {
    asked.push(ids);
    return ids;
  }

  @CachedBatch()
  async wrong(ids: number[]): Promise<number[]> {
    asked.push(ids);
    return answer as number[];
  }

  @CachedBatch({ returns: 'map' })
  async wrongMap(ids: number[]): Promise<Map<number, number>> {
    asked.push(ids);
    return answer as Map<number, number>;
  }

  @CachedBatch({ operation: 'look-up' })
  async again(ids: number[]): Promise<number[]> {
    asked.push(ids);
    return this.prices(ids);
  }
}

const open = async (): Promise<Service> => (await App.start({ providers: [Service] })).get(Service);

describe('@CachedBatch', () => {
  it('gives the method those items that are missing, each once, and its callers all in their order', async () => {
    const service = await open();
    const [a, b, c] = [1, 2, 3].map((nth) => ({ file: 'x', nth })) as [Page, Page, Page];
    await service.read([a, b], 'de');
    const found = await service.read([c, b, { ...c }, a], 'de');
    expect(found.map(({ text }) => text)).toEqual(['x 3 de', 'x 2 de', 'x 3 de', 'x 1 de']);
    expect(asked).toEqual([[a, b], [c]]);
    await service.read([a], 'en');
    expect(asked[2]).toEqual([a]);
  });

  it('gives each place a value of its own, also where one item stands at two', async () => {
    const service = await open();
    for (let round = 0; round < 2; round++) {
      const page = { file: 'x', nth: 1 };
      const [first, second] = await service.read([page, page], 'de');
      first!.text = 'changed';
      expect(second).toEqual({ text: 'x 1 de' });
      second!.text = 'changed';
    }
    expect(asked).toHaveLength(1);
  });

  it('runs in batches; one that fails fails unchanged, and what the others bring is stored', async () => {
    const service = await open();
    failing = [3];
    await expect(service.prices([1, 2, 3, 4, 5])).rejects.toThrow(new RangeError('no 3,4'));
    failing = [];
    expect(await service.prices([1, 2, 3, 4, 5])).toEqual([10, 20, 30, 40, 50]);
    expect(asked).toEqual([[1, 2], [3, 4], [5], [3, 4]]);
  });

  it('shares items between calls that overlap', async () => {
    const service = await open();
    gate = deferred();
    const one = service.prices([1, 2]);
    await settle();
    const two = service.prices([2, 3]);
    await settle();
    gate.resolve();
    expect(await Promise.all([one, two])).toEqual([
      [10, 20],
      [20, 30],
    ]);
    expect(asked).toEqual([[1, 2], [3]]);
  });

  it('names entries so that others can evict them, by key and by tag', async () => {
    const app = await App.start({ providers: [Service] });
    const service = app.get(Service);
    await service.prices([1, 2]);
    expect(await app.keys()).toEqual(['price:1', 'price:2']);
    await service.change(2);
    await service.prices([1, 2]);
    expect(asked).toEqual([[1, 2], [2]]);
    await app.cache().invalidateTags('prices');
    await service.prices([1, 2]);
    expect(asked[2]).toEqual([1, 2]);
  });

  it('answers with a Map where the method does, without those it does not know', async () => {
    const service = await open();
    const right = [
      ['bb', 2],
      ['a', 1],
    ];
    expect([...(await service.known(['bb', 'unknown', 'a', 'bb']))]).toEqual(right);
    expect([...(await service.known(['bb', 'a']))]).toEqual(right);
    expect([...(await service.known(['unknown', 'a']))]).toEqual([['a', 1]]);
    expect(asked).toEqual([['bb', 'unknown', 'a'], ['unknown']]);
  });

  it('decides for each value whether and how long it is stored', async () => {
    const app = await App.start({ providers: [Service] });
    const service = app.get(Service);
    const errors = app.errors();
    expect(await service.ruled([1, 2, 3, 7])).toEqual([1_001, 2, 1, 7]);
    await service.ruled([1, 2, 3, 7]);
    expect(asked[1]).toEqual([2, 3, 7]);
    expect(errors).toEqual(Array.from({ length: 2 }, () => expect.stringContaining('The ttl computed for')));
    await app.clock.advance(1_000);
    await service.ruled([1]);
    expect(asked[2]).toEqual([1]);
  });

  it('keeps tenants apart, and runs uncached where the condition says so', async () => {
    const service = await open();
    for (const tenant of ['a', 'b', 'a']) await service.ofTenant([1], tenant);
    expect(asked).toEqual([[1], [1]]);
    await service.ofTenant([1, 1, 1], 'a');
    expect(asked[2]).toEqual([1, 1, 1]);
  });

  it('rejects where the tenant cannot be told', async () => {
    const app = await App.start({ providers: [Service], cache: { tenant: { required: true } } });
    await expect(app.get(Service).prices([1])).rejects.toThrow(CacheTenantError);
    expect(asked).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['too short an array', [1], 'given 2 items and returned an array of 1'],
    ['a Map', new Map(), "Say so with returns: 'map'"],
    ['nothing', undefined, 'must return an array'],
  ])('says what is wrong with %s, and stores nothing', async (_, given, message) => {
    const app = await App.start({ providers: [Service] });
    answer = given;
    const call = app.get(Service).wrong([1, 2]);
    await expect(call).rejects.toThrow(CacheUsageError);
    await expect(call).rejects.toThrow(message);
    expect(await app.keys()).toEqual([]);
  });

  it('says that an array is no Map', async () => {
    const service = await open();
    answer = [1, 2];
    await expect(service.wrongMap([1, 2])).rejects.toThrow('must return a Map by item');
  });

  it('asks the method of nothing when there are no items', async () => {
    const service = await open();
    expect(await service.prices([])).toEqual([]);
    expect(await service.known([])).toEqual(new Map());
    expect(asked).toEqual([]);
  });

  it('may stand on a method that calls another one', async () => {
    const service = await open();
    expect(await service.again([1, 2])).toEqual([10, 20]);
    expect(await service.again([2, 1])).toEqual([20, 10]);
    expect(asked).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('runs as it is without a cache, and for what is no list or has no identity, and says so once', async () => {
    const app = await App.start({ providers: [Service] });
    const service = app.get(Service);
    await expect(service.prices(5 as never)).rejects.toThrow(TypeError);
    expect(await service.read([{ file: 'x', nth: (() => 1) as never }], 'de')).toHaveLength(1);
    expect(app.warnings.join('\n')).toContain('first argument is no array of items');
    expect(app.warnings).toHaveLength(2);
    expect(await new Service().prices([1])).toEqual([10]);
  });

  it('refuses options that cannot be meant when it is declared', () => {
    const method = { value: async (): Promise<number[]> => [] };
    const declare = (options: object): void => CachedBatch(options as never)(Service.prototype, 'read', method);
    for (const options of [{ batchSize: 0 }, { maxConcurrency: -1 }, { returns: 'set' }, { key: 'a' }, { ttl: -1 }]) {
      expect(() => declare(options)).toThrow(CacheUsageError);
    }
  });

  it('keeps values with their items where the array has places that were never set', async () => {
    const service = await open();
    const sparse = [10];
    sparse[2] = 30;
    answer = sparse;
    expect(await service.wrong([1, 2, 3])).toEqual([10, undefined, 30]);
    answer = [];
    expect(await service.wrong([3, 2, 1])).toEqual([30, undefined, 10]);
  });

  it('goes by the items as they were when it was called, whatever becomes of the array', async () => {
    const service = await open();
    const names = ['a', 'bcd', 'ef'];
    const call = service.known(names);
    names.reverse().pop();
    expect(await call).toEqual(
      new Map([
        ['a', 1],
        ['bcd', 3],
        ['ef', 2],
      ]),
    );
  });

  it('takes prefix and cache of its class', async () => {
    @Injectable()
    @CacheConfig({ keyPrefix: 'squares' })
    class Squares {
      @CachedBatch({ key: (n) => String(n) })
      async of(numbers: number[]): Promise<number[]> {
        return numbers.map((n) => n * n);
      }
    }
    const app = await App.start({ providers: [Squares] });
    await app.get(Squares).of([2, 3]);
    expect(await app.keys()).toEqual(['squares:2', 'squares:3']);
  });

  it('brings what the method alone would bring, whatever is cached already', async () => {
    const service = await open();
    const ids = fc.array(fc.integer({ min: 0, max: 15 }), { maxLength: 10 });
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(ids, async (wanted) => {
        asked = [];
        expect(await service.prices(wanted)).toEqual(wanted.map((id) => id * 10));
        expect(asked.flat()).toEqual([...new Set(wanted)].filter((id) => !seen.has(id)));
        for (const id of wanted) seen.add(id);
      }),
    );
  });
});
