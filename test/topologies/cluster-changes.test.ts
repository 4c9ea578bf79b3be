import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openRedisRoom } from '../../lib/backends/redis/open-redis.js';
import { slotOf } from '../../lib/backends/redis/cluster/key-slot.js';
import type { CacheManager } from '../../lib/core/cache-manager.js';
import { shutDown } from '../../lib/core/shutdown.js';
import { systemClock, systemRandom } from '../../lib/support/clock.js';
import { until } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';
import { everyStore, heard } from '../support/every-store.js';
import { RedisCluster } from '../support/redis-cluster.js';
import { freePort } from '../support/redis-server.js';
import { SteadyLoad } from '../support/steady-load.js';

const { makeCache } = everyStore();
let cluster: RedisCluster;

beforeAll(async () => {
  cluster = await RedisCluster.start();
}, 30_000);
afterAll(() => cluster.stop());

async function open(namespace: string, commandTimeout: '100ms' | '2s'): Promise<CacheManager> {
  const cache = await makeCache({ namespace, redis: { nodes: cluster.nodes, commandTimeout } });
  await heard(cache);
  return cache;
}

function namesIn(slot: number, count: number): string[] {
  const names: string[] = [];
  for (let nth = 0; names.length < count; nth++) if (slotOf(`n${nth}`) === slot) names.push(`n${nth}`);
  return names;
}

/** What one deletes leaves the memory of the other, whatever node its key is at. */
async function expectHeard(one: CacheManager, other: CacheManager): Promise<void> {
  await Promise.all([heard(one), heard(other)]);
  for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
    await eventually(
      async () => (await one.set(key, 'old')) && (await other.get(key)) && other.peek(key),
      (value) => value === 'old',
    );
    expect(await one.delete(key)).toBe(true);
    await until(() => other.peek(key) === undefined);
  }
}

describe('slots that move while calls run', () => {
  it('cost nobody an answer, and bring back nothing that was deleted', async () => {
    // Of a master without a replica: on a busy machine one might take over in the middle.
    const slot = 6_000;
    const [from, to] = [await cluster.ownerOf(slot), cluster.masters[2]!];
    expect(from).toBe(cluster.masters[1]);
    const [one, other] = [await open('moving', '2s'), await open('moving', '2s')];
    const names = namesIn(slot, 12);
    for (const name of names) expect(await one.set(name, 'before')).toBe(true);
    const load = new SteadyLoad([one, other], 4);
    const deleted = new Set<string>();
    let refused = 0;
    let turn = 0;
    await cluster.move(slot, from, to, async () => {
      const name = names[turn++ % names.length]!;
      // Some are at the old node by now, others at the new one.
      if (!deleted.has(name)) expect(await one.getOrSet(name, async () => 'loaded')).toMatch(/before|loaded/);
      if (await other.delete(name)) deleted.add(name);
      else refused += 1;
      const next = names[turn % names.length]!;
      expect(await other.getOrSet(`${next}:new`, async () => 'fresh')).toBe('fresh');
    });
    await load.stop();
    expect(load.rejections).toEqual([]);
    expect(deleted.size).toBeGreaterThan(0);
    for (const name of deleted) {
      const keys = [`moving:v:{${name}}`, `moving:l:{${name}}`];
      expect(await to.admin.exists(...keys)).toBe(0);
      // From node to node a message takes its time; it is not lost.
      await eventually(
        () => one.get(name),
        (value) => value === undefined,
      );
    }
    expect(refused).toBe(0);
    for (const name of names) {
      expect(await one.set(name, 'after')).toBe(true);
      expect(await to.admin.exists(`moving:v:{${name}}`)).toBe(1);
    }
    expect(await other.invalidate('n*')).toBeGreaterThanOrEqual(names.length);
    await expectHeard(one, other);
  }, 30_000);
});

