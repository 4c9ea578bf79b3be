import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cached, CacheTimeoutError } from 'nestjs-cached';
import { deferred, type Deferred } from '../../support/deferred.js';
import { App } from './support/app.js';

let loads: Deferred<string>[];
let app: App;
let service: Service;

@Injectable()
class Service {
  @Cached({ ttl: '1m', staleWhileRevalidate: '1m' })
  stale(): Promise<string> {
    return this.load();
  }

  @Cached({ ttl: '1m', staleIfError: '1m' })
  forgiving(): Promise<string> {
    return this.load();
  }

  @Cached({ ttl: '1m', refreshAhead: true })
  ahead(): Promise<string> {
    return this.load();
  }

  @Cached({ ttl: '1m', refreshAhead: false })
  notAhead(): Promise<string> {
    return this.load();
  }

  @Cached({ hardTimeout: '100ms' })
  limited(): Promise<string> {
    return this.load();
  }

  @Cached({ ttl: '1m', staleWhileRevalidate: 0, staleIfError: '1m', softTimeout: 50 })
  soft(): Promise<string> {
    return this.load();
  }

  private load(): Promise<string> {
    const load = deferred<string>();
    loads.push(load);
    return load.promise;
  }
}

type Name = 'stale' | 'forgiving' | 'ahead' | 'notAhead' | 'soft';

/** Has the method bring its first value, which takes the time given. */
async function fill(name: Name, duration = 0): Promise<void> {
  const first = service[name]();
  await app.clock.advance(duration);
  loads[0]!.resolve('old');
  expect(await first).toBe('old');
}

async function start(refreshAhead?: number): Promise<void> {
  loads = [];
  // With 0.5 a value that took 20 s is due 14 s before its end, times beta.
  const random = { next: () => 0.5, id: () => 'id' };
  app = await App.start({ providers: [Service], cache: { random, ...(refreshAhead ? { refreshAhead } : {}) } });
  service = app.get(Service);
}
beforeEach(() => start());
afterEach(() => App.closeAll());

describe('freshness through the decorator', () => {
  it('staleWhileRevalidate answers at once and renews behind', async () => {
    await fill('stale');
    await app.clock.advance(60_000);
    expect(await service.stale()).toBe('old');
    expect(await service.stale()).toBe('old');
    await app.clock.settle();
    expect(loads).toHaveLength(2);
    loads[1]!.resolve('new');
    await app.clock.settle();
    expect(await service.stale()).toBe('new');
  });

  it('an invalidation while it is renewed is not undone', async () => {
    await fill('stale');
    await app.clock.advance(60_000);
    await service.stale();
    await app.clock.settle();
    await app.cache().delete('Service:stale');
    loads[1]!.resolve('read before the change');
    await app.clock.settle();
    const call = service.stale();
    await app.clock.settle();
    expect(loads).toHaveLength(3);
    loads[2]!.resolve('new');
    expect(await call).toBe('new');
  });

  it('staleIfError answers with the old value when the method fails', async () => {
    await fill('forgiving');
    await app.clock.advance(60_000);
    const call = service.forgiving();
    await app.clock.settle();
    loads[1]!.reject(new Error('down'));
    expect(await call).toBe('old');
  });

  it('refreshAhead renews a value before its end', async () => {
    await fill('ahead', 20_000);
    await app.clock.advance(50_000);
    expect(await service.ahead()).toBe('old');
    await app.clock.settle();
    expect(loads).toHaveLength(2);
    loads[1]!.resolve('new');
    await app.clock.settle();
    expect(await service.ahead()).toBe('new');
  });

  it('refreshAhead can be switched off for a method', async () => {
    await start(10);
    await fill('notAhead', 20_000);
    await app.clock.advance(50_000);
    expect(await service.notAhead()).toBe('old');
    await app.clock.settle();
    expect(loads).toHaveLength(1);
  });

  it('hardTimeout rejects, and the load goes on for those who come later', async () => {
    const call = service.limited();
    const outcome = expect(call).rejects.toThrow(CacheTimeoutError);
    await app.clock.advance(100);
    await outcome;
    loads[0]!.resolve('late');
    await app.clock.settle();
    expect(await service.limited()).toBe('late');
    expect(loads).toHaveLength(1);
  });

  it('softTimeout answers with the old value, and the load goes on', async () => {
    await fill('soft');
    await app.clock.advance(60_000);
    const call = service.soft();
    await app.clock.advance(50);
    expect(await call).toBe('old');
    loads[1]!.resolve('new');
    await app.clock.settle();
    expect(await service.soft()).toBe('new');
  });
});
