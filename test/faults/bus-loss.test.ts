import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { until } from '../support/deferred.js';
import { freePort, startRedis, type RunningRedis } from '../support/redis-server.js';
import { Rooms, bytes, type EaredRoom } from '../unit/redis/rooms.js';
import { Wire } from '../unit/redis/wire.js';

let server: RunningRedis;
let rooms: Rooms;

beforeAll(async () => {
  server = await startRedis();
});
beforeEach(() => {
  rooms = new Rooms(server.port);
});
afterEach(async () => {
  await server.resume();
  await rooms.close();
});
afterAll(() => server.stop());

const modes = ['tracking', 'pubsub'] as const;
const put = (room: EaredRoom) =>
  room.fleet.store({ ...rooms.key, bytes: bytes('x'), ttlMs: undefined, token: undefined });

/** The room hears of a change by another one, and of nothing more. */
async function hearsAgain(room: EaredRoom, coherence: (typeof modes)[number]): Promise<void> {
  const other = await rooms.connected({ coherence });
  await room.backend.get(rooms.key.value);
  room.heard.length = 0;
  await put(other);
  await room.bus.barrier();
  expect(room.heard.join(' ')).toContain(rooms.key.value);
}

/** The words of loss and return, without what was heard in between. */
const turns = (room: EaredRoom): string[] => room.heard.filter((text) => text === 'lost' || text === 'back');

