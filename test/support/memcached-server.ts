import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';

const START_MS = 5_000;
/** A running server answers well within it, in milliseconds. */
const FROZEN_MS = 50;

/** The memcached on the PATH, if there is one. */
export function findMemcached(): string | undefined {
  const files = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'memcached'));
  return files.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A memcached of its own, on a free port of this machine. */
export class MemcachedServer {
  #process: ChildProcess | undefined;

  private constructor(
    private readonly file: string,
    readonly port: number,
  ) {}

  static async start(file: string): Promise<MemcachedServer> {
    const server = new MemcachedServer(file, await freePort());
    await server.start();
    return server;
  }

  /** Starts it, or starts it again on the same port. */
  async start(): Promise<void> {
    const root = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
    const child = spawn(this.file, ['-l', '127.0.0.1', '-p', String(this.port), '-U', '0', ...root], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    this.#process = child;
    const deadline = Date.now() + START_MS;
    while (!(await answers(this.port))) {
      if (child.exitCode !== null) throw new Error(`${this.file} ended with code ${child.exitCode}.`);
      if (Date.now() > deadline) throw new Error(`${this.file} did not listen within ${START_MS} ms.`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** It keeps its connections, accepts new ones, and answers nobody. */
  async freeze(): Promise<void> {
    this.#process?.kill('SIGSTOP');
    // The signal returns before the last thread has stopped; until then one of them may still answer.
    while (await Promise.race([this.ask('version').then(Boolean), silence(FROZEN_MS)]));
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  /** One line sent, the first line of the answer. */
  async ask(line: string): Promise<string> {
    const socket = connect({ host: '127.0.0.1', port: this.port });
    try {
      socket.write(`${line}\r\n`);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      return answer.toString().split('\r\n')[0] ?? '';
    } finally {
      socket.destroy();
    }
  }
}

async function silence(ms: number): Promise<false> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
