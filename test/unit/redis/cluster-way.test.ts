import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import type { BusWay } from '../../../lib/backends/redis/bus/bus-way.js';
import { ClusterWay } from '../../../lib/backends/redis/bus/cluster.way.js';
import type { ClusterNodes } from '../../../lib/backends/redis/cluster/cluster-nodes.js';
import { settle } from '../../support/deferred.js';

const ECHO = 'p:bus:me';
let subscribed: string[];
/** What each master was asked to publish. */
let said: Record<'a' | 'b', string[]>;
let way: ClusterWay;

beforeEach(() => {
  subscribed = [];
  said = { a: [], b: [] };
  const inner = {
    arm: async () => void subscribed.push('inner'),
    forget: () => {},
    read: (channel: string) => [{ kind: 'keys', keys: [channel] }],
  } as unknown as BusWay;
  const subscriber = { subscribe: async (channel: string) => void subscribed.push(channel) } as unknown as Redis;
  const masters = (['a', 'b'] as const).map((key) => ({
    key,
    client: { callBuffer: async (_publish: string, _channel: string, id: string) => void said[key].push(id) },
  }));
  way = new ClusterWay(inner, subscriber, { masters: () => masters } as unknown as ClusterNodes, ECHO);
});

async function isOpen(work: Promise<unknown>): Promise<boolean> {
  let open = true;
  work.then(
    () => (open = false),
    () => (open = false),
  );
  await settle();
  return open;
}

describe('listening on a cluster', () => {
  it('is agreed when what was said at every master has come back', async () => {
    const armed = way.arm(new AbortController().signal);
    expect(await isOpen(armed)).toBe(true);
    expect(subscribed.sort()).toEqual(['inner', ECHO].sort());
    expect(way.read(ECHO, said.a[0])).toEqual([]);
    // One that was cut off from the others hands nothing on.
    expect(await isOpen(armed)).toBe(true);
    way.read(ECHO, Buffer.from(said.b[0]!));
    expect(await isOpen(armed)).toBe(false);
    await armed;
  });

  it('leaves all other channels to the messages', () => {
    expect(way.read('p:bus', 'x')).toEqual([{ kind: 'keys', keys: ['p:bus'] }]);
  });

  it('fails when the connection breaks, and takes no answer from before', async () => {
    const flushed = way.flush();
    await settle();
    way.forget();
    await expect(flushed).rejects.toThrow('broke');
    const again = way.flush();
    way.read(ECHO, said.a[0]);
    way.read(ECHO, said.b[0]);
    expect(await isOpen(again)).toBe(true);
    way.read(ECHO, said.a[1]);
    way.read(ECHO, said.b[1]);
    await again;
  });
});
