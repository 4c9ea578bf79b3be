import { execFile } from 'node:child_process';
import { access, constants, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How the suites start a server of their own. */
export type RedisServer =
  | { readonly kind: 'binary'; readonly path: string; readonly libraryPath: string | undefined }
  | { readonly kind: 'docker'; readonly image: string };

const DOCKER_IMAGE = 'redis:7-alpine';
const PACKAGES = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1'];
/** Part of every Debian system; a second copy on LD_LIBRARY_PATH would only do harm. */
const ALREADY_THERE = new Set(['libc6', 'libgcc-s1', 'adduser', 'init-system-helpers', 'lsb-base', ...PACKAGES]);

/**
 * Looks for a Redis server: on the PATH, in the folder an earlier run filled, in Debian's or Ubuntu's archive
 * (unpacked into that folder, no root needed), in docker.
 *
 * @throws Error that names each way to install one.
 */
export async function findRedis(cacheFolder: string): Promise<RedisServer> {
  const folder = join(cacheFolder, 'redis-server');
  const found =
    (await onPath(['redis-server', 'valkey-server'])) ??
    (await unpacked(folder)) ??
    (await fromArchive(folder)) ??
    (await inDocker());
  if (found) return found;
  throw new Error(
    [
      'The tests need a Redis server and found none. Any one of these will do:',
      '  Debian, Ubuntu   sudo apt-get install redis-server',
      '  macOS            brew install redis',
      `  docker           start the docker daemon; ${DOCKER_IMAGE} is pulled by itself`,
      '  elsewhere        put redis-server or valkey-server on the PATH',
    ].join('\n'),
  );
}

async function onPath(names: readonly string[]): Promise<RedisServer | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  for (const name of names) {
    for (const folder of folders) {
      const server: RedisServer = { kind: 'binary', path: join(folder, name), libraryPath: undefined };
      if (await runs(server)) return server;
    }
  }
  return undefined;
}

async function unpacked(folder: string): Promise<RedisServer | undefined> {
  const path = join(folder, 'usr/bin/redis-server');
  const libraries = join(folder, 'usr/lib');
  const names = await readdir(libraries).catch(() => []);
  const libraryPath = names
    .filter((name) => name.includes('-linux-gnu'))
    .map((name) => join(libraries, name))
    .join(delimiter);
  const server: RedisServer = { kind: 'binary', path, libraryPath: libraryPath || undefined };
  return (await runs(server)) ? server : undefined;
}

async function fromArchive(folder: string): Promise<RedisServer | undefined> {
  if (process.platform !== 'linux' || !(await isThere('apt-get', 'dpkg'))) return undefined;
  // A folder of this process alone, renamed into place when complete: two runs at once cannot see half a server.
  const work = `${folder}.${process.pid}`;
  await rm(work, { recursive: true, force: true });
  try {
    await mkdir(join(work, 'lists/partial'), { recursive: true });
    await mkdir(join(work, 'cache/archives/partial'), { recursive: true });
    const root = join(work, 'root');
    // Some source of the machine may be out of reach; the download decides whether that matters.
    await apt(work, 'apt-get', ['update']).catch(() => undefined);
    await unpack(work, root, PACKAGES);
    const server = (await unpacked(root)) ?? (await withDependencies(work, root));
    if (!server) return undefined;
    await rm(folder, { recursive: true, force: true });
    await rename(root, folder).catch(() => undefined);
    return await unpacked(folder);
  } catch {
    return undefined;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Releases differ in the libraries the server is linked to: ask the archive, and add what is missing. */
async function withDependencies(work: string, root: string): Promise<RedisServer | undefined> {
  const listing = await apt(work, 'apt-cache', ['depends', '--important', 'redis-tools', 'redis-server']);
  const names = Array.from(listing.matchAll(/^\s*\|?(?:Pre)?Depends: ([^<\s]+)$/gm), (match) => match[1] ?? '');
  await unpack(
    work,
    root,
    names.filter((name) => !ALREADY_THERE.has(name)),
  );
  return unpacked(root);
}

async function unpack(work: string, root: string, packages: readonly string[]): Promise<void> {
  if (packages.length === 0) return;
  await apt(work, 'apt-get', ['download', ...packages]);
  const archives = (await readdir(work)).filter((name) => name.endsWith('.deb'));
  for (const archive of archives) {
    await run('dpkg', ['-x', join(work, archive), root]);
    await rm(join(work, archive));
  }
}

async function apt(work: string, command: 'apt-get' | 'apt-cache', args: readonly string[]): Promise<string> {
  const own = [
    `Dir::State::lists=${join(work, 'lists')}`,
    `Dir::Cache=${join(work, 'cache')}`,
    'Acquire::Languages=none',
    'APT::Sandbox::User=root',
    'Debug::NoLocking=1',
  ];
  const { stdout } = await run(command, [...own.flatMap((option) => ['-o', option]), ...args], {
    cwd: work,
    timeout: 120_000,
  });
  return stdout;
}

async function inDocker(): Promise<RedisServer | undefined> {
  try {
    await run('docker', ['info'], { timeout: 10_000 });
    await run('docker', ['pull', '--quiet', DOCKER_IMAGE], { timeout: 180_000 });
    return { kind: 'docker', image: DOCKER_IMAGE };
  } catch {
    return undefined;
  }
}

async function runs(server: RedisServer & { kind: 'binary' }): Promise<boolean> {
  try {
    await access(server.path, constants.X_OK);
    await run(server.path, ['--version'], { env: environmentOf(server), timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

async function isThere(...commands: readonly string[]): Promise<boolean> {
  const answers = await Promise.allSettled(commands.map((command) => run(command, ['--version'])));
  return answers.every((answer) => answer.status === 'fulfilled');
}

/** The environment a server of that kind is started with. */
export function environmentOf(server: RedisServer): NodeJS.ProcessEnv {
  if (server.kind === 'docker' || !server.libraryPath) return process.env;
  const libraries = [server.libraryPath, process.env['LD_LIBRARY_PATH']].filter(Boolean).join(delimiter);
  return { ...process.env, LD_LIBRARY_PATH: libraries };
}