describe.each(modes)('a bus of a server that goes away (%s)', (coherence) => {
  it('says that it is there for the first time', async () => {
    const room = await rooms.open({ coherence });
    expect(room.bus.connected).toBe(false);
    expect(room.bus.mode).toBeUndefined();
    await expect(room.bus.barrier()).rejects.toThrow('not connected');
    await until(() => room.bus.connected && room.link.ready);
    expect(room.heard).toEqual(['back']);
  });

  it('loses and finds a subscriber that was killed, which is then another one', async () => {
    const room = await rooms.connected({ coherence });
    const admin = await rooms.client();
    for (let round = 1; round <= 3; round++) {
      room.heard.length = 0;
      const [id] = await rooms.ids(admin, 'P');
      await admin.client('KILL', 'ID', id!);
      await until(() => room.heard.includes('lost'));
      await until(() => room.bus.connected && room.link.ready);
      expect(await rooms.ids(admin, 'P')).not.toContain(id);
      expect(turns(room)).toEqual(['lost', 'back']);
    }
    await hearsAgain(room, coherence);
    expect(room.errors).toEqual([]);
  });

  it('outlives a server that was killed and started again', async () => {
    const room = await rooms.connected({ coherence, connections: 2 });
    const { port } = server;
    await server.kill();
    await until(() => room.heard.includes('lost'));
    expect(room.bus.connected).toBe(false);
    server = await startRedis({ port });
    await until(() => room.bus.connected && room.link.ready);
    expect(turns(room)).toEqual(['lost', 'back']);
    await hearsAgain(room, coherence);
    expect(room.errors).toEqual([]);
  });

  it('waits for a server that is not there yet', async () => {
    const port = await freePort();
    const early = new Rooms(port);
    const room = await early.open({ coherence });
    expect(room.bus.connected).toBe(false);
    const late = await startRedis({ port });
    try {
      await until(() => room.bus.connected && room.link.ready);
      expect(room.heard).toEqual(['back']);
    } finally {
      await early.close();
      await late.stop();
    }
  });

  it('closes at once while nothing is there', async () => {
    const early = new Rooms(await freePort());
    const clock = new FakeClock();
    const room = await early.open({ coherence, clock });
    await early.close();
    expect(room.heard).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('notices a frozen server within a second, and its thaw', async () => {
    const room = await rooms.connected({ coherence });
    await server.pause();
    const frozenAt = performance.now();
    await until(() => room.heard.includes('lost'));
    expect(performance.now() - frozenAt).toBeLessThan(1_000);
    expect(room.bus.connected).toBe(false);
    await server.resume();
    await until(() => room.bus.connected && room.link.ready);
    expect(turns(room)).toEqual(['lost', 'back']);
    await hearsAgain(room, coherence);
  });

  it('a barrier that is under way at the loss rejects', async () => {
    const room = await rooms.connected({ coherence });
    await server.pause();
    const barrier = room.bus.barrier();
    await expect(barrier).rejects.toThrow();
    expect(room.bus.connected).toBe(false);
  });

  it('gives out the leases that are attended when it is back', async () => {
    const room = await rooms.connected({ coherence });
    room.bus.attend(rooms.key.lease);
    room.bus.attend(rooms.other.lease)();
    await room.bus.barrier();
    const admin = await rooms.client();
    room.heard.length = 0;
    await admin.client('KILL', 'ID', (await rooms.ids(admin, 'P'))[0]!);
    await until(() => room.heard.length === 3);
    expect(room.heard).toEqual(['lost', 'back', rooms.key.lease]);
  });

  it('pings every 300 ms, and leaves no timer behind', async () => {
    const clock = new FakeClock();
    const room = await rooms.connected({ coherence, clock });
    await server.pause();
    await clock.advance(299);
    expect(room.bus.connected).toBe(true);
    await clock.advance(1);
    await clock.advance(399);
    expect(room.bus.connected).toBe(true);
    await clock.advance(1);
    expect(room.bus.connected).toBe(false);
    await server.resume();
    await until(() => room.bus.connected && room.link.ready);
    const closing = rooms.close();
    await closing;
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('a subscriber whose socket is half open', () => {
  it('is replaced by another one', async () => {
    const wire = await Wire.to(server.port);
    const room = await rooms.connected({
      coherence: 'pubsub',
      connection: { host: '127.0.0.1', port: wire.port, connectTimeout: 2_000 },
    });
    wire.freeze();
    await until(() => room.heard.includes('lost'));
    await until(() => room.heard.includes('back'));
    expect(turns(room)).toEqual(['lost', 'back']);
    await room.bus.barrier();
    await rooms.close();
    await wire.close();
  });
});

describe('a data connection that is gone', () => {
  it('is a loss with tracking: what is read over the next one is tracked by nobody', async () => {
    const room = await rooms.connected({ coherence: 'tracking', connections: 3 });
    const admin = await rooms.client();
    for (const id of await rooms.ids(admin, 't')) {
      room.heard.length = 0;
      await admin.client('KILL', 'ID', id);
      await until(() => room.heard.includes('lost'));
      await until(() => room.bus.connected && room.link.ready);
      expect(turns(room)).toEqual(['lost', 'back']);
      expect(await rooms.ids(admin, 't')).toHaveLength(3);
    }
    await hearsAgain(room, 'tracking');
  });

  it('is none with messages', async () => {
    const room = await rooms.connected({ coherence: 'pubsub' });
    const admin = await rooms.client();
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    let answers = false;
    await until(() => {
      room.backend.ping().then(
        () => (answers = true),
        () => {},
      );
      return answers;
    });
    expect(turns(room)).toEqual([]);
    await hearsAgain(room, 'pubsub');
  });

  it('all connections at once are one loss', async () => {
    const room = await rooms.connected({ coherence: 'tracking', connections: 3 });
    const admin = await rooms.client();
    const ids = [...(await rooms.ids(admin, 't')), ...(await rooms.ids(admin, 'P'))];
    await Promise.all(ids.map((id) => admin.client('KILL', 'ID', id)));
    await until(() => room.heard.includes('back'));
    await hearsAgain(room, 'tracking');
    expect(turns(room)).toEqual([]);
    expect(room.errors).toEqual([]);
  });

  it('one that breaks while the server agrees is not called connected', async () => {
    // The connection closes at every stage of the agreement; whatever is declared afterwards must be true.
    const room = await rooms.connected({ coherence: 'tracking', connections: 2 });
    const admin = await rooms.client();
    for (let round = 0; round < 30; round++) {
      const ids = [...(await rooms.ids(admin, 't')), ...(await rooms.ids(admin, 'P'))];
      await Promise.all(ids.map((id) => admin.client('KILL', 'ID', id).catch(() => {})));
      for (let turn = 0; turn < round; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => room.bus.connected && room.link.ready);
    const words = turns(room);
    expect(words.every((word, at) => word === (at % 2 === 0 ? 'lost' : 'back'))).toBe(true);
    expect(await rooms.ids(admin, 't')).toHaveLength(2);
    await hearsAgain(room, 'tracking');
  });
});

describe('a message that is lost', () => {
  it('empties everything: a number is missing', async () => {
    const room = await rooms.connected({ coherence: 'pubsub' });
    const admin = await rooms.client();
    const say = (number: number, kind: string) =>
      admin.publish(`${rooms.root}:bus`, `[1,"they",${number},"${kind}",["${rooms.root}:t:{a}"]]`);
    await say(1, 'k');
    await say(3, 'k');
    await say(4, 'b');
    await room.bus.barrier();
    const key = `${rooms.root}:t:{a}`;
    expect(room.heard).toEqual([key, 'everything', key, 'everything']);
  });

  it('is noticed by the beat, when the connection took the last one with it', async () => {
    const clock = new FakeClock();
    const client = await rooms.client();
    const [hears, other] = [
      await rooms.connected({ coherence: 'pubsub' }),
      await rooms.open({ coherence: 'none', connection: { client }, clock }),
    ];
    await put(other);
    const send = client.callBuffer.bind(client);
    client.callBuffer = () => Promise.reject(new Error('broke'));
    await expect(put(other)).rejects.toThrow('broke');
    client.callBuffer = send;
    await hears.bus.barrier();
    expect(hears.heard).toHaveLength(1);
    await clock.advance(500);
    await until(() => hears.heard.length === 2);
    expect(hears.heard[1]).toBe('everything');
  });
});
