import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { MARK_LENGTH, MAX_MARKS, WITNESS_LENGTH, type LeaseRequest } from '../../../lib/contracts/fleet.js';
import { RECOGNIZE } from '../../../lib/backends/redis/scripts.js';
import { siblingKey, wireKey } from '../../../lib/support/wire-key.js';
import { until } from '../../support/deferred.js';
import { startRedis, type RunningRedis } from '../../support/redis-server.js';
import { bytes, Rooms, type EaredRoom } from './rooms.js';

let server: RunningRedis;
let rooms: Rooms;
let room: EaredRoom;
let raw: Redis;

beforeAll(async () => {
  server = await startRedis();
});
beforeEach(async () => {
  rooms = new Rooms(server.port);
  room = await rooms.open({ coherence: 'none' });
  raw = await rooms.client();
});
afterEach(() => rooms.close());
afterAll(() => server.stop());

const asks = (token: string, seen = bytes(''), key = rooms.key): LeaseRequest => ({ ...key, token, seen });
const lease = async (...requests: LeaseRequest[]) => (await room.fleet.lease(requests, 5_000)).join(' ');
const item = (text: string, token?: string, ttlMs?: number) => ({ ...rooms.key, bytes: bytes(text), ttlMs, token });
/** A value longer than its witness. */
const entry = (mark: string): Buffer => Buffer.alloc(WITNESS_LENGTH + 40, mark);

describe('lease', () => {
  it('is one at a time, for a time', async () => {
    expect(await lease(asks('t1'))).toBe('granted');
    expect(await lease(asks('t2'))).toBe('taken');
    expect(await raw.get(rooms.key.lease)).toBe('t1');
    expect(await raw.pttl(rooms.key.lease)).toBeGreaterThan(4_000);
  });

  it('looks at the witness first, however long the value is', async () => {
    await room.backend.set(rooms.key.value, entry('x'));
    const witness = entry('x').subarray(0, WITNESS_LENGTH);
    expect(await lease(asks('t1'))).toBe('changed');
    expect(await lease(asks('t1', entry('y').subarray(0, WITNESS_LENGTH)))).toBe('changed');
    expect(await raw.exists(rooms.key.lease)).toBe(0);
    expect(await lease(asks('t1', witness))).toBe('granted');
    await raw.del(rooms.key.value);
    expect(await lease(asks('t2', witness))).toBe('changed');
  });

  it('takes bytes that are no text', async () => {
    const odd = Buffer.from([0, 255, 13, 10, 128]);
    await room.backend.set(rooms.key.value, odd);
    expect(await lease(asks('t1', odd))).toBe('granted');
  });

  it('takes a value of another type for none', async () => {
    await raw.hset(rooms.key.value, 'field', 'x');
    expect(await lease(asks('t1'))).toBe('granted');
  });

  it('answers many requests in their order', async () => {
    const names = Array.from({ length: 50 }, (_, at) => rooms.shared(`n${at}`));
    await raw.set(names[7]!.lease, 'theirs', 'PX', 60_000);
    await raw.set(names[9]!.value, 'x');
    const answers = await room.fleet.lease(
      names.map((key) => asks('t', bytes(''), key)),
      5_000.4,
    );
    expect(answers.map((answer, at) => (answer === 'granted' ? '' : `${at} ${answer}`)).filter(Boolean)).toEqual([
      '7 taken',
      '9 changed',
    ]);
  });

  it('nothing asked, nothing answered', async () => {
    expect(await room.fleet.lease([], 100)).toEqual([]);
  });

  it('a seized one is the seizer’s', async () => {
    await lease(asks('t1'));
    await room.fleet.seize(rooms.key, 't2', 7_000);
    expect(await raw.get(rooms.key.lease)).toBe('t2');
    expect(await raw.pttl(rooms.key.lease)).toBeGreaterThan(5_000);
  });

  it('is extended and released by its token only', async () => {
    await lease(asks('t1'));
    expect(await room.fleet.extend(rooms.key, 't2', 60_000)).toBe(false);
    expect(await raw.pttl(rooms.key.lease)).toBeLessThanOrEqual(5_000);
    expect(await room.fleet.extend(rooms.key, 't1', 60_000)).toBe(true);
    expect(await raw.pttl(rooms.key.lease)).toBeGreaterThan(50_000);
    await room.fleet.release(rooms.key, 't2');
    expect(await raw.exists(rooms.key.lease)).toBe(1);
    await room.fleet.release(rooms.key, 't1');
    expect(await raw.exists(rooms.key.lease)).toBe(0);
    expect(await room.fleet.extend(rooms.key, 't1', 60_000)).toBe(false);
  });

  it('is nobody’s when something else stands in its place, for as long as that may', async () => {
    await raw.hset(rooms.key.lease, 'field', 'x');
    await raw.pexpire(rooms.key.lease, 60_000);
    expect(await lease(asks('t1'))).toBe('taken');
    expect(await room.fleet.extend(rooms.key, 't1', 1_000)).toBe(false);
    await room.fleet.release(rooms.key, 't1');
    expect(await room.fleet.store(item('x', 't1'))).toBe(false);
    expect(await raw.exists(rooms.key.lease)).toBe(1);
  });

  it('takes the place of what has no end, and so is no lease', async () => {
    for (const put of [() => raw.hset(rooms.key.lease, 'field', 'x'), () => raw.set(rooms.key.lease, 't0')]) {
      await raw.del(rooms.key.lease);
      await put();
      expect(await lease(asks('t1'))).toBe('granted');
      expect(await raw.get(rooms.key.lease)).toBe('t1');
    }
  });
});

