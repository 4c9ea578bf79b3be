import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster } from 'ioredis';
import { slotOf } from '../../lib/backends/redis/cluster/key-slot.js';
import { closeRedis } from '../../lib/backends/redis/redis-client.js';
import type { RedisOptions } from '../../lib/contracts/options.js';
import type { CacheManager } from '../../lib/core/cache-manager.js';
import { deferred } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';
import { everyStore, heard } from '../support/every-store.js';
import { RedisCluster } from '../support/redis-cluster.js';

const { makeCache } = everyStore();
let cluster: RedisCluster;
const lent: Cluster[] = [];

beforeAll(async () => {
  cluster = await RedisCluster.start();
}, 30_000);
afterEach(async () => {
  await Promise.all(lent.splice(0).map((client) => closeRedis(client)));
});
afterAll(() => cluster.stop());

let namespaces = 0;
const fresh = (): string => `run${namespaces++}`;

async function open(namespace: string, redis: RedisOptions = { nodes: cluster.nodes }): Promise<CacheManager> {
  const cache = await makeCache({ namespace, redis: { commandTimeout: '2s', ...redis } });
  await heard(cache);
  return cache;
}

function lentCluster(options: { keyPrefix?: string } = {}): RedisOptions {
  const client = new Cluster(cluster.nodes, { ...options, redisOptions: { disconnectTimeout: 100 } });
  client.on('error', () => {});
  lent.push(client);
  return { client };
}

const gone = (cache: CacheManager, key: string): Promise<unknown> =>
  eventually(
    () => cache.get(key),
    (value) => value === undefined,
  );

describe('the slot of a key', () => {
  it.each(['', 'a', 'shop:v:{book:7}', 'shop:l:{book:7}', '{}x', '{a}{b}', 'x{é}', '}{', '{{a}}', 'ünï'])(
    'is that of the server: %j',
    async (key) => {
      expect(slotOf(key)).toBe(await cluster.masters[0]!.admin.call('CLUSTER', 'KEYSLOT', key));
    },
  );
});

describe.each([
  ['nodes', () => ({ nodes: cluster.nodes })],
  ['a Cluster that was handed in', () => lentCluster()],
  ['a Cluster that prefixes its keys', () => lentCluster({ keyPrefix: 'app:' })],
] as const)('a cluster by %s', (_name, redis) => {
  const names = Array.from({ length: 60 }, (_, nth) => `key:${nth}`);

  it('takes every operation, whatever slots its keys are in', async () => {
    const namespace = fresh();
    const one = await open(namespace, redis());
    const other = await open(namespace, redis());
    expect(await one.setMany(names.map((name) => [name, { name }]))).toBe(true);
    expect((await other.getMany(names)).size).toBe(names.length);
    const listed: string[] = [];
    for await (const key of other.keys()) listed.push(key);
    expect(listed.sort()).toEqual([...names].sort());
    expect(await one.deleteMany(names.slice(0, 20))).toBe(true);
    await eventually(
      async () => (await other.getMany(names)).size,
      (size) => size === 40,
    );
    expect(await one.invalidate('key:2*')).toBe(10);
    await gone(other, 'key:25');
    expect(await one.has('key:30')).toBe(true);
    expect(await one.expire('key:30')).toBe(true);
    await gone(other, 'key:30');

    const tags = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const tag of tags) expect(await one.getOrSet(`by:${tag}`, async () => tag, { tags: [tag] })).toBe(tag);
    expect((await other.getMany(tags.map((tag) => `by:${tag}`))).size).toBe(6);
    expect(await one.invalidateTags(...tags)).toBe(true);
    for (const tag of tags) await gone(other, `by:${tag}`);
    const batch = await one.getOrSetMany(names, async (missing) => missing.map((name) => name.length));
    expect(batch.size).toBe(names.length);
    expect(await one.clear()).toBe(true);
    await gone(other, 'key:40');
    expect(await one.healthCheck()).toMatchObject({ status: 'up' });
    expect(one.getStats().errors + other.getStats().errors).toBe(0);
  });

  it('loads a key once, and stores nothing that a delete or a tag has overtaken', async () => {
    const namespace = fresh();
    const [one, other] = [await open(namespace, redis()), await open(namespace, redis())];
    const loading = deferred<number>();
    let runs = 0;
    const load = (): Promise<number> => {
      runs += 1;
      return loading.promise;
    };
    const calls = [one, other].flatMap((cache) => [cache.getOrSet('once', load), cache.getOrSet('once', load)]);
    await eventually(
      async () => runs,
      (count) => count > 0,
    );
    loading.resolve(7);
    expect(await Promise.all(calls)).toEqual([7, 7, 7, 7]);
    expect(runs).toBe(1);

    for (const [key, overtake] of [
      ['fenced', () => other.delete('fenced')],
      ['swept', () => other.invalidate('sw*').then((count) => count === 0)],
      ['tagged', () => other.invalidateTags('late')],
    ] as const) {
      const begun = deferred<void>();
      const row = deferred<string>();
      const late = one.getOrSet(key, async ({ setTags }) => {
        begun.resolve();
        const value = await row.promise;
        if (key === 'tagged') setTags('late');
        return value;
      });
      await begun.promise;
      expect(await overtake()).toBe(true);
      row.resolve('old');
      expect(await late).toBe('old');
      expect(await one.get(key)).toBeUndefined();
      expect(await other.get(key)).toBeUndefined();
    }
  });
});

describe('what is said on a cluster', () => {
  it('is heard in rows of its own for each node: nobody takes one for another’s gap', async () => {
    const namespace = fresh();
    const [one, other] = [await open(namespace), await open(namespace)];
    const names = Array.from({ length: 100 }, (_, nth) => `k${nth}`);
    await one.set('kept', 1);
    await eventually(
      async () => (await other.get('kept')) && other.peek('kept'),
      (value) => value === 1,
    );
    for (let round = 0; round < 3; round++) await Promise.all(names.map((name) => one.set(name, round)));
    await eventually(
      async () => other.get('k99'),
      (value) => value === 2,
    );
    expect(other.peek('kept')).toBe(1);
  });

  it('goes on when the node that was listened at has died', async () => {
    // Of which connections that subscribe: each master loses its own, whoever has it.
    const namespace = fresh();
    const [one, other] = [await open(namespace), await open(namespace)];
    await Promise.all(cluster.masters.map(({ admin }) => admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')));
    await Promise.all([heard(one), heard(other)]);
    await one.set('k', 'old');
    await eventually(
      async () => (await other.get('k')) && other.peek('k'),
      (value) => value === 'old',
    );
    await one.delete('k');
    await eventually(
      async () => other.peek('k'),
      (value) => value === undefined,
    );
  });
});
