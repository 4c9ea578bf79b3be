import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WITNESS_LENGTH, type LeaseRequest } from '../../lib/contracts/fleet.js';
import type { BusMessage } from '../../lib/contracts/invalidation-bus.js';
import { wireKey } from '../../lib/support/wire-key.js';
import { backendConformance } from '../../lib/testing/backend-conformance.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { settle } from '../support/deferred.js';
import { FleetServer, type FleetClient } from '../support/fleet-server.js';

const clock = new FakeClock();
const key = { value: wireKey('p', 'v', 'a'), lease: wireKey('p', 'l', 'a') };
const other = { value: wireKey('p', 'v', 'b'), lease: wireKey('p', 'l', 'b') };
const none = new Uint8Array(0);
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
const asks = (token: string, seen: Uint8Array = none, of = key): LeaseRequest => ({ ...of, token, seen });
const item = (text: string, token?: string) => ({ ...key, bytes: bytes(text), ttlMs: undefined, token });
const record = (name: string, text: string) => ({ key: name, bytes: bytes(text), ttlMs: undefined });

/** What the client hears from now on: the keys of each message, or its pattern. */
function ear(client: FleetClient): string[] {
  const heard: string[] = [];
  const words = (message: BusMessage): string =>
    message.kind === 'keys' ? message.keys.join(' ') : message.kind === 'pattern' ? message.pattern : message.kind;
  client.bus.listen({
    heard: (message) => void heard.push(words(message)),
    lost: () => void heard.push('lost'),
    back: () => void heard.push('back'),
  });
  return heard;
}

backendConformance(() => new FleetServer(clock).connect().backend, {
  runner: { describe, it, beforeEach, afterEach },
  name: 'the backend of a fleet client',
  advance: (ms) => clock.advance(ms),
  capabilities: ['scan', 'getMany', 'setMany', 'deleteMany', 'touch', 'patch'],
});

describe('commands of the fleet', () => {
  const server = new FleetServer(clock);
  const { fleet, backend } = server.connect();
  beforeEach(() => fleet.remove([key, other]));

  it('lease: granted once, until it is given back or runs out', async () => {
    expect(await fleet.lease([asks('one'), asks('two'), asks('one', none, other)], 1_000)).toEqual([
      'granted',
      'taken',
      'granted',
    ]);
    await fleet.release(key, 'two');
    expect(await fleet.lease([asks('two')], 1_000)).toEqual(['taken']);
    await fleet.release(key, 'one');
    expect(await fleet.lease([asks('two')], 1_000)).toEqual(['granted']);
    await clock.advance(1_000);
    expect(await fleet.lease([asks('three')], 1_000)).toEqual(['granted']);
  });

  it('lease: changed when the value does not begin as it was seen, taken or not', async () => {
    const long = 'x'.repeat(WITNESS_LENGTH);
    await backend.set(key.value, bytes(`${long}rest`));
    expect(await fleet.lease([asks('one'), asks('one', bytes(`${long}rest`))], 1_000)).toEqual(['changed', 'changed']);
    expect(await fleet.lease([asks('one', bytes(long)), asks('two')], 1_000)).toEqual(['granted', 'changed']);
  });

  it('seize: takes the lease from its holder, whose extension and fill are refused', async () => {
    await fleet.lease([asks('one')], 1_000);
    await fleet.seize(key, 'two', 1_000);
    expect(await fleet.extend(key, 'one', 9_000)).toBe(false);
    expect(await fleet.store(item('old', 'one'))).toBe(false);
    expect(await fleet.extend(key, 'two', 9_000)).toBe(true);
    expect(server.data.ttl(key.lease)).toBe(9_000);
    expect(await fleet.store(item('new', 'two'))).toBe(true);
    expect(server.data.get(key.value)).toEqual(bytes('new'));
    expect(server.data.get(key.lease)).toBeUndefined();
  });

  it.each([
    ['put', () => fleet.store(item('put'))],
    ['remove', () => fleet.remove([key])],
    ['patch', () => fleet.patch(key, 1, bytes('at'), bytes('be'))],
    ['fell', () => fleet.fell([key.lease])],
    ['the end of the lease', () => clock.advance(1_000)],
  ])('%s: the fill of the load that held the lease is refused', async (_, act) => {
    await backend.set(key.value, bytes('before'));
    await fleet.lease([asks('one', bytes('before'))], 1_000);
    await act();
    expect(await fleet.store(item('fill', 'one'))).toBe(false);
    expect(server.data.get(key.value)).not.toEqual(bytes('fill'));
  });

  it('patch: overwrites from the offset, keeps the expiry; not what begins otherwise', async () => {
    await backend.set(key.value, bytes('before'), 500);
    await fleet.seize(key, 'one', 1_000);
    expect(await fleet.patch(key, 1, bytes('at'), bytes('x'))).toBe(false);
    expect(server.data.keys('p:l:')).toEqual([key.lease]);
    expect(await fleet.patch(key, 1, bytes('at'), bytes('be'))).toBe(true);
    expect(server.data.get(key.value)).toEqual(bytes('batore'));
    expect(server.data.ttl(key.value)).toBe(500);
  });

  it('add, a plain command: only what is absent', async () => {
    expect(await backend.add!(key.value, bytes('one'), 100)).toBe(true);
    expect(await backend.add!(key.value, bytes('two'))).toBe(false);
    expect(server.data.get(key.value)).toEqual(bytes('one'));
    expect(server.data.ttl(key.value)).toBe(100);
  });

  it('remove: how many values there were', async () => {
    await backend.set(key.value, bytes('value'));
    expect(await fleet.remove([key, other])).toBe(1);
    expect(await fleet.remove([key, other])).toBe(0);
  });

  it('bump overwrites, ensure does not', async () => {
    await fleet.bump([record(key.value, 'one')]);
    const stands = await fleet.ensure([record(key.value, 'two'), record(other.value, 'three')]);
    expect(stands).toEqual([bytes('one'), bytes('three')]);
    await fleet.bump([record(key.value, 'two')]);
    expect(server.data.get(key.value)).toEqual(bytes('two'));
  });
});