describe('store', () => {
  it('a fill needs its lease, and gives it back', async () => {
    await lease(asks('t1'));
    expect(await room.fleet.store(item('theirs', 't2'))).toBe(false);
    expect(await raw.exists(rooms.key.value)).toBe(0);
    expect(await room.fleet.store(item('mine', 't1', 60_000.2))).toBe(true);
    expect(await raw.get(rooms.key.value)).toBe('mine');
    expect(await raw.pttl(rooms.key.value)).toBeGreaterThan(50_000);
    expect(await raw.exists(rooms.key.lease)).toBe(0);
    expect(await room.fleet.store(item('late', 't1'))).toBe(false);
  });

  it.each([
    ['remove', () => room.fleet.remove([rooms.key])],
    ['put', () => room.fleet.store(item('put'))],
    ['fell', () => room.fleet.fell([rooms.key.lease])],
    ['seize', () => room.fleet.seize(rooms.key, 't9', 1_000)],
  ])('a fill comes too late after %s', async (_name, change) => {
    await lease(asks('t1'));
    await change();
    expect(await room.fleet.store(item('old', 't1'))).toBe(false);
    expect(await raw.get(rooms.key.value)).not.toBe('old');
  });

  it('a put needs no lease, and replaces whatever stands there', async () => {
    await raw.hset(rooms.key.value, 'field', 'x');
    expect(await room.fleet.store(item('put'))).toBe(true);
    expect(await raw.get(rooms.key.value)).toBe('put');
  });

  it.each([
    [undefined, -1],
    [Infinity, -1],
  ])('a life of %s has no end', async (ttlMs, left) => {
    await room.fleet.store(item('put', undefined, ttlMs));
    expect(await raw.pttl(rooms.key.value)).toBe(left);
  });

  it('a life shorter than a millisecond is one', async () => {
    expect(await room.fleet.store(item('put', undefined, 0.2))).toBe(true);
  });
});

describe('remove', () => {
  it('counts values, not leases, over many slices', async () => {
    const keys = Array.from({ length: 600 }, (_, at) => rooms.shared(`n${at}`));
    await raw.mset(keys.flatMap(({ lease: at }) => [at, 'x']));
    await raw.mset(keys.slice(0, 555).flatMap(({ value }) => [value, 'x']));
    expect(await room.fleet.remove(keys)).toBe(555);
    expect(await raw.exists(...keys.flatMap(({ value, lease: at }) => [value, at]))).toBe(0);
    expect(await room.fleet.remove([])).toBe(0);
  });

  it('takes away what is of another type', async () => {
    await raw.hset(rooms.key.value, 'field', 'x');
    expect(await room.fleet.remove([rooms.key])).toBe(1);
  });
});

