import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import type { BusWay } from '../../../lib/backends/redis/bus/bus-way.js';
import { SameServerWay } from '../../../lib/backends/redis/bus/same-server.way.js';
import { closeRedis } from '../../../lib/backends/redis/redis-client.js';
import { RedisLinks } from '../../../lib/backends/redis/redis-links.js';
import { throughSentinels } from '../../../lib/backends/redis/redis-sentinels.js';
import { RedisServerLink } from '../../../lib/backends/redis/redis-server-link.js';
import { SentinelWatch } from '../../../lib/backends/redis/sentinel-watch.js';
import { identityOf } from '../../../lib/backends/redis/server-identity.js';
import type { RedisClientLike } from '../../../lib/contracts/options.js';
import { until } from '../../support/deferred.js';
import { startRedis, type RunningRedis } from '../../support/redis-server.js';
import { Rooms } from './rooms.js';

/** A connection to a server with a name. */
class Line extends EventEmitter {
  status = 'ready';
  cuts = 0;
  /** Whether its user may not ask. */
  refuses = false;
  constructor(public server: string) {
    super();
  }
  readonly call = async (): Promise<string> => {
    if (this.refuses) throw new Error("NOPERM User deaf has no permissions to run the 'info' command");
    return `# Server\r\nrun_id:${this.server}\r\n`;
  };
  readonly callBuffer = this.call;
  readonly disconnect = (): void => void (this.cuts += 1);
}

const asRedis = (line: Line): Redis => line as unknown as Redis;
const idle = new AbortController().signal;

describe('the servers behind the connections', () => {
  const armed: string[] = [];
  const inner = {
    mode: 'tracking',
    arm: async () => void armed.push('armed'),
    forget: () => {},
  } as unknown as BusWay;
  const needing = (...needs: Line[]): BusWay => ({ ...inner, needs: needs.map(asRedis) });
  beforeEach(() => void armed.splice(0));

  it('are asked who they are before anything is agreed with them', async () => {
    const [subscriber, data] = [new Line('a'), new Line('a')];
    const way = new SameServerWay(needing(data), asRedis(subscriber), {}, [asRedis(data)]);
    await way.arm(idle);
    expect(armed).toHaveLength(1);
    data.server = 'b';
    await expect(way.arm(idle)).rejects.toThrow('lead to different servers');
    expect(armed).toHaveLength(1);
    expect([subscriber.cuts, data.cuts]).toEqual([1, 1]);
    // Another connection of the subscriber is asked anew.
    subscriber.server = 'b';
    way.forget();
    await way.arm(idle);
    expect(armed).toHaveLength(2);
  });

  it('are not cut off while they are on their way: a sentinel that is being asked would be the last', async () => {
    const [subscriber, data] = [new Line('a'), new Line('b')];
    const way = new SameServerWay(needing(data), asRedis(subscriber), {}, [asRedis(data)]);
    subscriber.status = 'connecting';
    await expect(way.arm(idle)).rejects.toThrow('different servers');
    expect([subscriber.cuts, data.cuts]).toEqual([0, 1]);
  });

  it('that refuse to say who they are are believed: nobody else would be told more', async () => {
    const [subscriber, data, other] = [new Line('a'), new Line('a'), new Line('a')];
    const way = new SameServerWay(needing(data, other), asRedis(subscriber), {}, [asRedis(data)]);
    data.refuses = true;
    await way.arm(idle);
    expect(armed).toHaveLength(1);
    // Those that do say are compared all the same.
    other.server = 'b';
    await expect(way.arm(idle)).rejects.toThrow('lead to different servers');
    subscriber.refuses = true;
    way.forget();
    await way.arm(idle);
    expect(armed).toHaveLength(2);
  });

  it('but not when the connection broke over the question: that is no answer', async () => {
    const [subscriber, data] = [new Line('a'), new Line('a')];
    const way = new SameServerWay(needing(data), asRedis(subscriber), {}, [asRedis(data)]);
    data.refuses = true;
    data.status = 'reconnecting';
    await expect(way.arm(idle)).rejects.toThrow('NOPERM');
    expect(armed).toHaveLength(0);
    expect([subscriber.cuts, data.cuts]).toEqual([0, 0]);
  });

  it('are not cut off where the connection was lent: it is its owner’s', async () => {
    const [subscriber, lent, own] = [new Line('a'), new Line('b'), new Line('a')];
    const way = new SameServerWay(needing(lent, own), asRedis(subscriber), {}, [asRedis(own)]);
    await expect(way.arm(idle)).rejects.toThrow('lead to different servers');
    expect([subscriber.cuts, lent.cuts, own.cuts]).toEqual([1, 0, 1]);
    expect(armed).toHaveLength(0);
  });

  it('have a name of each start, Dragonfly by its replication', async () => {
    expect(await identityOf(async () => 'run_id:abc\r\n')).toBe('abc');
    expect(await identityOf(async (_, section) => (section === 'server' ? 'x:1' : 'master_replid:def\r\n'))).toBe(
      'def',
    );
    await expect(identityOf(async () => '')).rejects.toThrow('does not say which one it is');
  });
});

