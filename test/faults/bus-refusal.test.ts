import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import type { RedisConnection } from '../../lib/backends/redis/redis-client.js';
import { until } from '../support/deferred.js';
import { startRedis, type RunningRedis } from '../support/redis-server.js';
import { Rooms, bytes, type EaredRoom } from '../unit/redis/rooms.js';

let server: RunningRedis;
let rooms: Rooms;
let admin: Redis;

beforeAll(async () => {
  server = await startRedis();
});
beforeEach(async () => {
  rooms = new Rooms(server.port);
  admin = await rooms.client();
});
afterEach(() => rooms.close());
afterAll(() => server.stop());

async function user(...rules: string[]): Promise<{ connection: RedisConnection }> {
  await admin.call('ACL', 'SETUSER', 'someone', 'reset', 'on', '>secret', '~*', '+@all', ...rules);
  const address = { host: '127.0.0.1', port: server.port, connectTimeout: 2_000 };
  return { connection: { ...address, username: 'someone', password: 'secret' } };
}

async function hears(room: EaredRoom, other: EaredRoom): Promise<string> {
  await room.backend.get(rooms.key.value);
  await other.fleet.store({ ...rooms.key, bytes: bytes('x'), ttlMs: undefined, token: undefined });
  await room.bus.barrier();
  return room.heard.join(' ');
}

describe('a user who may not use CLIENT TRACKING', () => {
  it.each([
    ['CLIENT TRACKING', '-client|tracking', '&*'],
    ['CLIENT ID', '-client|id', '&*'],
    ['the channel of tracking', '+@all', '&test*'],
  ])('is told by messages: no %s', async (_name, ...rules) => {
    const room = await rooms.connected(await user(...rules));
    expect(room.bus.mode).toBe('pubsub');
    expect(room.errors).toEqual([]);
    expect(await hears(room, await rooms.connected())).toContain(rooms.key.value);
  });

  it('loses nothing with a data connection, as long as it is told by messages', async () => {
    const room = await rooms.connected(await user('&*', '-client|tracking'));
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    let answers = false;
    await until(() => {
      room.backend.ping().then(
        () => (answers = true),
        () => {},
      );
      return answers;
    });
    expect(room.heard).toEqual([]);
    expect(room.bus.mode).toBe('pubsub');
  });

  it('is tracked after the next reconnect, when it may', async () => {
    const room = await rooms.connected(await user('&*', '-client|tracking'));
    await user('&*');
    for (const id of await rooms.ids(admin, 'P')) await admin.client('KILL', 'ID', id);
    await until(() => room.bus.mode === 'tracking');
    expect(room.heard).toEqual(['lost', 'back']);
  });

  it('is never connected when nothing else will do, and told so once', async () => {
    const room = await rooms.open({ ...(await user('&*', '-client|tracking')), coherence: 'tracking' });
    await until(() => room.errors.length > 0);
    const asked = async () =>
      /cmdstat_client\|tracking:.*rejected_calls=(\d+)/.exec(await admin.info('commandstats'))?.[1];
    const before = Number(await asked());
    let now = before;
    await until(() => {
      void asked().then((count) => (now = Number(count)));
      return now >= before + 2;
    });
    expect(room.errors).toHaveLength(1);
    expect(room.errors[0]).toMatch(/^listen: ReplyError: NOPERM/);
    expect(room.bus.connected).toBe(false);
    expect(room.heard).toEqual([]);
    await user('&*');
    await until(() => room.bus.connected);
    expect(room.heard).toEqual(['back']);
  });
});

describe('a user who may use no channel', () => {
  it('hears nothing, is told so once, and changes nothing that nobody would hear of', async () => {
    const room = await rooms.open(await user('resetchannels'));
    await until(() => room.errors.length > 0);
    expect(room.errors).toHaveLength(1);
    expect(room.bus.connected).toBe(false);
    expect(room.bus.mode).toBeUndefined();
    const item = { ...rooms.key, bytes: bytes('x'), ttlMs: undefined, token: undefined };
    await expect(room.fleet.store(item)).rejects.toThrow(/NOPERM|can't publish/);
    expect(await admin.exists(rooms.key.value)).toBe(0);
    // A fill is nobody's business.
    await room.fleet.lease([{ ...rooms.key, token: 'mine', seen: bytes('') }], 5_000);
    expect(await room.fleet.store({ ...item, token: 'mine' })).toBe(true);
  });
});

describe('a user whom the server does not know', () => {
  it('is told so', async () => {
    const { connection } = await user('&*');
    const room = await rooms.open({ connection: { ...connection, password: 'wrong' } });
    await until(() => room.errors.length > 0);
    expect(room.errors[0]).toMatch(/WRONGPASS/);
    expect(room.bus.connected).toBe(false);
  });
});