describe('patch', () => {
  it('overwrites what begins as expected, and fells the lease', async () => {
    await room.backend.set(rooms.key.value, bytes('abcdef'), 60_000);
    await raw.set(rooms.key.lease, 't1');
    expect(await room.fleet.patch(rooms.key, 2, bytes('XY'), bytes('zz'))).toBe(false);
    expect(await raw.exists(rooms.key.lease)).toBe(1);
    expect(await room.fleet.patch(rooms.key, 2, bytes('XY'), bytes('ab'))).toBe(true);
    expect(await raw.get(rooms.key.value)).toBe('abXYef');
    expect(await raw.exists(rooms.key.lease)).toBe(0);
    expect(await raw.pttl(rooms.key.value)).toBeGreaterThan(50_000);
  });

  it('leaves what is not there, or of another type', async () => {
    expect(await room.fleet.patch(rooms.key, 0, bytes('X'), bytes('a'))).toBe(false);
    expect(await raw.exists(rooms.key.value)).toBe(0);
    await raw.hset(rooms.key.value, 'field', 'x');
    expect(await room.fleet.patch(rooms.key, 0, bytes('X'), bytes('a'))).toBe(false);
  });
});

describe('records', () => {
  const record = (name: string, text: string, ttlMs?: number) => ({
    key: wireKey(rooms.root, 't', name),
    bytes: bytes(text),
    ttlMs,
  });

  it('ensure writes what is missing, and answers what stands', async () => {
    await raw.set(record('b', '').key, 'theirs');
    await raw.hset(record('c', '').key, 'field', 'x');
    const answers = await room.fleet.ensure([record('a', 'one', 60_000), record('b', 'two'), record('c', 'three')]);
    expect(answers.map(String)).toEqual(['one', 'theirs', 'three']);
    expect(await raw.pttl(record('a', '').key)).toBeGreaterThan(50_000);
    expect((await room.fleet.ensure([record('a', 'four')])).map(String)).toEqual(['one']);
  });

  it('ensure answers the same to all who ask at once', async () => {
    const asked = ['1', '2', '3', '4'].map((text) => room.fleet.ensure([record('a', text)]));
    expect(new Set((await Promise.all(asked)).map(String)).size).toBe(1);
  });

  it('bump overwrites all, in the order given', async () => {
    await room.fleet.bump([record('a', 'one'), record('b', 'two', 60_000), record('a', 'three')]);
    expect(await raw.mget(record('a', '').key, record('b', '').key)).toEqual(['three', 'two']);
    expect(await raw.pttl(record('b', '').key)).toBeGreaterThan(50_000);
    await room.fleet.bump([]);
  });

  describe('bumpTags', () => {
    const counter = (...marks: string[]) => ({ key: wireKey(rooms.root, 's', 'tags'), epoch: 'e-1', marks });
    const stands = async () => String(await raw.getBuffer(counter().key));

    it('moves the counter, and writes the records', async () => {
      await room.fleet.bumpTags(counter('aaaaaaaa', 'bbbbbbbb'), [record('a', 'one'), record('b', 'two', 60_000)]);
      expect(await stands()).toBe('NV\u0001{"v":"e-1.2.aaaaaaaabbbbbbbb"}');
      await room.fleet.bumpTags({ ...counter('cccccccc'), epoch: 'e-2' }, [record('a', 'three')]);
      expect(await stands()).toBe('NV\u0001{"v":"e-1.3.aaaaaaaabbbbbbbbcccccccc"}');
      expect(await raw.mget(record('a', '').key, record('b', '').key)).toEqual(['three', 'two']);
      expect(await raw.pttl(record('b', '').key)).toBeGreaterThan(50_000);
      expect(await raw.pttl(counter().key)).toBe(-1);
    });

    it('keeps the last marks only, and counts on', async () => {
      const marks = Array.from({ length: 70 }, (_, at) => String(at).padStart(MARK_LENGTH, 'm'));
      await room.fleet.bumpTags(counter(...marks), []);
      expect(await stands()).toBe(`NV\u0001{"v":"e-1.70.${marks.slice(-MAX_MARKS).join('')}"}`);
      await raw.set(counter().key, 'NV\u0001{"v":"e_9.12345678901234."}');
      await room.fleet.bumpTags(counter('aaaaaaaa'), []);
      expect(await stands()).toBe('NV\u0001{"v":"e_9.12345678901235.aaaaaaaa"}');
    });

    it.each([
      ['of another type', () => raw.hset(counter().key, 'field', 'x')],
      ['no counter', () => raw.set(counter().key, 'NV\u0001{"v":"x"}')],
    ])('begins anew where there is something %s', async (_name, spoil) => {
      await spoil();
      await room.fleet.bumpTags(counter('aaaaaaaa'), []);
      expect(await stands()).toBe('NV\u0001{"v":"e-1.1.aaaaaaaa"}');
    });
  });
});

