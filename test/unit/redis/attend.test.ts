import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../../support/deferred.js';
import { startRedis, type RunningRedis } from '../../support/redis-server.js';
import { bytes, Rooms, type EaredRoom } from './rooms.js';

let server: RunningRedis;
let rooms: Rooms;
let hears: EaredRoom;
let other: EaredRoom;

beforeAll(async () => {
  server = await startRedis();
});
beforeEach(async () => {
  rooms = new Rooms(server.port);
  hears = await rooms.connected({ coherence: 'pubsub' });
  other = await rooms.connected({ coherence: 'pubsub' });
});
afterEach(() => rooms.close());
afterAll(() => server.stop());

const { take, end } = {
  take: () => other.fleet.seize(rooms.key, 'theirs', 5_000),
  end: () => other.fleet.release(rooms.key, 'theirs'),
};

/** How often it has heard of the lease by now. */
async function times(): Promise<number> {
  await hears.bus.barrier();
  expect(hears.heard.every((text) => text === rooms.key.lease)).toBe(true);
  return hears.heard.splice(0).length;
}

describe('attending a lease, by messages', () => {
  it('gives out one message when it is heard for certain, to each who attends', async () => {
    hears.bus.attend(rooms.key.lease);
    expect(hears.heard).toEqual([]);
    await until(() => hears.heard.length === 1);
    hears.bus.attend(rooms.key.lease);
    await until(() => hears.heard.length === 2);
    expect(hears.heard).toEqual([rooms.key.lease, rooms.key.lease]);
  });

  it('hears the end, until the last has left', async () => {
    const leave = [hears.bus.attend(rooms.key.lease), hears.bus.attend(rooms.key.lease)];
    await until(() => hears.heard.length === 2);
    await times();
    for (const expected of [1, 1, 0]) {
      await take();
      await end();
      expect(await times()).toBe(expected);
      const next = leave.shift();
      next?.();
      // A second time it is nobody's place.
      next?.();
    }
  });

  it('asks the server for nothing any more when the last has left', async () => {
    const raw = await rooms.client();
    const count = async () => (await raw.pubsub('NUMSUB', rooms.key.lease))[1];
    const leave = [hears.bus.attend(rooms.key.lease), hears.bus.attend(rooms.key.lease)];
    await until(() => hears.heard.length === 2);
    leave[0]!();
    await hears.bus.barrier();
    expect(await count()).toBe(1);
    leave[1]!();
    await hears.bus.barrier();
    expect(await count()).toBe(0);
  });

  it('hears again after it has left', async () => {
    hears.bus.attend(rooms.key.lease)();
    hears.bus.attend(rooms.key.lease)();
    hears.bus.attend(rooms.key.lease);
    await until(() => hears.heard.length > 0);
    await times();
    await take();
    await end();
    expect(await times()).toBe(1);
  });

  it('whoever left before it was certain hears nothing', async () => {
    hears.bus.attend(rooms.key.lease)();
    await take();
    await end();
    expect(await times()).toBe(0);
  });

  it('a fill, a release and a felling end it', async () => {
    hears.bus.attend(rooms.key.lease);
    await until(() => hears.heard.length === 1);
    await times();
    const fill = () => other.fleet.store({ ...rooms.key, bytes: bytes('x'), ttlMs: undefined, token: 'theirs' });
    for (const over of [fill, end, () => other.fleet.fell([rooms.key.lease, rooms.other.lease])]) {
      await take();
      expect(await times()).toBe(0);
      await over();
      expect(await times()).toBe(1);
    }
    await other.fleet.release(rooms.key, 'somebody’s');
    expect(await times()).toBe(0);
  });
});
