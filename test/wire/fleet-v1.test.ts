import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { openRedisRoom, type RedisRoom } from '../../lib/backends/redis/open-redis.js';
import { createCache } from '../../lib/assembly/create-cache.js';
import { resolveOptions } from '../../lib/config/resolved-options.js';
import { shutDown } from '../../lib/core/shutdown.js';
import { systemClock } from '../../lib/support/clock.js';
import { FakeRandom } from '../../lib/testing/fake-random.js';
import { startRedis, type RunningRedis } from '../support/redis-server.js';

// FROZEN, like the entries: other processes of a fleet, of older and newer versions, read and write the same.
describe('what a fleet keeps beside its entries, version 1', () => {
  let server: RunningRedis;
  let client: Redis;
  let room: RedisRoom;
  beforeAll(async () => {
    server = await startRedis();
    client = new Redis(server.url);
    room = await openRedisRoom({
      connection: { url: server.url, connectTimeout: 2_000 },
      connections: 1,
      coherence: 'none',
      rootPath: 'shop',
      clock: systemClock,
      random: new FakeRandom(),
      onError: () => {},
    });
  });
  afterEach(() => client.flushall());
  afterAll(async () => {
    await room.bus.close();
    await room.backend.close();
    client.disconnect();
    await server.stop();
  });

  it('a lease is its owner’s token, beside the value, with an end', async () => {
    const key = { value: 'shop:v:{k}', lease: 'shop:l:{k}' };
    expect(await room.fleet.lease([{ ...key, token: 'the-token', seen: new Uint8Array(0) }], 2_000)).toEqual([
      'granted',
    ]);
    expect(await client.get('shop:l:{k}')).toBe('the-token');
    const left = await client.pttl('shop:l:{k}');
    expect(left).toBeGreaterThan(1_000);
    expect(left).toBeLessThanOrEqual(2_000);
  });

  it('the counter of the tags: epoch, count, and the marks of the last 64', async () => {
    const counter = { key: 'shop:t:{%}', epoch: 'ep-0_h', marks: ['01234567', '89abcdef'] };
    await room.fleet.bumpTags(counter, [{ key: 'shop:t:{a}', bytes: Buffer.from('x'), ttlMs: undefined }]);
    expect(await client.get('shop:t:{%}')).toBe('NV\u0001{"v":"ep-0_h.2.0123456789abcdef"}');
    expect(await client.pttl('shop:t:{%}')).toBe(-1);
    // Another epoch is for a counter that is not there.
    await room.fleet.bumpTags({ ...counter, epoch: 'other', marks: Array.from({ length: 64 }, () => 'ffffffff') }, []);
    expect(await client.get('shop:t:{%}')).toBe(`NV\u0001{"v":"ep-0_h.66.${'f'.repeat(512)}"}`);
  });

  it('a tag’s mark is the beginning of its SHA-256', async () => {
    const cache = await createCache(
      resolveOptions({ namespace: 'shop', backend: 'redis', redis: { url: server.url, commandTimeout: '5s' } }),
    );
    expect(await cache.invalidateTags('author:3')).toBe(true);
    await shutDown(cache.cache.parts);
    // printf %s author:3 | sha256sum | cut -c-8
    expect(await client.get('shop:t:{%}')).toMatch(/^NV.\{"v":"[\w-]{16}\.1\.[0-9a-f]{8}"\}$/);
    expect(await client.get('shop:t:{%}')).toContain('.1.9efb7a7c"');
  });
});
