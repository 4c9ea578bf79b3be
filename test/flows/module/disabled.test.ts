import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cached, CacheEvict, CachePut } from 'nestjs-cached';
import { App } from '../decorators/support/app.js';

let runs = 0;
beforeEach(() => void (runs = 0));
afterEach(() => App.closeAll());

@Injectable()
class Service {
  @Cached({ hydrate: () => 'hydrated' })
  async find(_request: unknown): Promise<string> {
    return `run ${++runs}`;
  }

  @CachePut({ key: () => 'k' })
  async put(): Promise<string> {
    return `run ${++runs}`;
  }

  @CacheEvict({ key: () => 'k' })
  async evict(): Promise<string> {
    return `run ${++runs}`;
  }
}

describe('enabled: false', () => {
  it('runs every loader, and keeps nothing', async () => {
    const app = await App.start({ cache: { enabled: false } });
    const cache = app.cache();
    const load = async () => ++runs;
    expect([await cache.getOrSet('k', load), await cache.getOrSet('k', load)]).toEqual([1, 2]);
    expect(await Promise.all([cache.getOrSet('k', load), cache.getOrSet('k', load)])).toEqual([3, 4]);
    expect(await cache.set('k', 1)).toBe(false);
    expect(await cache.setMany([['k', 1]])).toBe(false);
    expect(await cache.warm([['k', 1]])).toBe(0);
    expect(await cache.get('k')).toBeUndefined();
    expect(cache.peek('k')).toBeUndefined();
    expect(await cache.has('k')).toBe(false);
    expect(await cache.getMany(['k'])).toEqual(new Map());
    const many = await cache.getOrSetMany(['a', 'b', 'a'], async (keys) => keys.map((key) => `${key}${++runs}`));
    expect(many).toEqual(
      new Map([
        ['a', 'a5'],
        ['b', 'b6'],
      ]),
    );
    expect(await app.keys()).toEqual([]);
  });

  it('has nothing to do, and no trouble, when something is invalidated', async () => {
    const cache = (await App.start({ cache: { enabled: false } })).cache();
    expect(await cache.delete('k')).toBe(true);
    expect(await cache.deleteMany(['k'])).toBe(true);
    expect(await cache.expire('k')).toBe(true);
    expect(await cache.invalidateTags('t')).toBe(true);
    expect(await cache.invalidate('*')).toBe(0);
    expect(await cache.clear()).toBe(true);
    expect((await cache.healthCheck()).status).toBe('up');
  });

  it('leaves decorated methods as they are, and says nothing', async () => {
    const app = await App.start({ providers: [Service], cache: { enabled: false } });
    const service = app.get(Service);
    expect(await service.find(() => 1)).toBe('run 1');
    expect(await service.find(1)).toBe('run 2');
    expect(await service.find(1)).toBe('run 3');
    expect([await service.put(), await service.evict()]).toEqual(['run 4', 'run 5']);
    expect(app.warnings).toEqual([]);
  });

  it('opens no connection', async () => {
    const app = await App.start({ cache: { enabled: false, redis: { url: 'redis://127.0.0.1:1' } } });
    expect(app.lines.filter((line) => line.startsWith('Cache '))).toEqual([
      'Cache "default": disabled, every call runs its loader',
    ]);
  });

  it('of one cache leaves the others enabled', async () => {
    const app = await App.start({ cache: { enabled: true }, providers: [Service] });
    await app.get(Service).find(1);
    expect(await app.get(Service).find(1)).toBe('hydrated');
  });
});
