import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { CacheConfig, Cached, CacheEvict, CacheUsageError } from 'nestjs-cached';
import { MapBackend } from '../../../lib/testing/map.backend.js';
import { deferred, type Deferred } from '../../support/deferred.js';
import { App } from './support/app.js';

let gate: Deferred<number>;
let commit: Deferred<void>;
let condition: (id: number) => boolean;
let seen: boolean[];
beforeEach(() => {
  gate = deferred();
  commit = deferred();
  condition = () => true;
  seen = [];
});
afterEach(() => App.closeAll());

/** A promise that is not of this realm's class Promise, as little as one of another library. */
const foreign = runInNewContext('(promise) => new Promise((done, failed) => promise.then(done, failed))') as <T>(
  promise: Promise<T>,
) => Promise<T>;

@Injectable()
class Rows {
  app!: App;

  @CacheEvict({ key: (id) => `row:${id}` })
  byKey(_id: number): Promise<number> {
    return gate.promise;
  }

  @CacheEvict({ tags: (id) => [`tag:${id}`] })
  async byTags(id: number): Promise<number> {
    return id;
  }

  @CacheEvict({ tags: ['fixed'] })
  async byFixedTags(): Promise<void> {}

  @CacheEvict({ pattern: (id) => `row:${id}*` })
  async byPattern(_id: number): Promise<void> {}

  @CacheEvict({ pattern: 'row:*' })
  async byFixedPattern(): Promise<void> {}

  @CacheEvict({ allEntries: true })
  async all(): Promise<void> {}

  @CacheEvict({ key: (id) => `row:${id}`, tenant: (_id, tenant) => tenant })
  async ofTenant(_id: number, _tenant: string): Promise<void> {}

  @CacheEvict({ allEntries: true, tenant: (tenant) => tenant })
  async allOfTenant(_tenant: string): Promise<void> {}

  @CacheEvict({ key: (id) => `row:${id}`, condition: (id) => condition(id) })
  async conditional(id: number): Promise<number> {
    return id;
  }

  @CacheEvict({ key: (id) => `row:${id}`, beforeInvocation: true })
  async before(_id: number): Promise<number> {
    seen.push(await this.app.cache().has('row:1'));
    return gate.promise;
  }

  @CacheEvict({ key: (id) => `row:${id}`, beforeInvocation: true })
  beforeSync(id: number): number {
    seen.push(this.app.cache().peek('row:1') !== undefined);
    return id;
  }

  @CacheEvict({ key: (id) => `row:${id}` })
  sync(id: number): number {
    return id;
  }

  @CacheEvict({ key: (id) => `row:${id}` })
  syncFailing(_id: number): number {
    throw new RangeError('at once');
  }

  @CacheEvict({ key: (id) => `row:${id}` })
  foreign(id: number): Promise<number> {
    return foreign(gate.promise.then(() => id));
  }

  @CacheEvict({
    key: (id) => `row:${id}`,
    after: (value, id) => commit.promise.then(() => void seen.push(value === id)),
  })
  async inTransaction(id: number): Promise<number> {
    return id;
  }

  @CacheEvict({
    key: () => {
      throw new Error('no key');
    },
    tags: ['fixed'],
  })
  async faultyKey(): Promise<number> {
    return 7;
  }

  @CacheEvict({ key: (id) => id })
  async unspellable(_id: number): Promise<void> {}
}

async function start(): Promise<{ app: App; rows: Rows }> {
  const app = await App.start({ providers: [Rows] });
  const rows = app.get(Rows);
  Object.defineProperty(rows, 'app', { value: app });
  await app.cache().set('row:1', 'old', { tags: ['tag:1', 'fixed'] });
  await app.cache().set('row:12', 'old', { tags: ['tag:12', 'fixed'] });
  await app.cache().set('other', 'old');
  await app.cache().forTenant('a').set('row:1', 'old');
  await app.cache().forTenant('b').set('row:1', 'old');
  return { app, rows };
}