describe('tracking', () => {
  it('tells of a key once, whoever reads it, there or not, and not of what is no write', async () => {
    const server = new FleetServer(clock);
    const [reader, writer] = [server.connect(), server.connect()];
    const heard = ear(reader);
    await reader.backend.get(key.value);
    await writer.backend.delete(key.value);
    expect(heard).toEqual([]);
    await writer.backend.set(key.value, bytes('one'));
    await writer.backend.set(key.value, bytes('two'));
    expect(heard).toEqual([key.value]);
  });

  const { backend: seen, fleet: seenFleet } = new FleetServer(clock).connect();
  it.each<[string, string, (backend: typeof seen, fleet: typeof seenFleet) => Promise<unknown>]>([
    ['get', key.value, (backend) => backend.get(key.value)],
    ['getMany', key.value, (backend) => backend.getMany!([key.value])],
    ['exists', key.value, (backend) => backend.exists(key.value)],
    ['a patch that is refused', key.value, (backend) => backend.patch!(key.value, 0, none, bytes('x'))],
    ['a lease', key.value, (_, fleet) => fleet.lease([asks('one')], 1_000)],
    ['a lease', key.lease, (_, fleet) => fleet.lease([asks('one')], 1_000)],
    ['an extension', key.lease, (_, fleet) => fleet.extend(key, 'seized', 1_000)],
    ['a put', key.value, (_, fleet) => fleet.store(item('put'))],
    ['a fill', key.value, (_, fleet) => fleet.store(item('fill', 'seized'))],
    ['ensure', key.value, (_, fleet) => fleet.ensure([record(key.value, 'one')])],
  ])('%s reads, so that changes of %s are heard', async (what, name, read) => {
    const server = new FleetServer(clock);
    const [reader, writer] = [server.connect(), server.connect()];
    if (what !== 'a lease') await reader.fleet.seize(key, 'seized', 1_000);
    const heard = ear(reader);
    await read(reader.backend, reader.fleet);
    await writer.backend.set(name, bytes('other'));
    expect(heard).toEqual([name]);
  });

  it('is told nothing of its own writes, and no longer tracks what it wrote', async () => {
    const server = new FleetServer(clock);
    const [client, writer] = [server.connect(), server.connect()];
    const heard = ear(client);
    await client.backend.get(key.value);
    await client.backend.set(key.value, bytes('own'));
    await client.backend.patch!(key.value, 0, bytes('O'), bytes('o'));
    await writer.backend.set(key.value, bytes('other'));
    expect(heard).toEqual([]);
  });

  it('tells a waiter that a lease is lengthened: an expiry is written too', async () => {
    const server = new FleetServer(clock);
    const [owner, waiter] = [server.connect(), server.connect()];
    const [own, heard] = [ear(owner), ear(waiter)];
    await owner.fleet.lease([asks('one')], 1_000);
    await waiter.fleet.lease([asks('two')], 1_000);
    await owner.fleet.extend(key, 'one', 2_000);
    expect([own, heard]).toEqual([[], [key.lease]]);
  });

  it('tells of an expiry when somebody else comes across it, or at expireDue; a look at data is no such thing', async () => {
    const server = new FleetServer(clock);
    const [first, second] = [server.connect(), server.connect()];
    const [heardByFirst, heardBySecond] = [ear(first), ear(second)];
    for (const { value } of [key, other]) {
      await first.backend.set(value, bytes('short'), 100);
      await first.backend.get(value);
      await second.backend.get(value);
    }
    await clock.advance(100);
    expect(server.data.keys()).toEqual([]);
    expect(server.data.get(key.value)).toBeUndefined();
    await settle();
    expect(heardByFirst).toEqual([]);
    await first.backend.get(key.value);
    expect([heardByFirst, heardBySecond]).toEqual([[], [key.value]]);
    server.expireDue();
    await settle();
    expect([heardByFirst, heardBySecond]).toEqual([[other.value], [key.value, other.value]]);
  });
});

