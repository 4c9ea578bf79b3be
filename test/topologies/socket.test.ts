import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { everyStore, heard } from '../support/every-store.js';
import { startRedis, type RunningRedis } from '../support/redis-server.js';

const { makeCache } = everyStore();

let folder: string;
let socket: string;
let server: RunningRedis;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cache-'));
  socket = join(folder, 'redis.sock');
  server = await startRedis({ args: ['--unixsocket', socket, '--requirepass', 'secret'] });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

describe('a Unix socket', () => {
  it.each([
    ['path', () => ({ path: socket })],
    ['unix://', () => ({ url: `unix://${socket}` })],
  ])('is talked to by %s, also by who listens', async (_name, address) => {
    const redis = { ...address(), password: 'secret', commandTimeout: '5s' } as const;
    const [one, other] = [await makeCache({ redis }), await makeCache({ redis })];
    await Promise.all([heard(one), heard(other)]);
    expect(await one.getOrSet('k', async () => 'v')).toBe('v');
    expect(await other.get('k')).toBe('v');
    expect(await one.delete('k')).toBe(true);
    await eventually(
      () => other.get('k'),
      (value) => value === undefined,
    );
  });
});

describe('the scheme of another server', () => {
  it.each(['valkey', 'redis'])('%s:// is talked to in the same way', async (scheme) => {
    const redis = { url: `${scheme}://:secret@127.0.0.1:${server.port}/1`, commandTimeout: '5s' } as const;
    const cache = await makeCache({ redis });
    expect(await cache.set('k', 1)).toBe(true);
    expect(await cache.get('k')).toBe(1);
  });
});
