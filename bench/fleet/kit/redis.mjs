import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { now, sleep } from './clock.mjs';

const UNPACKED = fileURLToPath(new URL('../../../node_modules/.cache/redis-server', import.meta.url));
const START_TIMEOUT_MS = 10_000;

/** The server on the PATH, else the copy that the tests have unpacked. */
function findServer() {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    for (const name of ['redis-server', 'valkey-server']) {
      const path = join(folder, name);
      if (existsSync(path)) return { path, env: process.env };
    }
  }
  const path = join(UNPACKED, 'usr/bin/redis-server');
  if (!existsSync(path))
    throw new Error('No redis-server: put one on the PATH, or run `npm test` once, which gets one.');
  const libraries = join(UNPACKED, 'usr/lib');
  const folders = readdirSync(libraries).filter((name) => name.includes('-linux-gnu'));
  const own = folders.map((name) => join(libraries, name));
  const given = process.env['LD_LIBRARY_PATH'];
  const searched = given ? [...own, given] : own;
  return { path, env: { ...process.env, LD_LIBRARY_PATH: searched.join(delimiter) } };
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
  probe.close();
  await once(probe, 'close');
  return port;
}

/**
 * A server of this run alone, on the loopback interface, that persists nothing by itself.
 * @param {{ port?: number, dir?: string }} [place] The port of an earlier one; a folder whose dump it starts from.
 */
export async function startRedis(place = {}) {
  const { path, env } = findServer();
  const version = /v=(\S+)/.exec(execFileSync(path, ['--version'], { env, encoding: 'utf8' }))?.[1] ?? 'unknown';
  const port = place.port ?? (await freePort());
  const options = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    place.dir ?? tmpdir(),
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  const child = spawn(path, [...options, '--loglevel', 'warning'], { env, stdio: 'ignore' });
  const gone = new Promise((resolve) => child.once('close', resolve));
  const pid = /** @type {number} */ (child.pid);
  // A bench that is killed runs no handlers; this shell sees its own input close and ends the server for it.
  const guard = spawn('sh', ['-c', `read -r _; kill -9 ${pid}`], { stdio: ['pipe', 'ignore', 'ignore'] });
  guard.on('error', () => {});
  void gone.then(() => guard.kill('SIGKILL'));
  const admin = new Redis({ host: '127.0.0.1', port, retryStrategy: () => 50 });
  admin.on('error', () => {});
  const stop = async () => {
    admin.disconnect();
    child.kill('SIGKILL');
    await gone;
  };
  const deadline = now() + START_TIMEOUT_MS;
  while (admin.status !== 'ready') {
    if (child.exitCode !== null || now() > deadline) {
      await stop();
      throw new Error(`The Redis server at ${path} did not start.`);
    }
    await sleep(10);
  }
  const freeze = () => child.kill('SIGSTOP');
  const thaw = () => child.kill('SIGCONT');
  const figures = { commands: () => commandCounts(admin), trackers: () => countTrackers(admin) };
  return { port, version, stop, freeze, thaw, save: () => admin.save(), ...figures };
}

/**
 * How often each command ran since the server started. Without PING, which the library sends on a timer, and INFO,
 * which is this question itself.
 * @param {Redis} admin
 */
async function commandCounts(admin) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const [, name = '', calls] of (await admin.info('commandstats')).matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) {
    if (name !== 'ping' && name !== 'info') counts[name] = Number(calls);
  }
  return counts;
}

/** @param {Redis} admin */
async function countTrackers(admin) {
  return Number(/^tracking_clients:(\d+)/m.exec(await admin.info('clients'))?.[1] ?? 0);
}

/**
 * What `after` has more of than `before`.
 * @param {Record<string, number>} before @param {Record<string, number>} after
 */
export function difference(before, after) {
  const more = Object.entries(after).map(([name, calls]) => /** @type {const} */ ([name, calls - (before[name] ?? 0)]));
  return Object.fromEntries(more.filter(([, calls]) => calls > 0));
}
