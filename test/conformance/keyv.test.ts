import { afterAll, afterEach, beforeAll, describe, jest } from '@jest/globals';
import { KeyvBackend } from 'nestjs-cached/keyv';
import KeyvRedis, { createClient } from '@keyv/redis';
import { Keyv } from 'keyv';
import { Keyv as Keyv6 } from 'keyv6';
import { Redis } from 'ioredis';
import { backendConformance } from '../../lib/testing/backend-conformance.js';
import { startRedis, type RunningRedis } from '../support/redis-server.js';

/** Keyv asks `Date.now` whether a value is over: the test moves that, and nothing sleeps. */
const real = Date.now;
let ahead = 0;
beforeAll(() => {
  jest.spyOn(Date, 'now').mockImplementation(() => real() + ahead);
});
afterAll(() => {
  jest.restoreAllMocks();
});
const advance = async (ms: number): Promise<void> => {
  ahead += ms;
};

backendConformance(() => new KeyvBackend(new Keyv()), {
  name: 'KeyvBackend over Keyv 5 over a Map',
  advance,
  capabilities: ['scan'],
});

backendConformance(() => new KeyvBackend(new Keyv6()), {
  name: 'KeyvBackend over Keyv 6 over a Map',
  advance,
  capabilities: ['scan', 'getMany'],
});

backendConformance(() => new KeyvBackend(new Map<string, string>()), {
  name: 'KeyvBackend over a Map itself',
  advance,
  capabilities: ['scan'],
});

describe('over a real Redis', () => {
  let server: RunningRedis;
  let admin: Redis;
  const clients: { isOpen: boolean; destroy(): void }[] = [];
  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.port, '127.0.0.1', { retryStrategy: () => 50, disconnectTimeout: 50 });
    admin.on('error', () => {});
  });
  afterEach(() => {
    for (const client of clients.splice(0)) if (client.isOpen) client.destroy();
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });

  /** Fails at once without a server, as an application should have it; then it has to be connected before it is used. */
  async function adapter(options: { namespace?: string } = {}): Promise<KeyvRedis<unknown>> {
    const client = createClient({
      url: server.url,
      disableOfflineQueue: true,
      socket: { reconnectStrategy: () => 50 },
    });
    clients.push(client);
    client.on('error', () => {});
    await client.connect();
    return new KeyvRedis(client, options);
  }

  /** Keys of a real server: their ends are moved nearer, and Keyv's clock with them. */
  async function advanceAll(ms: number): Promise<void> {
    ahead += ms;
    for await (const keys of admin.scanStream({ count: 1_000 })) {
      for (const key of keys as string[]) {
        const left = await admin.pttl(key);
        if (left >= 0) await admin.pexpire(key, Math.max(0, left - Math.round(ms)));
      }
    }
  }

  const unavailable = async (): Promise<() => Promise<void>> => {
    const { port } = server;
    await server.kill();
    return async () => {
      server = await startRedis({ port });
    };
  };
  const over = (name: string, create: () => Promise<KeyvBackend>): void =>
    backendConformance(create, {
      name,
      advance: advanceAll,
      unavailable,
      capabilities: ['scan', 'getMany'],
      patienceMs: 5_000,
    });

  over(
    'KeyvBackend over Keyv 5 over Redis',
    async () => new KeyvBackend(new Keyv({ store: await adapter(), namespace: 'five' })),
  );
  over(
    'KeyvBackend over Keyv 5 over Redis without a prefix',
    async () => new KeyvBackend(new Keyv({ store: await adapter(), namespace: undefined, useKeyPrefix: false })),
  );
  over(
    'KeyvBackend over Keyv 6 over Redis',
    async () => new KeyvBackend(new Keyv6({ store: await adapter(), namespace: 'six' })),
  );
  over('KeyvBackend over the adapter for Redis', async () => new KeyvBackend(await adapter({ namespace: 'bare' })));
});
