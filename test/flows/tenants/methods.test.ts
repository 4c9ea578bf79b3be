import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cached, CacheEvict, CachePut, CacheTenantError, type TenantOptions } from 'nestjs-cached';
import { settle } from '../../support/deferred.js';
import { App } from '../decorators/support/app.js';

const storage = new AsyncLocalStorage<string>();
const resolve = (): string | undefined => storage.getStore();
const as = <T>(tenant: string, run: () => T): T => storage.run(tenant, run);

let runs: string[];
beforeEach(() => {
  runs = [];
});
afterEach(() => App.closeAll());

const ran = (what: string): string => {
  runs.push(`${what} as ${resolve() ?? 'nobody'}`);
  return `${what} as ${resolve() ?? 'nobody'}`;
};

@Injectable()
class Rows {
  @Cached({ key: (id) => `row:${id}` })
  async find(id: number): Promise<string> {
    return ran(`row ${id}`);
  }

  @Cached({ key: (id) => `row:${id}`, tenant: (_id, tenant) => tenant! })
  async findOf(id: number, tenant?: string): Promise<string> {
    return ran(`row ${id} for ${tenant}`);
  }

  @Cached({ condition: () => false })
  async never(): Promise<string> {
    return ran('never cached');
  }

  @CachePut({ key: (id) => `row:${id}` })
  async put(id: number): Promise<string> {
    return ran(`put ${id}`);
  }

  @CachePut({ key: (id) => `row:${id}`, tenant: (_id, tenant) => tenant! })
  async putOf(id: number, tenant?: string): Promise<string> {
    return ran(`put ${id} for ${tenant}`);
  }

  @CacheEvict({ key: (id) => `row:${id}` })
  async evict(id: number): Promise<string> {
    return ran(`evict ${id}`);
  }

  @CacheEvict({ allEntries: true })
  async evictAll(): Promise<void> {
    ran('evict all');
  }

  @CacheEvict({ key: (id) => `row:${id}`, tenant: (_id, tenant) => tenant! })
  async evictOf(id: number, tenant?: string): Promise<void> {
    ran(`evict ${id} for ${tenant}`);
  }

  @CacheEvict({ key: (id) => `row:${id}`, after: () => settle().then(() => storage.exit(settle)) })
  async evictLater(_id: number): Promise<void> {}

  @CacheEvict({ allEntries: true })
  evictAtOnce(): string {
    return ran('evict at once');
  }
}

const start = async (tenant?: TenantOptions): Promise<{ app: App; rows: Rows }> => {
  const app = await App.start({ providers: [Rows], ...(tenant && { cache: { tenant } }) });
  return { app, rows: app.get(Rows) };
};

describe('decorated methods within a resolved tenant', () => {
  it('have entries of their own for each', async () => {
    const { rows } = await start({ resolve });
    for (const tenant of ['acme', 'globex']) {
      for (let call = 0; call < 2; call++) expect(await as(tenant, () => rows.find(1))).toBe(`row 1 as ${tenant}`);
    }
    expect(await rows.find(1)).toBe('row 1 as nobody');
    expect(runs).toEqual(['row 1 as acme', 'row 1 as globex', 'row 1 as nobody']);
  });

  it('go by the tenant they name themselves first', async () => {
    const { app, rows } = await start({ resolve, required: true });
    await as('acme', () => rows.findOf(1, 'globex'));
    await as('acme', () => rows.find(1));
    expect(await app.cache().forTenant('globex').get('row:1')).toBe('row 1 for globex as acme');
    expect(await app.cache().forTenant('acme').get('row:1')).toBe('row 1 as acme');
    await as('acme', () => rows.putOf(1, 'globex'));
    expect(await app.cache().forTenant('globex').get('row:1')).toBe('put 1 for globex as acme');
    await as('acme', () => rows.evictOf(1, 'globex'));
    expect(await app.cache().forTenant('globex').has('row:1')).toBe(false);
    expect(await app.cache().forTenant('acme').get('row:1')).toBe('row 1 as acme');
  });

  it('put and evict where the call is', async () => {
    const { app, rows } = await start({ resolve });
    const has = async (): Promise<boolean[]> =>
      Promise.all(['acme', 'globex'].map((tenant) => app.cache().forTenant(tenant).has('row:1')));
    for (const tenant of ['acme', 'globex']) await as(tenant, () => rows.put(1));
    expect(await has()).toEqual([true, true]);
    await as('acme', () => rows.evict(1));
    expect(await has()).toEqual([false, true]);
    await as('acme', () => rows.put(1));
    await as('globex', () => rows.evictAll());
    expect(await has()).toEqual([true, false]);
  });

  it('evict after a commit in the tenant of the call', async () => {
    const { app, rows } = await start({ resolve, required: true });
    const acme = app.cache().forTenant('acme');
    await acme.set('row:1', 'old');
    const gone = new Promise((done) => acme.on('delete', done));
    await as('acme', () => rows.evictLater(1));
    expect(await acme.has('row:1')).toBe(true);
    await gone;
    expect(await acme.has('row:1')).toBe(false);
  });
});

describe('a decorated method whose tenant cannot be told', () => {
  it.each([
    ['required and not named', { required: true }],
    ['required and not resolved', { required: true, resolve: () => undefined }],
    ['resolved to an empty name', { resolve: () => '' }],
    [
      'a resolve that throws',
      {
        resolve: () => {
          throw new Error('no context');
        },
      },
    ],
  ])('rejects and does not run: %s', async (_, tenant) => {
    const { app, rows } = await start(tenant);
    await app.cache().withoutTenant().set('row:1', 'shared');
    for (const call of [() => rows.find(1), () => rows.put(1), () => rows.evict(1), () => rows.evictAll()]) {
      const failure = call().then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(await failure).toBeInstanceOf(CacheTenantError);
    }
    expect(() => rows.evictAtOnce()).toThrow(CacheTenantError);
    expect(runs).toEqual([]);
    expect(await app.cache().withoutTenant().get('row:1')).toBe('shared');
    expect(await rows.never()).toBe('never cached as nobody');
    expect(await rows.findOf(1, 'acme')).toBe('row 1 for acme as nobody');
  });

  it.each([undefined, ''])('rejects where its own function says %p and a tenant is required', async (nobody) => {
    const { rows } = await start({ required: true, resolve: () => 'acme' });
    for (const call of [() => rows.findOf(1, nobody), () => rows.putOf(1, nobody), () => rows.evictOf(1, nobody)]) {
      await expect(call()).rejects.toThrow(CacheTenantError);
    }
    expect(runs).toEqual([]);
  });

  it.each([undefined, ''])('runs uncached where its own function says %p and none is required', async (nobody) => {
    const { app, rows } = await start();
    const errors = app.errors();
    await app.cache().set('row:1', 'shared');
    expect(await rows.findOf(1, nobody)).toBe(`row 1 for ${nobody} as nobody`);
    await rows.putOf(1, nobody);
    await rows.evictOf(1, nobody);
    expect(runs).toHaveLength(3);
    expect(errors.map((text) => text.split(':')[0])).toEqual(['key', 'put', 'evict']);
    expect(await app.cache().get('row:1')).toBe('shared');
  });
});
