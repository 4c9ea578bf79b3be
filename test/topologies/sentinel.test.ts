import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openRedisRoom } from '../../lib/backends/redis/open-redis.js';
import type { CacheManager } from '../../lib/core/cache-manager.js';
import { shutDown } from '../../lib/core/shutdown.js';
import { systemClock, systemRandom } from '../../lib/support/clock.js';
import { until } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';
import { everyStore, heard } from '../support/every-store.js';
import { RedisSentinels } from '../support/redis-sentinel.js';
import { freePort, type RunningRedis } from '../support/redis-server.js';
import { SteadyLoad } from '../support/steady-load.js';

const { makeCache } = everyStore();
let group: RedisSentinels;

beforeAll(async () => {
  group = await RedisSentinels.start();
}, 30_000);
afterAll(() => group.stop());

async function open(): Promise<CacheManager> {
  const cache = await makeCache({ namespace: 'shop', redis: { sentinels: group.addresses, commandTimeout: '200ms' } });
  await heard(cache);
  return cache;
}

/** From now until a write lands on another server than `old`, and is read there. */
async function untilUsed(cache: CacheManager, old: RunningRedis): Promise<number> {
  const begun = performance.now();
  await eventually(
    async () => {
      const master = await group.master();
      return master !== old && (await cache.set('probe', 1)) && (await group.client(master).exists('shop:v:{probe}'));
    },
    (found) => found === 1,
    15_000,
  );
  return performance.now() - begun;
}

/** What one process deletes leaves the memory of the other, which is tracked by the server that is the master now. */
async function expectTracked(one: CacheManager, other: CacheManager): Promise<void> {
  const admin = group.client(await group.master());
  await eventually(
    async () => String(await admin.client('LIST')).match(/flags=\w*t/g)?.length ?? 0,
    (tracked) => tracked >= 2,
  );
  await Promise.all([heard(one), heard(other)]);
  await one.set('shared', 'old');
  await eventually(
    async () => (await other.get('shared')) && other.peek('shared'),
    (value) => value === 'old',
  );
  expect(await one.delete('shared')).toBe(true);
  await until(() => other.peek('shared') === undefined);
}

describe('sentinels that are not there', () => {
  it('cost nobody an answer, and hold up no shutdown', async () => {
    const sentinels = [{ host: '127.0.0.1', port: await freePort() }];
    const cache = await makeCache({ namespace: 'absent', redis: { sentinels, commandTimeout: '100ms' } });
    let runs = 0;
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, nth) => cache.getOrSet(`k${nth}`, async () => ++runs)),
    );
    expect(answers).toHaveLength(50);
    expect(await cache.delete('k')).toBe(false);
    expect(await cache.healthCheck()).toMatchObject({ status: 'degraded' });
    const begun = performance.now();
    await shutDown(cache.cache.parts);
    expect(performance.now() - begun).toBeLessThan(3_000);
  });
});

describe('a master that sentinels know', () => {
  it('is followed through a failover and a death, and nobody goes without an answer', async () => {
    const caches = [await open(), await open()] as const;
    const room = await openRedisRoom({
      connection: { sentinels: { addresses: group.addresses, name: 'mymaster' }, connectTimeout: 2_000 },
      connections: 1,
      coherence: 'auto',
      rootPath: 'room',
      clock: systemClock,
      random: systemRandom,
      onError: () => {},
    });
    const turns: string[] = [];
    room.link.watch({ lost: () => void turns.push('lost'), ready: () => void turns.push('ready') });
    await eventually(
      async () => room.link.ready,
      (ready) => ready,
    );
    await expectTracked(...caches);
    const first = await group.master();
    const name = await room.link.identify();
    const load = new SteadyLoad(caches);

    await group.failOver();
    const moved = await untilUsed(caches[0], first);
    await expectTracked(...caches);
    await until(() => room.link.ready && room.bus.connected);
    expect(turns).toEqual(expect.arrayContaining(['lost', 'ready']));
    expect(await room.link.identify()).not.toBe(name);
    expect(room.bus.mode).toBe('tracking');

    await group.agreed();
    const second = await group.master();
    await second.kill();
    const survived = await untilUsed(caches[0], second);
    await expectTracked(...caches);
    await load.stop();
    await Promise.all([room.bus.close(), room.backend.close()]);

    expect(load.rejections).toEqual([]);
    expect(load.calls).toBeGreaterThan(200);
    expect(moved).toBeLessThan(5_000);
    expect(survived).toBeLessThan(10_000);
  }, 60_000);
});