describe('recognize', () => {
  const version = () => wireKey(rooms.root, 's', '');
  const known = () => siblingKey(version(), 'r');
  const recognize = (name: string, text = 'next') =>
    room.fleet.recognize({
      key: known(),
      server: name,
      version: { key: version(), bytes: bytes(text), ttlMs: undefined },
    });
  const stands = () => raw.mget(version(), known());

  it('writes down who it is in a namespace in which nothing is stored yet', async () => {
    expect(await recognize('a')).toBe(false);
    expect(await stands()).toEqual([null, 'a']);
    expect(await raw.pttl(known())).toBe(-1);
  });

  it('finds the one that was known, and leaves the version alone', async () => {
    await recognize('a');
    await raw.set(version(), 'first');
    expect(await recognize('a')).toBe(false);
    expect(await stands()).toEqual(['first', 'a']);
  });

  it('finds another one: the version is replaced, for ever, and by the first who finds out', async () => {
    await recognize('a');
    await raw.set(version(), 'first', 'PX', 60_000);
    expect(await recognize('b')).toBe(true);
    expect(await stands()).toEqual(['next', 'b']);
    expect(await raw.pttl(version())).toBe(-1);
    expect(await recognize('b', 'late')).toBe(false);
    expect(await stands()).toEqual(['next', 'b']);
  });

  it('finds one of whom nothing is known, where something is stored: that is another one, too', async () => {
    await raw.set(version(), 'first');
    expect(await recognize('a')).toBe(true);
    expect(await stands()).toEqual(['next', 'a']);
  });

  it('without a message only says that it is another one, and writes nothing', async () => {
    await recognize('a');
    await raw.set(version(), 'first');
    const look = (name: string) => raw.eval(RECOGNIZE.text, 2, version(), known(), name, 'next', '', '');
    expect(await look('b')).toBe(1);
    expect(await stands()).toEqual(['first', 'a']);
    expect(await look('a')).toBe(0);
    expect(await stands()).toEqual(['first', 'a']);
  });

  it('tells everybody that the version is another one, and says nothing otherwise', async () => {
    const ears = await rooms.connected({ coherence: 'pubsub' });
    const told = () => ears.heard.filter((words) => words.includes(version())).length;
    await recognize('a');
    await raw.set(version(), 'first');
    await recognize('a');
    await recognize('b');
    await until(() => told() === 1);
    await recognize('b');
    await recognize('');
    await recognize('c');
    // Messages come in order: had the ones in between said something, it would stand there by now.
    await until(() => told() >= 2);
    expect(told()).toBe(2);
  });

  it('of no name does not matter: what was known stays known', async () => {
    await raw.set(version(), 'first');
    expect(await recognize('')).toBe(false);
    expect(await stands()).toEqual(['first', '']);
    // Who it was nobody has said, so that whoever asks cannot know.
    expect(await recognize('a')).toBe(true);
    expect(await recognize('')).toBe(false);
    expect(await stands()).toEqual(['next', 'a']);
  });

  it('takes a record of another type for none', async () => {
    await raw.hset(known(), 'field', 'x');
    expect(await recognize('a')).toBe(false);
    expect(await stands()).toEqual([null, 'a']);
    await raw.set(version(), 'first');
    await raw.del(known());
    await raw.hset(known(), 'field', 'x');
    expect(await recognize('b')).toBe(true);
    expect(await stands()).toEqual(['next', 'b']);
  });

  it('is refused by a server that takes no writes, also when there is nothing to say', async () => {
    await recognize('a');
    await raw.call('REPLICAOF', '127.0.0.1', '1');
    try {
      await expect(recognize('a')).rejects.toThrow('READONLY');
    } finally {
      await raw.call('REPLICAOF', 'NO', 'ONE');
    }
    expect(await recognize('a')).toBe(false);
  });
});