describe('a master that dies', () => {
  it('is followed by its replica, and nobody goes without an answer', async () => {
    const [one, other] = [await open('dying', '100ms'), await open('dying', '100ms')];
    const room = await openRedisRoom({
      connection: { nodes: cluster.nodes, connectTimeout: 2_000 },
      connections: 1,
      coherence: 'auto',
      rootPath: 'room',
      clock: systemClock,
      random: systemRandom,
      onError: () => {},
    });
    await until(() => room.link.ready && room.bus.connected);
    const turns: string[] = [];
    room.link.watch({ lost: () => void turns.push('lost'), ready: () => void turns.push('ready') });
    const before = await room.link.identify();
    expect(before.split(' ')).toHaveLength(3);
    const load = new SteadyLoad([one, other], 8);
    await expectHeard(one, other);

    const [victim] = cluster.masters;
    const name = namesIn(200, 1)[0]!;
    expect(await cluster.ownerOf(200)).toBe(victim);
    const begun = performance.now();
    await victim!.server.kill();
    await eventually(
      async () => one.set(name, 1),
      (stored) => stored,
      15_000,
    );
    const survived = performance.now() - begun;
    await expectHeard(one, other);
    await until(() => room.link.ready && room.bus.connected);
    expect(turns.slice(0, 2)).toEqual(['lost', 'ready']);
    const after = await room.link.identify();
    expect(after.split(' ')).toHaveLength(3);
    expect(after).not.toBe(before);
    await load.stop();
    await Promise.all([room.bus.close(), room.backend.close()]);
    expect(load.rejections).toEqual([]);
    expect(load.calls).toBeGreaterThan(200);
    expect(survived).toBeLessThan(6_000);
  }, 40_000);
});

describe('a master that is frozen', () => {
  it('costs its keys one time limit a call, is given up, and is used again when it thaws', async () => {
    const one = await open('frozen', '100ms');
    const room = await openRedisRoom({
      connection: { nodes: cluster.nodes.slice(1), connectTimeout: 2_000 },
      connections: 1,
      coherence: 'none',
      rootPath: 'room',
      clock: systemClock,
      random: systemRandom,
      onError: () => {},
    });
    await until(() => room.link.ready);
    const turns: string[] = [];
    room.link.watch({ lost: () => void turns.push('lost'), ready: () => void turns.push('ready') });
    const frozen = await cluster.ownerOf(7_000);
    const [name, elsewhere] = [namesIn(7_000, 1)[0]!, namesIn(14_000, 1)[0]!];
    await frozen.server.pause();
    try {
      const load = new SteadyLoad([one], 8);
      const begun = performance.now();
      expect(await one.getOrSet(name, async () => 'loaded')).toBe('loaded');
      expect(performance.now() - begun).toBeLessThan(2_000);
      expect(await one.set(elsewhere, 1)).toBe(true);
      room.link.renew();
      await until(() => turns.includes('lost'));
      await expect(room.link.identify()).rejects.toThrow(/not connected/);
      await expect(room.backend.ping()).rejects.toThrow(/not connected/);
      await load.stop();
      expect(load.rejections).toEqual([]);
      expect(load.slowestMs).toBeLessThan(2_000);
    } finally {
      await frozen.server.resume();
    }
    await eventually(
      async () => one.set(name, 'thawed'),
      (stored) => stored,
      15_000,
    );
    await until(() => room.link.ready);
    await Promise.all([room.bus.close(), room.backend.close()]);
  }, 30_000);
});

describe('a cluster that is not there', () => {
  it('costs nobody an answer, and holds up no shutdown', async () => {
    const nodes = [{ host: '127.0.0.1', port: await freePort() }];
    const cache = await makeCache({ namespace: 'absent', redis: { nodes, commandTimeout: '100ms' } });
    let runs = 0;
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, nth) => cache.getOrSet(`k${nth}`, async () => ++runs)),
    );
    expect(answers).toHaveLength(50);
    expect(await cache.delete('k')).toBe(false);
    expect(await cache.clear()).toBe(false);
    expect(await cache.healthCheck()).toMatchObject({ status: 'degraded' });
    const begun = performance.now();
    await shutDown(cache.cache.parts);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});
