import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { eventually } from './eventually.js';
import { startRedis, type RunningRedis } from './redis-server.js';

const SENTINELS = 3;

/** A master, a replica of it, and three sentinels, which call the master `mymaster`. */
export class RedisSentinels {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sentinels-'));
  readonly #clients: Redis[] = [];
  readonly servers: RunningRedis[] = [];
  readonly sentinels: RunningRedis[] = [];

  static async start(): Promise<RedisSentinels> {
    const group = new RedisSentinels();
    // What a replica is sent it leaves in its folder, and a server that begins in the same one begins with that.
    const [first, second] = [group.#folderOf('first'), group.#folderOf('second')];
    const master = await startRedis({ dir: first, args: ['--repl-diskless-sync-delay', '0'] });
    group.servers.push(master);
    const follow = ['--replicaof', '127.0.0.1', String(master.port), '--repl-diskless-sync-delay', '0'];
    group.servers.push(await startRedis({ dir: second, args: follow }));
    for (let nth = 0; nth < SENTINELS; nth++) {
      const config = join(group.#folder, `${nth}.conf`);
      writeFileSync(
        config,
        [
          `sentinel monitor mymaster 127.0.0.1 ${master.port} 2`,
          'sentinel down-after-milliseconds mymaster 500',
          'sentinel failover-timeout mymaster 1000',
          '',
        ].join('\n'),
      );
      group.sentinels.push(await startRedis({ config, args: ['--sentinel'], dir: group.#folder }));
    }
    await group.agreed();
    return group;
  }

  get addresses(): { host: string; port: number }[] {
    return this.sentinels.map(({ port }) => ({ host: '127.0.0.1', port }));
  }

  client({ port }: { readonly port: number }): Redis {
    const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50, disconnectTimeout: 50 });
    client.on('error', () => {});
    this.#clients.push(client);
    return client;
  }

  /** Where the first sentinel says that the master is. */
  async master(): Promise<RunningRedis> {
    const [, port] = (await this.#ask('get-master-addr-by-name')) as [string, string];
    return this.servers.find((server) => server.port === Number(port))!;
  }

  /** Resolves when the sentinels know each other, and a replica that is in step. */
  async agreed(): Promise<void> {
    await eventually(
      async () => {
        const [master, replicas] = await Promise.all([this.#ask('master'), this.#ask('replicas')]);
        const others = field(master, 'num-other-sentinels');
        const sound = (replicas as unknown[]).filter(
          (replica) => field(replica, 'flags') === 'slave' && field(replica, 'master-link-status') === 'ok',
        );
        return [others, field(master, 'flags'), sound.length];
      },
      ([others, flags, sound]) => others === String(SENTINELS - 1) && flags === 'master' && Number(sound) > 0,
      20_000,
    );
  }

  async failOver(): Promise<void> {
    await this.#ask('failover');
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    // Killed: one that shuts down in order writes its configuration.
    await Promise.all([...this.sentinels, ...this.servers].map((server) => server.kill()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #folderOf(name: string): string {
    const folder = join(this.#folder, name);
    mkdirSync(folder);
    return folder;
  }

  #asker: Redis | undefined;

  #ask(what: string): Promise<unknown> {
    this.#asker ??= this.client(this.sentinels[0]!);
    return this.#asker.call('SENTINEL', what, 'mymaster');
  }
}

/** Of names and values in turn. */
function field(list: unknown, name: string): string | undefined {
  const parts = list as string[];
  const at = parts.indexOf(name);
  return at === -1 ? undefined : parts[at + 1];
}
