import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cached, CachePut, type CacheModuleOptions, type Duration } from 'nestjs-cached';
import { MapBackend } from '../../../lib/testing/map.backend.js';
import { deferred, type Deferred } from '../../support/deferred.js';
import { App } from './support/app.js';

interface Row {
  readonly id: number;
  readonly text: string;
}

let writes: Deferred<Row>[];
let unless: (row: Row) => boolean;
let ttl: (row: Row) => Duration;
let resultKey: (row: Row) => string;
let rows: Map<number, string>;

@Injectable()
class Rows {
  @Cached({ key: (id) => `row:${id}`, tags: ['rows'] })
  async find(id: number): Promise<Row> {
    return { id, text: rows.get(id) ?? 'none' };
  }

  @CachePut({ key: (id) => `row:${id}`, tags: ['rows'], unless: (row) => unless(row), ttl: (row) => ttl(row) })
  update(_id: number): Promise<Row> {
    return this.write();
  }

  @CachePut({ resultKey: (row) => resultKey(row), tags: ['rows'] })
  create(_text: string): Promise<Row> {
    return this.write();
  }

  @CachePut({ key: (id) => `row:${id}`, condition: (id) => id > 0, operation: 'rows' })
  async conditional(id: number): Promise<unknown> {
    return { id, text: 'conditional' };
  }

  @CachePut({ key: (id) => `row:${id}` })
  async unstorable(_id: number): Promise<unknown> {
    return { save: () => 1 };
  }

  @CachePut({ key: () => 'never', tags: () => [''] })
  async badlyTagged(): Promise<number> {
    return 7;
  }

  private write(): Promise<Row> {
    const write = deferred<Row>();
    writes.push(write);
    return write.promise;
  }
}

beforeEach(() => {
  writes = [];
  rows = new Map();
  unless = () => false;
  ttl = () => '1m';
  resultKey = (row) => `row:${row.id}`;
});
afterEach(() => App.closeAll());

const stores: readonly (readonly [string, () => CacheModuleOptions])[] = [
  ['memory', () => ({})],
  ['three methods over bytes', () => ({ backend: new MapBackend() })],
];

describe.each(stores)('@CachePut over %s', (_, options) => {
  let app: App;
  let service: Rows;
  beforeEach(async () => {
    app = await App.start({ providers: [Rows], cache: { operations: { rows: '5s' }, ...options() } });
    service = app.get(Rows);
  });
  const row = (text: string): Row => ({ id: 1, text });

  it('always runs the method, and stores what it brings where @Cached finds it', async () => {
    for (const text of ['first', 'second']) {
      const update = service.update(1);
      writes.at(-1)!.resolve(row(text));
      expect(await update).toEqual(row(text));
      expect(await service.find(1)).toEqual(row(text));
    }
    expect(writes).toHaveLength(2);
    expect(await app.cache().getTtl('row:1')).toBeCloseTo(60_000, -2);
  });

  it('stores under the key that only the result tells', async () => {
    const create = service.create('new');
    writes[0]!.resolve({ id: 9, text: 'new' });
    await create;
    expect(await service.find(9)).toEqual({ id: 9, text: 'new' });
  });

  it.each([
    ['of the key', () => app.cache().delete('row:1')],
    ['of a tag', () => app.cache().invalidateTags('rows')],
    ['by pattern', () => app.cache().invalidate('row:*')],
    ['of everything', () => app.cache().clear()],
  ])('gives way to an invalidation %s while the method runs', async (_kind, invalidate) => {
    for (const call of [() => service.update(1), () => service.create('x')]) {
      const put = call();
      await invalidate();
      writes.at(-1)!.resolve(row('read before'));
      expect(await put).toEqual(row('read before'));
      expect(await app.cache().has('row:1')).toBe(false);
    }
  });

  it.each([
    ['update', 'update'],
    ['create', 'create'],
    ['update', 'create'],
    ['create', 'update'],
  ] as const)(
    'leaves no older value when %s and %s end in another order than they were done in',
    async (one, other) => {
      const call = (name: 'update' | 'create') => (name === 'update' ? service.update(1) : service.create('x'));
      const first = call(one);
      const second = call(other);
      writes[1]!.resolve(row('second'));
      await second;
      writes[0]!.resolve(row('first'));
      await first;
      rows.set(1, 'second');
      expect(await service.find(1)).toEqual(row('second'));
    },
  );

  it('leaves no value of a load that began before the method ended', async () => {
    const late = deferred<Row>();
    const slow = app.cache().getOrSet('row:1', () => late.promise);
    await app.clock.settle();
    const update = service.update(1);
    writes[0]!.resolve(row('new'));
    await update;
    late.resolve(row('old'));
    expect(await slow).toEqual(row('old'));
    expect(await service.find(1)).toEqual(row('new'));
  });

  it('keeps what is there while the method fails', async () => {
    await app.cache().set('row:1', row('old'));
    const update = service.update(1);
    const error = new Error('no such row');
    writes[0]!.reject(error);
    await expect(update).rejects.toBe(error);
    expect(await service.find(1)).toEqual(row('old'));
  });

  it('keeps what is there when the condition says no', async () => {
    await app.cache().set('row:0', row('old'));
    await service.conditional(0);
    expect(await app.cache().get('row:0')).toEqual(row('old'));
    await service.conditional(1);
    expect(await app.cache().getTtl('row:1')).toBeCloseTo(5_000, -2);
  });

  it.each([
    ['unless says so', () => (unless = () => true), 0],
    ['unless fails', () => (unless = failing), 1],
    ['the ttl is negative', () => (ttl = () => -1), 1],
    ['the ttl fails', () => (ttl = failing), 1],
    ['the ttl is 0', () => (ttl = () => 0), 0],
  ])('drops the old value, which is out of date, when %s', async (_why, prepare, faults) => {
    const errors = app.errors();
    prepare();
    await app.cache().set('row:1', row('old'));
    const update = service.update(1);
    writes[0]!.resolve(row('new'));
    expect(await update).toEqual(row('new'));
    expect(await app.cache().has('row:1')).toBe(false);
    expect(errors).toHaveLength(faults);
    expect(app.warnings).toHaveLength(faults);
  });

  it('drops the old value when the new one cannot be stored', async () => {
    const errors = app.errors();
    await app.cache().set('row:1', row('old'));
    expect(await service.unstorable(1)).toEqual({ save: expect.any(Function) });
    expect(await app.cache().has('row:1')).toBe(false);
    expect(errors).toHaveLength(1);
  });

  it('gives the value, and stores nothing, when the key or the tags fail', async () => {
    const errors = app.errors();
    resultKey = failing;
    const create = service.create('x');
    writes[0]!.resolve(row('new'));
    expect(await create).toEqual(row('new'));
    expect(await service.badlyTagged()).toBe(7);
    expect(await app.cache().has('never')).toBe(false);
    expect(errors).toEqual(['put: Error: fault', expect.stringContaining('put: CacheUsageError: A tag must be')]);
    expect(app.warnings).toEqual([
      '@CachePut Rows.create stores nothing: fault.',
      "@CachePut Rows.badlyTagged stores nothing: A tag must be a string that is not empty; got ''.",
    ]);
  });
});

function failing(): never {
  throw new Error('fault');
}
