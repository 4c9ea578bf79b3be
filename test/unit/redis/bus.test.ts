import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { nullBus } from '../../../lib/contracts/invalidation-bus.js';
import { CacheUsageError } from '../../../lib/support/errors.js';
import { wireKey } from '../../../lib/support/wire-key.js';
import { until } from '../../support/deferred.js';
import { startRedis, type RunningRedis } from '../../support/redis-server.js';
import { bytes, Rooms, type EaredRoom } from './rooms.js';

let server: RunningRedis;
let rooms: Rooms;

beforeAll(async () => {
  server = await startRedis();
});
beforeEach(() => {
  rooms = new Rooms(server.port);
});
afterEach(() => rooms.close());
afterAll(() => server.stop());

const record = (name: string) => ({ key: wireKey(rooms.root, 't', name), bytes: bytes('v'), ttlMs: undefined });
const put = (room: EaredRoom, key = rooms.key) =>
  room.fleet.store({ ...key, bytes: bytes('x'), ttlMs: undefined, token: undefined });
async function fill(room: EaredRoom): Promise<void> {
  const seen = (await room.backend.get(rooms.key.value)) ?? bytes('');
  expect(await room.fleet.lease([{ ...rooms.key, token: 'mine', seen }], 5_000)).toEqual(['granted']);
  expect(await room.fleet.store({ ...rooms.key, bytes: bytes('x'), ttlMs: undefined, token: 'mine' })).toBe(true);
}
/** What has been heard so far, all messages in one text. */
async function hearing(room: EaredRoom): Promise<string> {
  await room.bus.barrier();
  return room.heard.splice(0).join(' ');
}

const fleets = [
  { name: 'tracking', listener: 'tracking', writer: 'tracking', connections: 1 },
  { name: 'tracking over three connections', listener: 'tracking', writer: 'tracking', connections: 3 },
  { name: 'pubsub', listener: 'pubsub', writer: 'pubsub', connections: 1 },
  { name: 'pubsub over three connections', listener: 'pubsub', writer: 'pubsub', connections: 3 },
  { name: 'tracking, told by pubsub', listener: 'tracking', writer: 'pubsub', connections: 1 },
  { name: 'pubsub, told by tracking', listener: 'pubsub', writer: 'tracking', connections: 1 },
  { name: 'pubsub, told by one who listens to nothing', listener: 'pubsub', writer: 'none', connections: 1 },
] as const;