describe('a connection behind sentinels', () => {
  it('is made anew by a server that takes no writes, and nothing is sent twice', () => {
    const { reconnectOnError, sentinelRetryStrategy } = throughSentinels({ addresses: [], name: 'm' });
    expect(reconnectOnError!(new Error("READONLY You can't write against a read only replica."))).toBe(1);
    expect(reconnectOnError!(new Error('NOSCRIPT'))).toBe(false);
    expect(sentinelRetryStrategy!(1)).toBe(50);
    expect(sentinelRetryStrategy!(1_000)).toBe(500);
  });

  describe('that is told of another master', () => {
    let server: RunningRedis;
    beforeEach(async () => {
      server = await startRedis();
    });
    afterEach(() => server.stop());

    it('goes there, at once or as soon as it has arrived', async () => {
      const [here, coming] = [new Line('a'), new Line('a')];
      coming.status = 'connecting';
      const addresses = [{ host: '127.0.0.1', port: server.port }];
      const sentinels = { addresses, name: 'mine' };
      const watch = await SentinelWatch.open(sentinels, 2_000, [asRedis(here), asRedis(coming)]);
      const rooms = new Rooms(server.port);
      const admin = await rooms.client();
      const say = (text: string) => admin.publish('+switch-master', text);
      let heard = 0;
      await until(() => {
        void say('another 127.0.0.1 1 127.0.0.1 2').then((listeners) => (heard = listeners));
        return heard === 1;
      });
      expect(here.cuts).toBe(0);
      await say('mine 127.0.0.1 1 127.0.0.1 2');
      await until(() => here.cuts === 1);
      expect(coming.cuts).toBe(0);
      coming.emit('ready');
      expect(coming.cuts).toBe(1);
      await watch.close();
      await rooms.close();
    });
  });
});

describe('the link to a server', () => {
  let server: RunningRedis;
  let rooms: Rooms;
  beforeEach(async () => {
    server = await startRedis();
    rooms = new Rooms(server.port);
  });
  afterEach(async () => {
    await rooms.close();
    await server.stop();
  });

  it('tells each loss within the event, and the return when all are there', async () => {
    const lines = [new Line('a'), new Line('a')];
    const clients = lines as unknown as RedisClientLike[];
    const link = new RedisServerLink(new RedisLinks(clients), clients, Infinity);
    const said: string[] = [];
    const unwatch = link.watch({ lost: () => void said.push('lost'), ready: () => void said.push('ready') });
    const [one, other] = lines as [Line, Line];
    one.status = 'reconnecting';
    one.emit('close');
    expect(said).toEqual(['lost']);
    other.status = 'reconnecting';
    other.emit('close');
    one.status = 'ready';
    one.emit('ready');
    expect(said).toEqual(['lost', 'lost']);
    other.status = 'ready';
    other.emit('ready');
    expect(said).toEqual(['lost', 'lost', 'ready']);
    unwatch();
    one.emit('close');
    expect(said).toHaveLength(3);
  });

  it('is no link to a server while another one is listened at', async () => {
    const [data, subscriber] = [new Line('a'), new Line('b')];
    const clients = [data] as unknown as RedisClientLike[];
    const heard = { server: 'b' };
    const ear = { subscriber: asRedis(subscriber), heard };
    const link = new RedisServerLink(new RedisLinks(clients), clients, Infinity, ear);
    await expect(link.identify()).rejects.toThrow('lead to different servers');
    expect([data.cuts, subscriber.cuts]).toEqual([1, 1]);
    heard.server = 'a';
    expect(await link.identify()).toBe('a');
  });

  it('nor while its own connections lead to two', async () => {
    const clients = [new Line('a'), new Line('b')] as unknown as RedisClientLike[];
    const link = new RedisServerLink(new RedisLinks(clients), clients, Infinity);
    await expect(link.identify()).rejects.toThrow('lead to different servers');
  });

  it('has another name after a restart, and gives up a connection that is silent', async () => {
    const room = await rooms.connected();
    const name = await room.link.identify();
    expect(name).toMatch(/^\w{40}$/);
    const turns: string[] = [];
    room.link.watch({ lost: () => void turns.push('lost'), ready: () => void turns.push('ready') });
    room.link.renew();
    await until(() => turns.join() === 'lost,ready');
    expect(await room.link.identify()).toBe(name);
    await server.kill();
    server = await startRedis({ port: server.port });
    // Each attempt to connect that fails is a loss again.
    await until(() => room.link.ready && turns.slice(2).includes('ready'));
    expect(await room.link.identify()).not.toBe(name);
  });

  it('leaves a client of the user’s alone', async () => {
    const client = await rooms.client();
    const room = await rooms.connected({ connection: { client } });
    room.link.renew();
    expect(client.status).toBe('ready');
    expect(await client.ping()).toBe('PONG');
    await closeRedis(client);
  });

  it('says with the server’s own words that it may not ask', async () => {
    const admin = await rooms.client();
    await admin.call('ACL', 'SETUSER', 'deaf', 'on', '>secret', '~*', '&*', '+@all', '-info');
    const address = { host: '127.0.0.1', port: server.port, connectTimeout: 2_000 };
    const room = await rooms.connected({ connection: { ...address, username: 'deaf', password: 'secret' } });
    await expect(room.link.identify()).rejects.toThrow(/NOPERM/);
  });
});
