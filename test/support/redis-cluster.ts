import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { eventually } from './eventually.js';
import { freePort, startRedis, type RunningRedis } from './redis-server.js';

const SLOTS = 16_384;

export interface ClusterMember {
  readonly server: RunningRedis;
  readonly admin: Redis;
  readonly id: string;
  readonly busPort: number;
}

/** Three masters with a third of the slots each, and a replica of the first one. */
export class RedisCluster {
  readonly #folder = mkdtempSync(join(tmpdir(), 'cluster-'));
  readonly masters: ClusterMember[] = [];
  replica!: ClusterMember;

  static async start(): Promise<RedisCluster> {
    const cluster = new RedisCluster();
    const [first, ...others] = await Promise.all(Array.from({ length: 4 }, () => cluster.#startMember()));
    const replica = others.pop()!;
    cluster.masters.push(first!, ...others);
    cluster.replica = replica;
    for (const [nth, { admin }] of cluster.masters.entries()) {
      const [from, to] = [Math.floor((nth * SLOTS) / 3), Math.floor(((nth + 1) * SLOTS) / 3) - 1];
      await admin.call('CLUSTER', 'SET-CONFIG-EPOCH', nth + 1);
      await admin.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
    }
    for (const { server, busPort } of [...others, replica]) {
      await first!.admin.call('CLUSTER', 'MEET', '127.0.0.1', server.port, busPort);
    }
    const all = [...cluster.masters, replica];
    await cluster.#agreed(all);
    await replica.admin.call('CLUSTER', 'REPLICATE', first!.id);
    await eventually(
      () => replica.admin.info('replication'),
      (info) => /master_link_status:up/.test(info),
      20_000,
    );
    await eventually(
      async () => String(await others[0]!.admin.call('CLUSTER', 'NODES')),
      (nodes) => nodes.split('\n').some((line) => line.startsWith(replica.id) && line.includes('slave')),
    );
    return cluster;
  }

  get nodes(): { host: string; port: number }[] {
    return this.masters.map(({ server }) => ({ host: '127.0.0.1', port: server.port }));
  }

  /** The master that the slot belongs to, by what the masters themselves say. */
  async ownerOf(slot: number): Promise<ClusterMember> {
    for (const member of [...this.masters, this.replica]) {
      if (member.admin.status !== 'ready') continue;
      const lines = String(await member.admin.call('CLUSTER', 'NODES')).split('\n');
      const own = lines.find((line) => line.includes('myself'))!;
      const ranges = own
        .split(' ')
        .slice(8)
        .filter((range) => !range.startsWith('['));
      const has = ranges.some((range) => {
        const [from, to] = range.split('-').map(Number);
        return slot >= from! && slot <= (to ?? from!);
      });
      if (has && own.includes('master')) return member;
    }
    throw new Error(`Nobody serves slot ${slot}.`);
  }

  /** Moves a slot with its keys, a few at a time, so that commands come in the middle of it. */
  async move(slot: number, from: ClusterMember, to: ClusterMember, between: () => Promise<void>): Promise<void> {
    await to.admin.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id);
    await from.admin.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id);
    await between();
    for (;;) {
      const keys = (await from.admin.call('CLUSTER', 'GETKEYSINSLOT', slot, 2)) as string[];
      if (keys.length === 0) break;
      await from.admin.call('MIGRATE', '127.0.0.1', to.server.port, '', 0, 1_000, 'KEYS', ...keys);
      await between();
    }
    for (const { admin } of [to, from, ...this.masters.filter((other) => other !== to && other !== from)]) {
      await admin.call('CLUSTER', 'SETSLOT', slot, 'NODE', to.id);
    }
  }

  async stop(): Promise<void> {
    for (const { admin } of [...this.masters, this.replica]) admin.disconnect();
    await Promise.all([...this.masters, this.replica].map(({ server }) => server.kill()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #startMember(): Promise<ClusterMember> {
    const busPort = await freePort();
    // What a replica is sent it leaves in its folder, and a server that begins in the same one begins with that.
    const dir = join(this.#folder, String(busPort));
    mkdirSync(dir);
    const server = await startRedis({
      dir,
      args: [
        ...['--cluster-enabled', 'yes', '--cluster-config-file', join(dir, 'nodes.conf')],
        // By default the port of the clients and 10,000, which may be no port at all.
        ...['--cluster-port', String(busPort), '--cluster-node-timeout', '1000'],
        ...['--cluster-replica-validity-factor', '0', '--repl-diskless-sync-delay', '0'],
      ],
    });
    const admin = new Redis(server.port, '127.0.0.1', { retryStrategy: () => 100, disconnectTimeout: 50 });
    admin.on('error', () => {});
    return { server, admin, busPort, id: String(await admin.call('CLUSTER', 'MYID')) };
  }

  async #agreed(members: readonly ClusterMember[]): Promise<void> {
    await eventually(
      async () => {
        const infos = await Promise.all(members.map(({ admin }) => admin.call('CLUSTER', 'INFO')));
        return infos.map(String);
      },
      (infos) => infos.every((info) => /cluster_state:ok/.test(info) && /cluster_known_nodes:4/.test(info)),
      20_000,
    );
  }
}