describe('@CacheEvict', () => {
  it.each([
    ['byTags', ['row:12', 'other', 'a', 'b']],
    ['byFixedTags', ['other', 'a', 'b']],
    ['byPattern', ['other', 'a', 'b']],
    ['byFixedPattern', ['other', 'a', 'b']],
    ['all', []],
    ['ofTenant', ['row:1', 'row:12', 'other', 'b']],
    ['allOfTenant', ['row:1', 'row:12', 'other', 'b']],
  ] as const)('%s evicts what it says, and nothing else', async (name, left) => {
    const { app, rows } = await start();
    if (name === 'ofTenant') await rows.ofTenant(1, 'a');
    else if (name === 'allOfTenant') await rows.allOfTenant('a');
    else await rows[name](1);
    expect(await leftIn(app)).toEqual(left);
  });

  it('waits for the method, and its promise for the eviction', async () => {
    const { app, rows } = await start();
    const call = rows.byKey(1);
    await app.clock.settle();
    expect(await app.cache().has('row:1')).toBe(true);
    gate.resolve(5);
    expect(await call).toBe(5);
    expect(await leftIn(app)).toEqual(['row:12', 'other', 'a', 'b']);
  });

  it('is done when its promise resolves, also where that takes a while', async () => {
    const removal = deferred<void>();
    class Slow extends MapBackend {
      override async delete(key: string): Promise<boolean> {
        await removal.promise;
        return super.delete(key);
      }
    }
    const app = await App.start({ providers: [Rows], cache: { backend: new Slow() } });
    await app.cache().set('row:1', 'old');
    let isDone = false;
    const call = app
      .get(Rows)
      .conditional(1)
      .then(() => (isDone = true));
    await app.clock.settle();
    expect(isDone).toBe(false);
    removal.resolve();
    await call;
    expect(await app.cache().has('row:1')).toBe(false);
  });

  it('evicts nothing when the method fails, whose error is unchanged', async () => {
    const { app, rows } = await start();
    const error = new Error('mine');
    const call = rows.byKey(1);
    gate.reject(error);
    await expect(call).rejects.toBe(error);
    expect(() => rows.syncFailing(1)).toThrow(new RangeError('at once'));
    expect(await app.cache().has('row:1')).toBe(true);
  });

  it('takes a load with it that began before', async () => {
    const { app, rows } = await start();
    const late = deferred<string>();
    await app.cache().delete('row:1');
    const load = app.cache().getOrSet('row:1', () => late.promise);
    await app.clock.settle();
    gate.resolve(1);
    await rows.byKey(1);
    late.resolve('old');
    await load;
    expect(await app.cache().has('row:1')).toBe(false);
  });

  it('of a method that returns a plain value goes on returning it', async () => {
    const { app, rows } = await start();
    expect(rows.sync(1)).toBe(1);
    await app.clock.settle();
    expect(await app.cache().has('row:1')).toBe(false);
  });

  it('waits for what has a then, whatever its class', async () => {
    const { app, rows } = await start();
    const call = rows.foreign(1);
    await app.clock.settle();
    expect(await app.cache().has('row:1')).toBe(true);
    gate.resolve(0);
    expect(await call).toBe(1);
    expect(await app.cache().has('row:1')).toBe(false);
  });

  it('beforeInvocation evicts first, also when the method fails then', async () => {
    const { app, rows } = await start();
    const call = rows.before(1);
    gate.reject(new Error('mine'));
    await expect(call).rejects.toThrow('mine');
    expect(seen).toEqual([false]);
    expect(await app.cache().has('row:1')).toBe(false);
  });

  it('beforeInvocation leaves a method that returns a plain value as it is', async () => {
    const { rows } = await start();
    expect(rows.beforeSync(1)).toBe(1);
    expect(seen).toEqual([false]);
  });

  it('condition decides; one that fails evicts', async () => {
    const { app, rows } = await start();
    condition = () => false;
    expect(await rows.conditional(1)).toBe(1);
    expect(await app.cache().has('row:1')).toBe(true);
    condition = () => {
      throw new Error('no telling');
    };
    expect(await rows.conditional(1)).toBe(1);
    expect(await app.cache().has('row:1')).toBe(false);
    expect(app.warnings).toEqual(['@CacheEvict Rows.conditional did not do all it should: no telling.']);
  });

  it('after holds the eviction, and not the method, until the commit', async () => {
    const { app, rows } = await start();
    expect(await rows.inTransaction(1)).toBe(1);
    await app.clock.settle();
    expect(await app.cache().has('row:1')).toBe(true);
    commit.resolve();
    await app.clock.settle();
    expect(await app.cache().has('row:1')).toBe(false);
    expect(seen).toEqual([true]);
  });

  it('after evicts nothing when what it waits for is rolled back', async () => {
    const { app, rows } = await start();
    const errors = app.errors();
    await rows.inTransaction(1);
    commit.reject(new Error('rolled back'));
    await app.clock.settle();
    expect(await app.cache().has('row:1')).toBe(true);
    expect(errors).toEqual([]);
  });

  it('does what it can when a part of it fails', async () => {
    const { app, rows } = await start();
    const errors = app.errors();
    expect(await rows.faultyKey()).toBe(7);
    expect(await leftIn(app)).toEqual(['other', 'a', 'b']);
    expect(errors).toEqual(['evict: Error: no key']);
  });

  it('says when its key names the entry of no other method', async () => {
    const { app, rows } = await start();
    await rows.unspellable(1);
    expect(app.warnings).toEqual([
      '@CacheEvict Rows.unspellable did not do all it should: ' +
        'the key must be a string, or have a keyPrefix: else it names the entry of no other method.',
    ]);
  });

  it('names the entry of @Cached in another class by key and prefix', async () => {
    let runs = 0;
    @Injectable()
    @CacheConfig({ keyPrefix: 'things' })
    class Reader {
      @Cached({ key: (id, _log) => id })
      async find(_id: number, _log: object): Promise<number> {
        return ++runs;
      }
    }
    @Injectable()
    class Writer {
      @CacheEvict({ key: (id) => id, keyPrefix: 'things' })
      async change(_id: number): Promise<void> {}
    }
    const app = await App.start({ providers: [Reader, Writer] });
    await app.get(Reader).find(1, console);
    await app.get(Writer).change(2);
    expect(await app.get(Reader).find(1, console)).toBe(1);
    await app.get(Writer).change(1);
    expect(await app.get(Reader).find(1, console)).toBe(2);
  });

  it.each([
    [{}],
    [undefined],
    [null],
    [{ tags: [] }],
    [{ pattern: '' }],
    [{ allEntries: false }],
    [{ condition: () => true }],
  ])('is refused at decoration when it does not say what to evict: %p', (options) => {
    expect(() => CacheEvict(options as never)).toThrow(CacheUsageError);
    expect(() => CacheEvict(options as never)).toThrow('@CacheEvict must say what to evict');
  });
});

async function leftIn(app: App): Promise<string[]> {
  const cache = app.cache();
  const left = [...(await cache.getMany(['row:1', 'row:12', 'other'])).keys()];
  for (const tenant of ['a', 'b']) if (await cache.forTenant(tenant).has('row:1')) left.push(tenant);
  return left;
}
