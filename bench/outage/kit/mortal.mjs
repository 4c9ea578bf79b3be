import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '../../fleet/kit/redis.mjs';

/** A server that goes away in one of two ways, and returns to its port. */
export class MortalServer {
  /** @type {Awaited<ReturnType<typeof startRedis>>} */
  #running;
  #dir;

  /** @param {Awaited<ReturnType<typeof startRedis>>} running @param {string} dir */
  constructor(running, dir) {
    this.#running = running;
    this.#dir = dir;
  }

  static async start() {
    const dir = mkdtempSync(join(tmpdir(), 'bench-outage-'));
    return new MortalServer(await startRedis({ dir }), dir);
  }

  get port() {
    return this.#running.port;
  }

  get version() {
    return this.#running.version;
  }

  /** @param {'freeze' | 'kill'} how A killed one has written down before what it knew. @param {boolean} remembers */
  async leave(how, remembers = false) {
    if (how === 'freeze') {
      this.#running.freeze();
      return;
    }
    if (remembers) await this.#running.save();
    await this.#running.stop();
  }

  /** @param {'freeze' | 'kill'} how */
  async comeBack(how) {
    if (how === 'freeze') this.#running.thaw();
    else this.#running = await startRedis({ port: this.port, dir: this.#dir });
  }

  async stop() {
    await this.#running.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
