import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { until } from '../../support/deferred.js';
import { startRedis, type RunningRedis } from '../../support/redis-server.js';
import { bytes, Rooms, type EaredRoom } from './rooms.js';

let server: RunningRedis;
let rooms: Rooms;
let clock: FakeClock;
let room: EaredRoom;
let raw: Redis;
/** What goes over the channel: kind and number of each message. */
let sent: string[];

beforeAll(async () => {
  server = await startRedis();
});
beforeEach(async () => {
  rooms = new Rooms(server.port);
  clock = new FakeClock();
  raw = await rooms.client();
  sent = [];
  raw.on('message', (_channel, text) => {
    const [, , number, kind] = JSON.parse(text) as [number, string, number, string];
    sent.push(`${kind}${number}`);
  });
  await raw.subscribe(`${rooms.root}:bus`);
  room = await rooms.open({ coherence: 'none', clock });
});
afterEach(() => rooms.close());
afterAll(() => server.stop());

const remove = () => room.fleet.remove([rooms.key]);
/** Everything that was published before is in `sent`. */
const arrived = (): Promise<unknown> => raw.ping();

describe('a process that told something', () => {
  it('numbers what it tells in the order in which it leaves', async () => {
    await Promise.all([
      remove(),
      room.fleet.tellPattern('p', '*'),
      room.fleet.store({ ...rooms.key, bytes: bytes('x'), ttlMs: undefined, token: undefined }),
      room.fleet.patch(rooms.key, 0, bytes('y'), bytes('x')),
      room.fleet.patch(rooms.key, 0, bytes('y'), bytes('x')),
      room.fleet.bump([{ key: `${rooms.root}:t:{a}`, bytes: bytes('x'), ttlMs: undefined }]),
      remove(),
    ]);
    await arrived();
    expect(sent).toEqual(['k1', 'p2', 'k3', 'k4', 'n5', 'k6', 'k7']);
  });

  it('says once more how much, when it has been silent for half a second', async () => {
    await remove();
    await clock.advance(400);
    await remove();
    await clock.advance(499);
    await arrived();
    expect(sent).toEqual(['k1', 'k2']);
    await clock.advance(1);
    await until(() => sent.length === 3);
    expect(sent).toEqual(['k1', 'k2', 'b2']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('says it again until it gets through', async () => {
    await remove();
    const admin = await rooms.client();
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await clock.advance(500);
    await until(() => clock.pendingTimers === 1);
    await expect(remove()).rejects.toThrow('Redis');
    await until(() => {
      void clock.advance(500);
      return sent.some((text) => text.startsWith('b'));
    });
    expect(sent.find((text) => text.startsWith('b'))).toMatch(/^b[12]$/);
  });

  it('says it at the latest when it goes', async () => {
    await remove();
    await room.backend.close();
    await until(() => sent.length === 2);
    expect(sent).toEqual(['k1', 'b1']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('sets no timer when it has nothing to say', async () => {
    await room.fleet.lease([{ ...rooms.key, token: 't', seen: bytes('') }], 1_000);
    await room.fleet.store({ ...rooms.key, bytes: bytes('x'), ttlMs: undefined, token: 't' });
    await room.backend.close();
    expect(clock.pendingTimers).toBe(0);
    await arrived();
    expect(sent).toEqual([]);
  });
});

describe('a server that has forgotten the scripts', () => {
  it('is given them again, under the same number', async () => {
    await remove();
    const admin = await rooms.client();
    await admin.script('FLUSH');
    expect(await Promise.all([remove(), remove()])).toEqual([0, 0]);
    await arrived();
    expect(sent.sort()).toEqual(['k1', 'k2', 'k3']);
  });
});
