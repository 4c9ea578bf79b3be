import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { openJournalFile } from '../../../lib/backends/journal/disk.journal.js';
import { compile, type Compiled } from '../../history/compiled.js';
import { type Folder, key, newFolder, sorted } from './folder.js';

let compiled: Compiled;
let folder: Folder;
let children: ChildProcess[];
beforeAll(async () => (compiled = await compile('../../lib/backends/journal/disk.journal.ts')));
afterAll(() => compiled.remove());
beforeEach(async () => {
  folder = await newFolder();
  children = [];
});
afterEach(async () => {
  for (const child of children) await kill(child);
  await folder.remove();
});

const open = () => openJournalFile({ directory: folder.path, namespace: 'app' });

/** Appends without end, and says of each change when it is safe. */
const PROGRAM = `
  import { openJournalFile } from 'COMPILED';
  const root = { path: 'app', namespace: 'app', lineage: ['app'] };
  const journal = openJournalFile({ directory: process.env.FOLDER, namespace: 'app' });
  const most = Number(process.env.MOST);
  for (let n = 0; n < most; n += 1) {
    const name = String(n).padStart(Number(process.env.WIDTH), '.');
    try {
      await journal.append([{ kind: 'key', scope: root, name }]);
      console.log(n);
    } catch (error) {
      console.log(error.name + ' ' + error.cause?.code);
      break;
    }
  }
  console.log('waits');
  setInterval(() => {}, 1000);
`;

interface Settings {
  readonly most: number;
  readonly width?: number;
  /** How large its files may grow, in blocks of the shell. */
  readonly limit?: number;
}

/** A process of its own; `until` resolves with what it said so far, once it said that. */
function start({ most, width = 1, limit }: Settings) {
  const script = PROGRAM.replace('COMPILED', compiled.path);
  const env = { ...process.env, NODE_OPTIONS: '', FOLDER: folder.path, MOST: String(most), WIDTH: String(width) };
  const shell = limit === undefined ? 'exec "$0" "$@"' : `ulimit -f ${limit}; exec "$0" "$@"`;
  const args = ['-c', shell, process.execPath, '--input-type=module', '-e', script];
  const child = spawn('sh', args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const said: string[] = [];
  const lines = createInterface({ input: child.stdout });
  const until = (text: string) =>
    new Promise<readonly string[]>((resolve) => {
      lines.on('line', (line) => {
        said.push(line);
        if (line === text) resolve(said);
      });
    });
  return { child, said, until };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

describe('a process that is killed', () => {
  it('loses nothing that was safe, and its file goes to the next one', async () => {
    const { child, said, until } = start({ most: 1_000_000 });
    await until('200');
    const [path] = await folder.files();
    await kill(child);
    // What it said before the signal may still be on its way.
    await new Promise((resolve) => void setTimeout(resolve, 50));
    const journal = open();
    const names = new Set((await journal.read()).map((change) => 'name' in change && change.name));
    expect(said.filter((line) => !names.has(line))).toEqual([]);
    const files = await folder.files();
    expect(files).toHaveLength(1);
    expect(files[0]).not.toBe(path);
    await journal.replace([]);
    await journal.close();
    expect(await folder.files()).toEqual([]);
  });

  it('is not taken for dead before', async () => {
    const { child, until } = start({ most: 3 });
    await until('waits');
    const [path] = await folder.files();
    const journal = open();
    const changes = sorted([key('0'), key('1'), key('2')]);
    expect(sorted(await journal.read())).toEqual(changes);
    expect(await folder.files()).toEqual([path]);
    await kill(child);
    expect(sorted(await journal.read())).toEqual(changes);
    expect(await folder.files()).not.toContain(path);
    await journal.close();
  });
});

// A limit that binds root as well. Node ignores the signal, and write fails with EFBIG after half of a line.
(process.platform === 'win32' ? describe.skip : describe)('a disk that is full', () => {
  it('keeps the lines that were safe, whole', async () => {
    const { child, said, until } = start({ most: 1_000, width: 100, limit: 8 });
    await until('waits');
    expect(said.at(-2)).toBe('CacheBackendError EFBIG');
    const safe = said.slice(0, -2);
    expect(safe.length).toBeGreaterThan(5);
    await kill(child);
    // No half of a line stays to spoil the next one.
    expect((await readFile((await folder.files())[0]!)).at(-1)).toBe('\n'.charCodeAt(0));
    const journal = open();
    expect(sorted(await journal.read())).toEqual(sorted(safe.map((name) => key(name.padStart(100, '.')))));
    await journal.close();
  });
});
