import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';

import { environmentOf, type RedisServer } from './find-redis.js';

const run = promisify(execFile);
const START_ATTEMPTS = 5;
const START_TIMEOUT_MS = 10_000;
const LOG_LIMIT = 4_000;

export interface StartRedisOptions {
  /** Further server arguments, such as `['--maxmemory', '2mb']`. */
  readonly args?: readonly string[];
  /** A configuration file, which the server may write to. Only of a server of this machine, not of a container. */
  readonly config?: string;
  /** A fixed port, to restart a server where an earlier one was. Default: a free one. */
  readonly port?: number;
  /** The server's working folder. With one, `stop()` shuts down in order, so that what `args` persist is written. */
  readonly dir?: string;
}

/** A server of this suite alone: loopback only, nothing persisted. Call `stop()` in `afterAll`. */
export interface RunningRedis {
  readonly port: number;
  readonly pid: number;
  readonly url: string;
  /** Ends the server, also a paused one, and waits until it is gone. Safe to call twice. */
  stop(): Promise<void>;
  /** Sends the signal (default SIGKILL) and waits until the server is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Freezes the server: connections stay open, nothing is answered. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/**
 * Starts a real Redis server on a free port of the loopback interface and waits until it answers PING.
 *
 * @throws Error with the server's own output when it does not come up within ten seconds.
 */
export async function startRedis(options: StartRedisOptions = {}): Promise<RunningRedis> {
  const server = resolvedServer();
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    try {
      return await startOn(server, port, options);
    } catch (error) {
      // Between choosing a free port and binding it another worker may have taken it.
      const taken = error instanceof Error && /address already in use|port is already allocated/i.test(error.message);
      if (!taken || options.port !== undefined || attempt === START_ATTEMPTS) throw error;
    }
  }
}

let shared: Promise<RunningRedis> | undefined;

/**
 * The url of a server for suites that need no control over its process: `REDIS_URL` when it is set, else one server a
 * test file, which ends with the file's worker. Use a namespace of your own: the server may be shared.
 */
export async function redisUrl(): Promise<string> {
  const given = process.env['REDIS_URL'];
  if (given) return given;
  shared ??= startRedis();
  return (await shared).url;
}

/** Ends what `redisUrl()` started in this file. */
export async function stopSharedRedis(): Promise<void> {
  const running = shared;
  shared = undefined;
  await (await running)?.stop();
}

function resolvedServer(): RedisServer {
  const found = process.env['TEST_REDIS_SERVER'];
  if (found) return JSON.parse(found) as RedisServer;
  throw new Error(
    process.env['TEST_REDIS_MISSING'] ?? 'No Redis server was resolved: run the suites through `npm test`.',
  );
}

async function startOn(server: RedisServer, port: number, options: StartRedisOptions): Promise<RunningRedis> {
  const name = `nestjs-cached-test-${process.pid}-${port}`;
  const child = launch(server, name, port, options);
  let log = '';
  const keep = (chunk: Buffer): void => {
    log = (log + chunk.toString()).slice(-LOG_LIMIT);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const state = { gone: false };
  const exited = new Promise<void>((resolve) => {
    const end = (): void => {
      state.gone = true;
      resolve();
    };
    child.once('close', end);
    child.once('error', (error) => {
      keep(Buffer.from(error.message));
      end();
    });
  });
  const guard = server.kind === 'binary' && child.pid !== undefined ? guardAgainstOrphans(child.pid) : undefined;
  void exited.then(() => guard?.kill('SIGKILL'));

  const signal = async (wanted: NodeJS.Signals): Promise<void> => {
    if (state.gone) return;
    if (server.kind === 'binary') {
      child.kill(wanted);
      return;
    }
    const command =
      wanted === 'SIGSTOP' ? ['pause'] : wanted === 'SIGCONT' ? ['unpause'] : ['kill', '--signal', wanted];
    // A container that is not paused refuses to be unpaused; that is no failure here.
    await run('docker', [...command, name]).catch(() => undefined);
  };
  const kill = async (wanted: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    await signal(wanted);
    await exited;
  };
  const running: RunningRedis = {
    port,
    pid: child.pid ?? 0,
    url: `redis://127.0.0.1:${port}`,
    kill,
    stop: async () => {
      await signal('SIGCONT');
      await kill(options.dir === undefined ? 'SIGKILL' : 'SIGTERM');
    },
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
  };

  const deadline = Date.now() + START_TIMEOUT_MS;
  // A foreign server may hold a port that was asked for by number: an answer only counts while ours is alive.
  while (!(await answersPing(port)) || state.gone) {
    if (state.gone || Date.now() > deadline) {
      await kill();
      throw new Error(`Redis did not start on port ${port}:\n${log.trim()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return running;
}

function launch(server: RedisServer, name: string, port: number, options: StartRedisOptions): ChildProcess {
  const { args = [], config, dir } = options;
  const common = ['--save', '', '--appendonly', 'no', '--loglevel', 'warning'];
  if (server.kind === 'binary') {
    // A server without a folder of its own must not find what another one has left in the common one.
    const place = dir === undefined ? [tmpdir(), '--dbfilename', `${name}.rdb`] : [dir];
    const file = config === undefined ? [] : [config];
    const own = [...file, '--port', String(port), '--bind', '127.0.0.1', '--dir', ...place];
    return spawn(server.path, [...own, ...common, ...args], {
      env: environmentOf(server),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
  const publish = ['--publish', `127.0.0.1:${port}:6379`, ...(dir === undefined ? [] : ['--volume', `${dir}:/data`])];
  return spawn(
    'docker',
    ['run', '--rm', '--name', name, ...publish, server.image, 'redis-server', ...common, ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
}

/** A worker that is killed runs no hooks; this shell sees its own input close and ends the server for it. */
function guardAgainstOrphans(pid: number): ChildProcess {
  const guard = spawn('sh', ['-c', `read -r _; kill -9 ${pid}`], { stdio: ['pipe', 'ignore', 'ignore'] });
  guard.unref();
  guard.on('error', () => undefined);
  return guard;
}

async function answersPing(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.setTimeout(500, () => socket.destroy());
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [reply] = (await once(socket, 'data')) as [Buffer];
    // A server that wants a password is up as well.
    return /^(\+PONG|-NOAUTH|-NOPERM)/.test(reply.toString());
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** A port nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port on 127.0.0.1.');
  return address.port;
}