describe('pubsub', () => {
  function fleet() {
    const server = new FleetServer(clock);
    const [speaker, listener, tracker] = [server.connect('pubsub'), server.connect('pubsub'), server.connect()];
    return { speaker, listener, tracker, own: ear(speaker), heard: ear(listener), tracked: ear(tracker) };
  }

  it('tells all others of put, remove, patch, bump and tellPattern; not of plain commands', async () => {
    const { speaker, tracker, own, heard, tracked } = fleet();
    const both = `${key.value} ${key.lease}`;
    await speaker.backend.set(key.value, bytes('plain'));
    await speaker.fleet.store(item('value'));
    await speaker.fleet.patch(key, 0, bytes('V'), bytes('x'));
    await speaker.fleet.patch(key, 0, bytes('V'), bytes('v'));
    await speaker.fleet.remove([key, other]);
    await speaker.fleet.bump([record('p:t:{a}', '1'), record('p:s:{%}', '2')]);
    await speaker.fleet.tellPattern('p', 'a*');
    const told = [both, both, `${both} ${other.value} ${other.lease}`, 'p:t:{a} p:s:{%}', 'a*'];
    expect(heard).toEqual(told);
    expect([own, tracked]).toEqual([[], []]);
    await tracker.fleet.store(item('value'));
    expect(heard).toEqual([...told, both]);
  });

  it.each<[string, (client: FleetClient) => Promise<unknown>]>([
    ['a fill', (client) => client.fleet.store(item('value', 'one'))],
    ['a release', (client) => client.fleet.release(key, 'one')],
    ['a felled lease', (client) => client.fleet.fell([key.lease])],
  ])('tells of %s only those who attend the lease', async (_, act) => {
    const { speaker, listener, heard } = fleet();
    await speaker.fleet.seize(key, 'one', 1_000);
    await act(speaker);
    expect(heard).toEqual([]);
    const stop = listener.bus.attend(key.lease);
    expect(heard).toEqual([]);
    await listener.bus.barrier();
    expect(heard).toEqual([key.lease]);
    await speaker.fleet.seize(key, 'one', 1_000);
    await act(speaker);
    expect(heard).toEqual([key.lease, key.lease]);
    stop();
    await speaker.fleet.seize(key, 'one', 1_000);
    await act(speaker);
    expect(heard).toEqual([key.lease, key.lease]);
  });

  it('attend tells nothing to one that tracks', async () => {
    const { tracker, tracked } = fleet();
    tracker.bus.attend(key.lease);
    await tracker.bus.barrier();
    expect(tracked).toEqual([]);
  });
});

describe('the line', () => {
  it('holds requests before they reach the server, others overtake; logs all', async () => {
    const server = new FleetServer(clock);
    const client = server.connect();
    const hold = client.hold('requests', (command, keys) => command === 'set' && keys.includes(key.value));
    const given = bytes('held');
    const held = client.backend.set(key.value, given);
    given.fill(0);
    await client.backend.set(other.value, bytes('other'));
    expect(server.data.keys()).toEqual([other.value]);
    expect(hold.count).toBe(1);
    await hold.release();
    await held;
    expect(hold.count).toBe(0);
    expect(server.data.get(key.value)).toEqual(bytes('held'));
    await client.fleet.store(item('value', 'one'));
    expect(client.sent).toEqual([
      { command: 'set', keys: [key.value] },
      { command: 'set', keys: [other.value] },
      { command: 'fill', keys: [key.value, key.lease] },
    ]);
  });

  it('runs commands in the order sent, released ones before any later one, and passes every hold', async () => {
    const server = new FleetServer(clock);
    const [client, late] = [server.connect(), server.connect()];
    const holds = [client.hold('requests'), client.hold('requests')];
    const answers = Promise.all([
      client.backend.set(key.value, bytes('1')),
      client.backend.get(key.value),
      client.backend.set(key.value, bytes('2')),
    ]);
    await holds[0]!.release();
    expect(server.data.keys()).toEqual([]);
    void holds[1]!.release();
    await late.backend.set(key.value, bytes('3'));
    expect((await answers)[1]).toEqual(bytes('1'));
    expect(server.data.get(key.value)).toEqual(bytes('3'));
  });

  it('holds answers on their way back: a message overtakes them', async () => {
    const server = new FleetServer(clock);
    const [reader, writer] = [server.connect(), server.connect()];
    const heard = ear(reader);
    await writer.backend.set(key.value, bytes('one'));
    const hold = reader.hold('answers');
    const answer = reader.backend.get(key.value).then((found) => void heard.push(Buffer.from(found!).toString()));
    await settle();
    expect(hold.count).toBe(1);
    await writer.backend.set(key.value, bytes('two'));
    await hold.release();
    await answer;
    expect(heard).toEqual([key.value, 'one']);
  });
});

