import { describe, expect, it } from '@jest/globals';
import { ClusterFleet } from '../../../lib/backends/redis/cluster/cluster-fleet.js';
import type { ClusterNodes } from '../../../lib/backends/redis/cluster/cluster-nodes.js';
import { ClusterScan } from '../../../lib/backends/redis/cluster/cluster-scan.js';
import type { Announcers } from '../../../lib/backends/redis/announcers.js';
import type { Links } from '../../../lib/backends/redis/links.js';
import { deferred, settle } from '../../support/deferred.js';

/** A master that lists its keys, and says which slots it has. */
class Master {
  constructor(
    readonly id: string,
    public slots: string,
    readonly keys: Set<string>,
    readonly walked: (master: Master) => void = () => {},
  ) {}

  readonly client = {
    call: async () => `x 1 master - 0 0 9 connected\n${this.id} 1 myself,master - 0 0 1 connected ${this.slots}\n`,
    callBuffer: async () => {
      const found = [...this.keys].map((key) => Buffer.from(key));
      this.walked(this);
      return [Buffer.from('0'), found];
    },
  };
}

async function scan(...masters: Master[]): Promise<string[]> {
  const nodes = { masters: () => masters } as unknown as ClusterNodes;
  const found: string[] = [];
  for await (const keys of new ClusterScan(nodes, '*', 10).batches()) found.push(...keys.map(String));
  return found;
}

describe('a walk through the keys of a cluster', () => {
  it('is one walk when nothing moves', async () => {
    const [a, b] = [new Master('a', '0-99', new Set(['k'])), new Master('b', '100-16383', new Set(['l']))];
    expect(await scan(a, b)).toEqual(['k', 'l']);
  });

  it('finds what moves to a node behind it', async () => {
    const b = new Master('b', '100-16383', new Set(['k']));
    const a = new Master('a', '0-99', new Set(), (self) => {
      // A has been walked through; now k comes to it.
      if (b.keys.delete('k')) self.keys.add('k');
      self.slots = '0-100';
      b.slots = '101-16383';
    });
    expect(await scan(a, b)).toContain('k');
  });

  it('is walked twice while a slot is on its way, however long that takes', async () => {
    const b = new Master('b', '100-16383 [100->-a]', new Set(['k']));
    const a = new Master('a', '0-99 [100-<-b]', new Set(), (self) => {
      if (b.keys.delete('k')) self.keys.add('k');
    });
    expect(await scan(a, b)).toContain('k');
  });

  it('fails when there are slots that nobody serves', async () => {
    await expect(scan(new Master('a', '0-99', new Set()))).rejects.toThrow('serve 100 of 16384 slots');
  });

  it('fails when slots never come to rest', async () => {
    let turn = 0;
    const a = new Master('a', '0-16383', new Set(), (self) => (self.slots = `0-${turn} ${++turn}-16383`));
    await expect(scan(a)).rejects.toThrow('go on moving');
  });
});

describe('tags on a cluster', () => {
  it('change when the counter has moved, and not before that was answered', async () => {
    const counted = deferred<number>();
    const ran: string[] = [];
    const links = {
      run: async (_script: unknown, keys: readonly string[], args: () => unknown) => {
        args();
        ran.push(keys.join(' '));
        return keys[0] === 'p:t:{%}' ? counted.promise : 1;
      },
      spread: async (items: readonly string[], _limit: number, _key: unknown, work: (slice: unknown) => unknown) =>
        Promise.all(items.map((item, index) => work([{ item, index }]))),
    } as unknown as Links;
    const told: string[] = [];
    const announcers = {
      of: () => ({ channel: 'c', keys: (keys: readonly string[]) => (told.push(keys.join(' ')), '') }),
    } as unknown as Announcers;
    const fleet = new ClusterFleet(links, announcers);
    const record = (key: string) => ({ key, bytes: Buffer.from('v'), ttlMs: undefined });
    const bumped = fleet.bumpTags({ key: 'p:t:{%}', epoch: 'e', marks: ['m'] }, [record('p:t:{a}'), record('p:t:{b}')]);
    await settle();
    expect(ran).toEqual(['p:t:{%}']);
    counted.resolve(1);
    await bumped;
    expect(ran).toEqual(['p:t:{%}', 'p:t:{a}', 'p:t:{b}']);
    // Whoever hears of a tag has heard of the counter.
    expect(told).toEqual(['p:t:{%}', 'p:t:{%} p:t:{a}', 'p:t:{%} p:t:{b}']);
  });
});