describe.each(fleets)('a bus ($name)', ({ listener, writer, connections }) => {
  let hears: EaredRoom;
  let other: EaredRoom;

  beforeEach(async () => {
    hears = await rooms.connected({ coherence: listener, connections });
    other = await rooms.connected({ coherence: writer, connections });
  });

  it('says how it works', () => {
    expect(hears.bus.mode).toBe(listener);
  });

  it.each([
    ['put', () => put(other)],
    ['remove', () => other.fleet.remove([rooms.other, rooms.key])],
    ['patch', () => other.fleet.patch(rooms.key, 0, bytes('y'), bytes('x'))],
  ])('hears a %s before the barrier', async (_name, change) => {
    await put(hears);
    await hears.backend.get(rooms.key.value);
    await change();
    expect(await hearing(hears)).toContain(rooms.key.value);
  });

  it('hears of records', async () => {
    await hears.fleet.ensure([record('a'), record('b')]);
    await other.fleet.bump([record('b'), record('a')]);
    const heard = await hearing(hears);
    expect(heard).toContain(record('a').key);
    expect(heard).toContain(record('b').key);
  });

  it('hears of tags, and of their counter', async () => {
    const counter = { key: wireKey(rooms.root, 's', 'tags'), epoch: 'e', marks: ['aaaaaaaa'] };
    for (const step of [() => hears.backend.getMany([counter.key, record('a').key]), async () => {}]) {
      await step();
      await other.fleet.bumpTags(counter, [record('a')]);
      const heard = await hearing(hears);
      expect(heard).toContain(counter.key);
      expect(heard).toContain(record('a').key);
      // What it wrote last is its own; the next one is not.
      await hears.fleet.bumpTags(counter, [record('a')]);
      await hearing(hears);
    }
  });

  it('does not hear what it does itself', async () => {
    await fill(hears);
    await put(hears);
    await hears.fleet.ensure([record('a')]);
    await hears.fleet.patch(rooms.key, 0, bytes('y'), bytes('x'));
    await fill(hears);
    await hears.fleet.remove([rooms.key]);
    await hears.fleet.bump([record('a')]);
    expect(await hearing(hears)).toBe('');
  });

  it('hears of a change after its own write', async () => {
    // Nothing is read in between: what the server knows of the reader, it knows from the writing script.
    await fill(hears);
    await other.fleet.remove([rooms.key]);
    expect(await hearing(hears)).toContain(rooms.key.value);
    await put(hears);
    await put(other);
    expect(await hearing(hears)).toContain(rooms.key.value);
    await hears.fleet.patch(rooms.key, 0, bytes('y'), bytes('x'));
    await other.fleet.remove([rooms.key]);
    expect(await hearing(hears)).toContain(rooms.key.value);
    await hears.fleet.ensure([record('a')]);
    await other.fleet.bump([record('a')]);
    expect(await hearing(hears)).toContain(record('a').key);
    await hears.fleet.bump([record('b'), record('a')]);
    // With several connections some of its own bumps are heard.
    await hearing(hears);
    await other.fleet.bump([record('a')]);
    expect(await hearing(hears)).toContain(record('a').key);
  });

  it.each([
    ['taken', async () => {}],
    ['extended', () => hears.fleet.extend(rooms.key, 'mine', 9_000)],
    ['seized', () => hears.fleet.seize(rooms.key, 'mine', 9_000)],
  ])('hears that its lease fell (%s)', async (_name, step) => {
    await hears.fleet.lease([{ ...rooms.key, token: 'mine', seen: bytes('') }], 5_000);
    await step();
    await put(other);
    expect(await hearing(hears)).toContain(rooms.key.lease);
  });

  it('hears that a lease ended that it attends', async () => {
    await other.fleet.lease([{ ...rooms.key, token: 'theirs', seen: bytes('') }], 5_000);
    expect(await hears.fleet.lease([{ ...rooms.key, token: 'mine', seen: bytes('') }], 5_000)).toEqual(['taken']);
    const leave = hears.bus.attend(rooms.key.lease);
    if (listener === 'pubsub') await until(() => hears.heard.length === 1);
    hears.heard.length = 0;
    await other.fleet.store({ ...rooms.key, bytes: bytes('x'), ttlMs: undefined, token: 'theirs' });
    expect(await hearing(hears)).toContain(rooms.key.lease);
    leave();
  });

  it('a barrier and a new listener after close: nothing is there', async () => {
    await hears.bus.close();
    await hears.bus.close();
    expect(hears.bus.connected).toBe(false);
    expect(hears.bus.mode).toBeUndefined();
    await expect(hears.bus.barrier()).rejects.toThrow('not connected');
  });

  it('a listener that left hears nothing', async () => {
    const heard: string[] = [];
    const leave = hears.bus.listen({
      heard: () => void heard.push('heard'),
      lost: () => {},
      back: () => {},
    });
    leave();
    await hears.backend.get(rooms.key.value);
    await put(other);
    expect(await hearing(hears)).toContain(rooms.key.value);
    expect(heard).toEqual([]);
  });
});

describe('tracking', () => {
  it('hears everything when the server is flushed', async () => {
    const room = await rooms.connected({ coherence: 'tracking' });
    const raw = await rooms.client();
    await room.backend.get(rooms.key.value);
    await raw.flushdb();
    expect(await hearing(room)).toBe('everything');
  });

  it('hears of a change by anybody, in one message for many keys', async () => {
    const room = await rooms.connected({ coherence: 'tracking' });
    const raw = await rooms.client();
    await room.backend.getMany([rooms.key.value, rooms.other.value]);
    await raw.mset(rooms.key.value, 'x', rooms.other.value, 'x');
    expect((await hearing(room)).split(' ').sort()).toEqual([rooms.key.value, rooms.other.value].sort());
  });

  it('keeps a value and its lease on one connection of several, and others apart', async () => {
    const room = await rooms.connected({ coherence: 'tracking', connections: 3 });
    const keys = Array.from({ length: 40 }, (_, at) => rooms.shared(`n${at}`));
    for (const key of keys) await put(room, key);
    expect(await room.backend.getMany(keys.map(({ value }) => value))).toEqual(keys.map(() => bytes('x')));
    const seen = bytes('x');
    const requests = keys.map((key) => ({ ...key, token: 'mine', seen }));
    expect(new Set(await room.fleet.lease(requests, 5_000))).toEqual(new Set(['granted']));
    for (const key of keys) expect(await room.fleet.extend(key, 'mine', 5_000)).toBe(true);
    for (const key of keys) await room.fleet.release(key, 'mine');
    await room.fleet.lease(requests, 5_000);
    await room.fleet.fell(keys.map(({ lease }) => lease));
    expect(await room.fleet.remove(keys)).toBe(40);
    expect(await hearing(room)).toBe('');
    const raw = await rooms.client();
    expect((await rooms.ids(raw, 't')).length).toBe(3);
  });

  it('a path too long for a key is heard all the same', async () => {
    const rootPath = 'p'.repeat(150);
    const room = await rooms.connected({ coherence: 'tracking', rootPath });
    const raw = await rooms.client();
    const key = wireKey(rootPath, 'v', 'a');
    await room.backend.get(key);
    await raw.set(key, 'x');
    expect(await hearing(room)).toBe(key);
  });
});

