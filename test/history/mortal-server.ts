import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort, startRedis, type RunningRedis } from '../support/redis-server.js';

/** What a restarted server knows: nothing; all it knew when it was killed; what it knew when `remember` was called. */
export type Memory = 'nothing' | 'everything' | 'what it was told to remember';

const ADMIN = { username: 'chaos', password: 'chaos' };
const ADMIN_ARGS = ['--user', ADMIN.username, 'on', `>${ADMIN.password}`, '~*', '&*', '+@all'];

/** A server that is frozen, killed and started again on its port, as often as one likes. */
export class MortalServer {
  #running: RunningRedis;

  private constructor(
    running: RunningRedis,
    private readonly dir: string,
    private readonly args: readonly string[],
  ) {
    this.#running = running;
  }

  /** `further`: arguments of each of its starts. */
  static async start(further: readonly string[] = []): Promise<MortalServer> {
    const dir = await mkdtemp(join(tmpdir(), 'cache-mortal-'));
    const args = [...further, ...ADMIN_ARGS];
    return new MortalServer(await startRedis({ dir, args }), dir, args);
  }

  get url(): string {
    return this.#running.url;
  }

  get port(): number {
    return this.#running.port;
  }

  freeze(): Promise<void> {
    return this.#running.pause();
  }

  thaw(): Promise<void> {
    return this.#running.resume();
  }

  /** Sends one command over a connection of its own, whatever all others may do. */
  async command(name: string, ...args: string[]): Promise<unknown> {
    const client = new Redis(this.url, { ...ADMIN, maxRetriesPerRequest: 0, enableReadyCheck: false });
    client.on('error', () => {});
    try {
      return await client.call(name, ...args);
    } finally {
      client.disconnect();
    }
  }

  /** Takes writes from nobody: a replica, whose master is not there. */
  async readOnly(): Promise<void> {
    await this.command('REPLICAOF', '127.0.0.1', String(await freePort()));
  }

  async writable(): Promise<void> {
    await this.command('REPLICAOF', 'NO', 'ONE');
  }

  /** Writes down what it knows now. */
  async remember(): Promise<void> {
    await this.command('SAVE');
  }

  async kill(memory: Memory): Promise<void> {
    if (memory === 'everything') await this.remember();
    await this.#running.kill();
    if (memory === 'nothing') await rm(join(this.dir, 'dump.rdb'), { force: true });
  }

  /** Starts again on the same port, and returns when it answers. */
  async restart(): Promise<void> {
    this.#running = await startRedis({ port: this.port, dir: this.dir, args: this.args });
  }

  async stop(): Promise<void> {
    // What it knows nobody wants.
    await this.#running.resume();
    await this.#running.kill();
    await rm(this.dir, { recursive: true, force: true });
  }
}