describe('the bus', () => {
  it('holds messages, and barriers behind them', async () => {
    const server = new FleetServer(clock);
    const [listener, speaker] = [server.connect('pubsub'), server.connect()];
    const heard = ear(listener);
    const hold = listener.holdPushes();
    await speaker.fleet.tellPattern('p', 'a*');
    void listener.bus.barrier().then(() => heard.push('barrier'));
    await settle();
    expect([hold.count, heard]).toEqual([1, []]);
    hold.release();
    await settle();
    expect([hold.count, heard]).toEqual([0, ['a*', 'barrier']]);
  });

  it.each(['tracking', 'pubsub'] as const)('when %s drops, what is on its way is lost', async (mode) => {
    const server = new FleetServer(clock);
    const [listener, speaker] = [server.connect(mode), server.connect()];
    const heard = ear(listener);
    listener.holdPushes();
    await listener.backend.get(key.value);
    await listener.backend.get(other.value);
    await speaker.fleet.store(item('one'));
    const barrier = listener.bus.barrier();
    listener.bus.drop();
    await expect(barrier).rejects.toThrow('broke');
    await expect(listener.bus.barrier()).rejects.toThrow('not there');
    expect(listener.bus.connected).toBe(false);
    expect(await listener.backend.get(key.value)).toEqual(bytes('one'));
    await speaker.fleet.store(item('two'));
    listener.bus.restore();
    await speaker.backend.set(other.value, bytes('no longer tracked'));
    expect([listener.bus.connected, heard]).toEqual([true, ['lost', 'back']]);
  });

  it('what was attended stays so; what was attended without a channel is heard of behind back()', async () => {
    const server = new FleetServer(clock);
    const [listener, speaker] = [server.connect('pubsub'), server.connect()];
    listener.bus.attend(key.lease);
    await listener.bus.barrier();
    const heard = ear(listener);
    listener.bus.drop();
    listener.bus.attend(other.lease);
    listener.bus.restore();
    await listener.bus.barrier();
    expect(heard).toEqual(['lost', 'back', other.lease]);
    await speaker.fleet.seize(key, 'one', 1_000);
    await speaker.fleet.release(key, 'one');
    expect(heard).toEqual(['lost', 'back', other.lease, key.lease]);
  });

  it('a message is there before its maker has the answer', async () => {
    const server = new FleetServer(clock);
    const [listener, speaker] = [server.connect('pubsub'), server.connect()];
    const heard = ear(listener);
    const told = speaker.fleet.tellPattern('p', 'a*').then(() => void heard.push('answer'));
    expect(heard).toEqual([]);
    await told;
    expect(heard).toEqual(['a*', 'answer']);
  });
});

describe('planted faults', () => {
  it('fence: a felled fill is stored', async () => {
    const { fleet } = new FleetServer(clock, { without: 'fence' }).connect();
    expect(await fleet.store(item('stale', 'felled'))).toBe(true);
  });

  it.each<[string, (client: FleetClient) => Promise<unknown>]>([
    ['reread', (client) => client.fleet.store(item('own'))],
    ['reread', (client) => client.fleet.ensure([record(key.value, 'own')])],
    ['push', (client) => client.backend.get(key.value)],
  ])('%s: a change of what was written or read is not heard', async (fault, read) => {
    const server = new FleetServer(clock, { without: fault as 'reread' | 'push' });
    const [client, writer] = [server.connect(), server.connect()];
    const heard = ear(client);
    await read(client);
    await writer.backend.set(key.value, bytes('other'));
    await client.bus.barrier();
    expect(heard).toEqual([]);
  });
});