describe('pubsub', () => {
  it('hears a pattern', async () => {
    const [hears, other] = [
      await rooms.connected({ coherence: 'pubsub' }),
      await rooms.connected({ coherence: 'pubsub' }),
    ];
    await other.fleet.tellPattern('a/b', 'user:*');
    expect(await hearing(hears)).toBe('a/b user:*');
    expect(await hearing(other)).toBe('');
  });

  it('says nothing of a patch that did not apply, and misses nothing either', async () => {
    const [hears, other] = [
      await rooms.connected({ coherence: 'pubsub' }),
      await rooms.connected({ coherence: 'pubsub' }),
    ];
    await other.fleet.patch(rooms.key, 0, bytes('y'), bytes('x'));
    await put(other);
    expect(await hearing(hears)).toBe(`${rooms.key.value} ${rooms.key.lease}`);
  });
});

describe('a client that was handed in', () => {
  it.each(['auto', 'pubsub', 'tracking'] as const)('is used, and never closed (%s)', async (coherence) => {
    const client = await rooms.client({ keyPrefix: 'app:' });
    const raw = await rooms.client();
    const room = await rooms.connected({ connection: { client }, coherence });
    expect(room.bus.mode).toBe(coherence === 'auto' ? 'pubsub' : coherence);
    expect(await rooms.ids(raw, 't')).toHaveLength(coherence === 'tracking' ? 1 : 0);
    const other = await rooms.connected({ connection: { client: await rooms.client({ keyPrefix: 'app:' }) } });
    await fill(room);
    expect(await raw.get(`app:${rooms.key.value}`)).toBe('x');
    await put(other);
    await raw.set(rooms.key.value, 'outside the prefix');
    const heard = await hearing(room);
    expect(heard).toContain(rooms.key.value);
    expect(heard).not.toContain('app:');
    await Promise.all([room.bus.close(), room.backend.close()]);
    expect(client.status).toBe('ready');
    expect(await rooms.ids(raw, 't')).toHaveLength(0);
    expect(await client.get('k')).toBeNull();
    expect(client.listenerCount('close')).toBe(0);
  });

  it.each(['', 'app:'])('may read keys of its own, which are none of ours (prefix "%s")', async (keyPrefix) => {
    const client = await rooms.client({ keyPrefix });
    const raw = await rooms.client();
    const room = await rooms.connected({ connection: { client }, coherence: 'tracking' });
    await client.get('mine');
    await room.backend.get(rooms.key.value);
    await raw.mset(`${keyPrefix}mine`, 'x', `${keyPrefix}${rooms.key.value}`, 'x');
    expect(await hearing(room)).toBe(rooms.key.value);
  });

  it('may speak RESP2', async () => {
    const room = await rooms.connected({
      connection: { client: await rooms.client({ protocol: 2 }) },
      coherence: 'tracking',
    });
    const other = await rooms.connected({ coherence: 'tracking' });
    await fill(room);
    await put(other);
    expect(await hearing(room)).toContain(rooms.key.value);
  });

  it('wakes over the plain name of a lease, whatever prefix it has', async () => {
    const prefixed = async () => ({ client: await rooms.client({ keyPrefix: 'app:' }) });
    const room = await rooms.connected({ connection: await prefixed() });
    const other = await rooms.connected({ connection: await prefixed() });
    room.bus.attend(rooms.key.lease);
    await until(() => room.heard.length === 1);
    for (const end of [() => other.fleet.release(rooms.key, 'theirs'), () => other.fleet.fell([rooms.key.lease])]) {
      await other.fleet.lease([{ ...rooms.key, token: 'theirs', seen: bytes('') }], 5_000);
      room.heard.length = 0;
      await end();
      expect(await hearing(room)).toBe(rooms.key.lease);
    }
  });

  it('must be one of ioredis, unless nothing is listened to', async () => {
    const client = { status: 'ready', call: async () => null, callBuffer: async () => null };
    await expect(rooms.open({ connection: { client } })).rejects.toThrow(CacheUsageError);
    const cluster = { ...client, isCluster: true, duplicate: () => cluster, on: () => cluster, off: () => cluster };
    await expect(rooms.open({ connection: { client: cluster } })).rejects.toThrow(CacheUsageError);
    expect((await rooms.open({ connection: { client }, coherence: 'none' })).bus).toBe(nullBus);
  });
});
