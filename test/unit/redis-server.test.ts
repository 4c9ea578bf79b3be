import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';

import { type RunningRedis, redisUrl, startRedis, stopSharedRedis } from '../support/redis-server.js';

describe('the Redis server of the tests', () => {
  const servers: RunningRedis[] = [];
  const clients: Redis[] = [];

  const start = async (...args: Parameters<typeof startRedis>): Promise<RunningRedis> => {
    const server = await startRedis(...args);
    servers.push(server);
    return server;
  };
  const clientOf = (url: string): Redis => {
    const client = new Redis(url, { retryStrategy: () => null, maxRetriesPerRequest: 0 });
    client.on('error', () => undefined);
    clients.push(client);
    return client;
  };

  afterEach(async () => {
    // Disconnecting an ended client would keep the process alive for ioredis' disconnect timeout.
    for (const client of clients.splice(0)) if (client.status !== 'end') client.disconnect();
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    await stopSharedRedis();
  });

  it('answers PING and persists nothing', async () => {
    const server = await start();
    const client = clientOf(server.url);
    expect(await client.ping()).toBe('PONG');
    expect(await client.config('GET', 'save')).toEqual(['save', '']);
  });

  it('is gone after stop, and stopping twice is harmless', async () => {
    const server = await start();
    await server.stop();
    await server.stop();
    await expect(clientOf(server.url).ping()).rejects.toThrow();
  });

  it('comes back on the same port after a kill', async () => {
    const first = await start();
    await first.kill('SIGKILL');
    const second = await start({ port: first.port });
    expect(second.port).toBe(first.port);
    expect(second.pid).not.toBe(first.pid);
    expect(await clientOf(second.url).ping()).toBe('PONG');
  });

  it('answers nothing while paused, and everything after it', async () => {
    const server = await start();
    const client = clientOf(server.url);
    await client.ping();
    await server.pause();
    let answered = false;
    const reply = client.ping().then((text) => {
      answered = true;
      return text;
    });
    await expect(Promise.race([reply, new Promise((resolve) => setTimeout(resolve, 100, 'silence'))])).resolves.toBe(
      'silence',
    );
    expect(answered).toBe(false);
    await server.resume();
    expect(await reply).toBe('PONG');
  });

  it('takes further arguments, and refuses wrong ones with its own words', async () => {
    const server = await start({ args: ['--maxmemory', '2mb'] });
    expect(await clientOf(server.url).config('GET', 'maxmemory')).toEqual(['maxmemory', '2097152']);
    await expect(startRedis({ args: ['--no-such-option', 'x'] })).rejects.toThrow(/did not start.*no-such-option/s);
  });

  it('offers one url to suites that need no control', async () => {
    const url = await redisUrl();
    expect(await redisUrl()).toBe(url);
    expect(await clientOf(url).ping()).toBe('PONG');
  });
});
