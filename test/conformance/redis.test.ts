import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { closeRedis, openRedis } from '../../lib/backends/redis/redis-client.js';
import { RedisBackend } from '../../lib/backends/redis/redis.backend.js';
import type { RedisClientLike } from '../../lib/contracts/options.js';
import { CacheBackendError } from '../../lib/support/errors.js';
import { backendConformance } from '../../lib/testing/backend-conformance.js';
import { startRedis, type RunningRedis } from '../support/redis-server.js';

let server: RunningRedis;
const opened: RedisClientLike[] = [];

beforeAll(async () => {
  server = await startRedis();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map(closeRedis));
});
afterAll(() => server.stop());

async function open(): Promise<RedisClientLike> {
  const client = await openRedis({ host: '127.0.0.1', port: server.port, connectTimeout: 2_000 });
  opened.push(client);
  return client;
}

/** Real keys on a real server: their ends are moved nearer instead of waiting for them. */
async function advance(ms: number): Promise<void> {
  const client = (await open()) as unknown as Redis;
  if (client.status !== 'ready') await new Promise((resolve) => client.once('ready', resolve));
  for await (const keys of client.scanStream({ count: 1_000 })) {
    for (const key of keys as string[]) {
      const left = await client.pttl(key);
      if (left >= 0) await client.pexpire(key, Math.max(0, left - Math.round(ms)));
    }
  }
}

const capabilities = ['scan', 'getMany', 'setMany', 'deleteMany', 'touch', 'patch'] as const;

backendConformance(async () => new RedisBackend([await open()], true), {
  name: 'RedisBackend',
  capabilities,
  advance,
  patienceMs: 5_000,
  unavailable: async () => {
    const { port } = server;
    await server.kill();
    return async () => {
      server = await startRedis({ port });
    };
  },
});

backendConformance(async () => new RedisBackend([await open(), await open(), await open()], true), {
  name: 'RedisBackend over three connections',
  capabilities,
  advance,
  patienceMs: 5_000,
});

backendConformance(
  async () => {
    const client = new Redis(server.port, '127.0.0.1', { keyPrefix: 'app[*]:' });
    opened.push(client);
    return new RedisBackend([client], false);
  },
  { name: 'RedisBackend over a client that prefixes its keys', capabilities, patienceMs: 5_000 },
);

describe('RedisBackend', () => {
  it('adds a key that is absent, and no other', async () => {
    const backend = new RedisBackend([await open()], true);
    expect(await backend.add('added', Buffer.from('1'), 60_000)).toBe(true);
    expect(await backend.add('added', Buffer.from('2'), 60_000)).toBe(false);
    expect(Buffer.from((await backend.get('added'))!).toString()).toBe('1');
  });

  it('fails at once, and by name, when the connection is gone', async () => {
    const client = await open();
    const backend = new RedisBackend([client], true);
    await backend.ping();
    await backend.close();
    await expect(backend.get('k')).rejects.toThrow(CacheBackendError);
  });

  it('closes its own connections, and leaves one that was handed in', async () => {
    const [own, handed] = [await open(), await open()];
    const [first, second] = [new RedisBackend([own], true), new RedisBackend([handed], false)];
    await Promise.all([first.ping(), second.ping()]);
    await Promise.all([first.close(), second.close()]);
    expect(own.status).not.toBe('ready');
    expect(handed.status).toBe('ready');
  });
});
