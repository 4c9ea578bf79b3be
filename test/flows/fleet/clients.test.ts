import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis as Redis6 } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import type { CacheModuleOptions, RedisClientLike } from '../../../lib/contracts/options.js';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { deferred, settle, until } from '../../support/deferred.js';
import { everyStore, heard } from '../../support/every-store.js';

type Client = RedisClientLike & { disconnect(): void };

const { makeCache, redis } = everyStore();

const CLIENTS: readonly [string, (url: string) => Client][] = [
  ['ioredis 6, RESP3', (url) => new Redis6(url)],
  ['ioredis 6, RESP2', (url) => new Redis6(url, { protocol: 2 })],
  ['ioredis 5', (url) => new Redis5(url)],
  ['ioredis 5 with a key prefix', (url) => new Redis5(url, { keyPrefix: 'team:' })],
  ['ioredis 6 with a key prefix', (url) => new Redis6(url, { keyPrefix: 'team:' })],
];

let watcher: Redis6;
beforeAll(() => {
  watcher = new Redis6(redis().url);
});
afterAll(() => watcher.disconnect());

let runs = 0;
const open: Client[] = [];
afterEach(() => {
  for (const client of open.splice(0)) client.disconnect();
});

// The stand-in for the application's own client is the real thing: each cache listens over a duplicate of it.
describe.each(CLIENTS)('a client of the application: %s', (_, make) => {
  describe.each(['tracking', 'pubsub'] as const)('%s', (coherence) => {
    let namespace: string;
    const join = async (options: CacheModuleOptions = {}): Promise<CacheManager> => {
      const client = make(redis().url);
      open.push(client);
      const cache = await makeCache({ namespace, redis: { client, coherence, commandTimeout: '5s' }, ...options });
      await heard(cache);
      return cache;
    };
    const fleet = async (): Promise<[CacheManager, CacheManager]> => {
      namespace = `clients${runs++}`;
      return [await join(), await join()];
    };

    it('one load for both, and an L1 that hears of every change', async () => {
      const [a, b] = await fleet();
      let loads = 0;
      const gate = deferred<void>();
      const load = async (): Promise<number> => {
        loads++;
        await gate.promise;
        return loads;
      };
      const both = [a.getOrSet('k', load, { tags: ['t'] }), b.getOrSet('k', load, { tags: ['t'] })];
      await until(() => loads === 1);
      await settle();
      gate.resolve();
      expect(await Promise.all(both)).toEqual([1, 1]);
      await b.get('k');
      expect([a.peek('k'), b.peek('k')]).toEqual([1, 1]);

      await a.set('k', 2, { tags: ['t'] });
      await until(() => b.peek('k') === undefined);
      expect(await b.get('k')).toBe(2);
      await b.invalidateTags('t');
      await until(() => a.peek('k') === undefined);
      expect(await a.get('k')).toBeUndefined();
    });

    it('what was deleted during a load in the other process stays away', async () => {
      const [a, b] = await fleet();
      const gate = deferred<void>();
      let row = 'old';
      let begun = false;
      const loading = a.getOrSet('k', async () => {
        const value = row;
        begun = true;
        await gate.promise;
        return value;
      });
      await until(() => begun);
      row = 'new';
      expect(await b.delete('k')).toBe(true);
      gate.resolve();
      await loading;
      expect(a.peek('k')).toBeUndefined();
      expect(await b.getOrSet('k', () => row)).toBe('new');
      await until(() => a.cache.parts.flights.running.size === 0);
      expect(await a.getOrSet('k', () => 'not again')).toBe('new');
    });

    it('a lost channel empties L1', async () => {
      const [a] = await fleet();
      await a.set('k', 1);
      expect(a.peek('k')).toBe(1);
      await watcher.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await until(() => a.peek('k') === undefined);
      await heard(a);
      expect(a.peek('k')).toBeUndefined();
      expect(await a.get('k')).toBe(1);
    });
  });
});
