import { Buffer } from 'node:buffer';
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { compile, type Compiled } from '../../history/compiled.js';
import { until } from '../../support/deferred.js';
import { diskAt, MIB } from '../../support/disk.js';
import { temporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';
import { isWhole } from './whole-values.js';

interface Said {
  readonly says: 'ready' | 'written' | 'done' | 'trouble';
  readonly count?: number;
  readonly notices?: string[];
  readonly failures?: string[];
  readonly stale?: string[];
  readonly message?: string;
}

interface Writer {
  readonly child: ChildProcess;
  readonly said: Said[];
}

let program: Compiled;
let folder: TemporaryFolder;
const writers: Writer[] = [];

beforeAll(async () => {
  program = await compile('../faults/disk/writer.ts');
}, 30_000);
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await Promise.all(writers.splice(0).map(kill));
  await folder.remove();
});
afterAll(() => program.remove());

const ORDERS = { from: 0, writes: 1_000, keys: 150, maxBytes: 16 * MIB };

function watched(child: ChildProcess): Writer {
  const writer: Writer = { child, said: [] };
  child.on('message', (message) => writer.said.push(message as Said));
  writers.push(writer);
  return writer;
}

function start(orders: Partial<typeof ORDERS> = {}): Writer {
  const text = JSON.stringify({ directory: folder.path, ...ORDERS, ...orders });
  return watched(fork(program.path, [text], { execArgv: [] }));
}

async function kill({ child }: Writer): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

const written = ({ said }: Writer): number => Math.max(0, ...said.map(({ count }) => count ?? 0));
const answers = [() => true, () => false] as const;
const has = ({ said }: Writer, says: Said['says']): boolean => said.some((one) => one.says === says);

describe('processes that share a store on disk', () => {
  it('may be killed at any moment, ten times: the store opens, and every entry is whole', async () => {
    let seen = 0;
    for (let round = 0; round < 10; round++) {
      const pair = [start({ from: round * 5_000 }), start({ from: round * 5_000 + 2_000 })];
      // Each round at another place.
      const place = 20 + round * 20;
      await until(() => pair.every((writer) => written(writer) >= place));
      await Promise.all(pair.map(kill));
      const { backend, errors, notices } = await diskAt(folder.path);
      expect(notices.filter((notice) => notice.includes('cannot be used'))).toEqual([]);
      for await (const key of backend.scan('k')) {
        const bytes = await backend.get(key);
        if (bytes === undefined) continue;
        seen++;
        expect([key, isWhole(bytes)]).toEqual([key, true]);
      }
      await backend.set('after', Buffer.from('works'));
      expect(String(await backend.get('after'))).toBe('works');
      expect(errors).toEqual([]);
      await backend.close();
    }
    expect(seen).toBeGreaterThan(500);
  }, 120_000);

  it('see each other’s changes at once', async () => {
    const { backend } = await diskAt(folder.path);
    const writer = start({ writes: 100 });
    await until(() => has(writer, 'done'));
    let found = 0;
    for await (const key of backend.scan('k')) found += Number((await backend.get(key)) !== undefined);
    expect(found).toBeGreaterThan(20);
    await backend.close();
  }, 30_000);

  it('hold the smallest of their bounds, and are told of it', async () => {
    const { backend } = await diskAt(folder.path, { maxBytes: 5 * MIB });
    const writer = start({ maxBytes: 64 * MIB, keys: 1_000 });
    await until(() => has(writer, 'done'));
    const { notices } = writer.said.find(({ says }) => says === 'ready')!;
    expect(notices).toEqual([
      expect.stringMatching(/with 5242880 bytes as its bound, this one has 67108864; the smallest/),
    ]);
    expect(statSync(join(folder.path, 'cache-2.mdb')).size).toBeLessThanOrEqual(5 * MIB * 1.2);
    expect(backend.usage.bytes).toBeLessThanOrEqual(5 * MIB);
    await backend.close();
  }, 30_000);

  it('drop values at the limit of the file while one of them reads for ever, and go on when it is gone', async () => {
    const reader = await compile('../faults/disk/reader.ts');
    const { backend } = await diskAt(folder.path, { maxBytes: 8 * MIB });
    for (let nth = 0; nth < 100; nth++) await backend.set(`k${nth}`, Buffer.alloc(30_000));
    const pinning = watched(fork(reader.path, [folder.path], { execArgv: [] }));
    await until(() => has(pinning, 'ready'));
    const setMore = async (): Promise<number> => {
      let stored = 0;
      for (let nth = 0; nth < 400; nth++) {
        stored += await backend.set(`more${nth}`, Buffer.alloc(30_000)).then(
          () => 1,
          () => 0,
        );
      }
      return stored;
    };
    expect(await setMore()).toBeLessThan(300);
    expect(statSync(join(folder.path, 'cache-2.mdb')).size).toBeLessThanOrEqual(8 * MIB * 1.2);
    await kill(pinning);
    expect(await setMore()).toBe(400);
    await backend.close();
    await reader.remove();
  }, 60_000);

  it('go on with a new store when somebody removes the folder under them', async () => {
    const { backend } = await diskAt(folder.path);
    await backend.set('k', Buffer.from('old'));
    rmSync(folder.path, { recursive: true });
    await until(() => existsSync(join(folder.path, 'cache-2.mdb')));
    // While it is being opened, it says so.
    let stored = false;
    void (async () => {
      while (!stored) stored = await backend.set('k', Buffer.from('new')).then(...answers);
    })();
    await until(() => stored);
    expect(readFileSync(join(folder.path, 'cache-2.mdb')).includes('new')).toBe(true);
    await backend.close();
  }, 30_000);
});

describe('a disk that is full', () => {
  // In blocks of 512 bytes: no file may be longer than so many.
  it.each([8_192, 1_200, 300])(
    'costs writes, never the process, and leaves nothing stale: %i blocks',
    async (blocks) => {
      const text = JSON.stringify({ directory: folder.path, ...ORDERS, writes: 600 });
      const command = `trap '' XFSZ; ulimit -f ${blocks}; exec "$0" "$1" "$2"`;
      const child = spawn('sh', ['-c', command, process.execPath, program.path, text], {
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      });
      const writer = watched(child);
      await until(() => has(writer, 'done') || child.exitCode !== null);
      const done = writer.said.find(({ says }) => says === 'done');
      expect(done).toMatchObject({ stale: [] });
      // With most of what it needs it makes do; of very little, large values are refused.
      if (blocks === 300) expect(done!.failures!.length).toBeGreaterThan(0);
      await until(() => child.exitCode !== null);
      expect(child.exitCode).toBe(0);
      expect(statSync(join(folder.path, 'cache-2.mdb')).size).toBeLessThanOrEqual(blocks * 512);
      const { backend, notices } = await diskAt(folder.path);
      expect(notices).toEqual([]);
      for await (const key of backend.scan('k')) {
        const bytes = await backend.get(key);
        expect([key, bytes === undefined || isWhole(bytes)]).toEqual([key, true]);
      }
      await backend.close();
    },
    60_000,
  );
});
