import { Buffer } from 'node:buffer';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fileFault } from '../../../lib/backends/disk/file-check.js';
import { loadLmdb, openEnvironment, openTable } from '../../../lib/backends/disk/lmdb-package.js';
import { CacheBackendError } from '../../../lib/support/errors.js';
import { diskAt } from '../../support/disk.js';
import { temporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';
import { isWhole, wholeValue } from './whole-values.js';

let folder: TemporaryFolder;
let file: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  file = join(folder.path, 'cache-2.mdb');
});
afterEach(() => folder.remove());

async function fill(): Promise<Buffer> {
  const { backend } = await diskAt(folder.path);
  for (let seed = 0; seed < 200; seed++) await backend.set(`k${seed % 90}`, wholeValue(seed));
  await backend.close();
  return readFileSync(file);
}

/** The store must open, with a notice when it is a new one, and work. */
async function expectSound(): Promise<readonly string[]> {
  const { backend, errors, notices } = await diskAt(folder.path);
  for await (const key of backend.scan('k')) await backend.get(key);
  await backend.set('k', Buffer.from('new'));
  expect(String(await backend.get('k'))).toBe('new');
  await backend.close();
  expect(errors).toEqual([]);
  return notices;
}

const DAMAGE: [what: string, damage: (bytes: Buffer) => Buffer][] = [
  ['cut in half', (bytes) => bytes.subarray(0, bytes.length / 2)],
  ['without its last quarter', (bytes) => bytes.subarray(0, bytes.length * 0.75)],
  ['of another program', () => Buffer.alloc(100_000, 'SQLite format 3')],
  ['of one byte', () => Buffer.from('x')],
  ['of zeros', (bytes) => Buffer.alloc(bytes.length)],
  ['with one of its two beginnings gone', (bytes) => Buffer.from(bytes).fill(0, 4_096, 8_192)],
  ['with one tree in place of the other', (bytes) => doubled(bytes)],
  ['whose every inner page says it is another', (bytes) => numberedWrongly(bytes)],
];

/** Each beginning names its free pages where everything else should be, too. */
function doubled(bytes: Buffer): Buffer {
  const damaged = Buffer.from(bytes);
  for (const at of [0, 4_096]) damaged.copyWithin(at + 136, at + 88, at + 96);
  return damaged;
}

function numberedWrongly(bytes: Buffer): Buffer {
  const damaged = Buffer.from(bytes);
  for (let at = 8_192; at < damaged.length; at += 4_096) damaged.writeUInt32LE(damaged.readUInt32LE(at) ^ 1, at);
  return damaged;
}

describe('a store on disk that is damaged', () => {
  it.each(DAMAGE)('%s, is put aside; a new one is begun, and somebody told', async (_, damage) => {
    const damaged = damage(await fill());
    writeFileSync(file, damaged);
    expect(await expectSound()).toEqual([
      expect.stringMatching(/cannot be used: it .*|cannot be used: one of its pages/),
    ]);
    expect(readFileSync(`${file}.damaged`).equals(damaged)).toBe(true);
  });

  it('keeps one damaged file, the last', async () => {
    for (const text of ['first', 'second']) {
      writeFileSync(file, text);
      await expectSound();
    }
    expect(readFileSync(`${file}.damaged`, 'utf8')).toBe('second');
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.damaged'))).toHaveLength(1);
  });

  it('where a folder stands in place of the file, is begun beside it', async () => {
    mkdirSync(file);
    expect(await expectSound()).toHaveLength(1);
  });

  it('by chance, anywhere in its frames, is noticed or harmless, and never more than a miss', async () => {
    const whole = await fill();
    let state = 11;
    const random = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
    let noticed = 0;
    for (let round = 0; round < 150; round++) {
      const damaged = Buffer.from(whole);
      const page = 4_096 * (2 + random(whole.length / 4_096 - 2));
      for (let nth = 0; nth < 4; nth++) damaged[page + random(120)] = random(256);
      writeFileSync(`${file}.tried`, damaged);
      noticed += Number(fileFault(`${file}.tried`) !== undefined);
    }
    // What is inside a free page, or a value, is nobody's concern here.
    expect(noticed).toBeGreaterThan(60);
  });

  it('says nothing of one that is in order', async () => {
    await fill();
    expect(fileFault(file)).toBeUndefined();
    expect(fileFault(join(folder.path, 'nothing'))).toBeUndefined();
    const { backend, notices } = await diskAt(folder.path);
    expect(notices).toEqual([]);
    expect(isWhole((await backend.get('k1'))!)).toBe(true);
    await backend.close();
  });

  it('that says it is of another format is not read', async () => {
    const environment = openEnvironment(await loadLmdb(), file);
    const facts = openTable(environment, 'facts');
    await environment.childTransaction(() =>
      facts.putSync(Buffer.from('format'), Buffer.from('nestjs-cached disk 99')),
    );
    await environment.close();
    expect(await expectSound()).toEqual([expect.stringContaining('"nestjs-cached disk 99", which is another format')]);
  });

  it('of another version is removed when nobody has used it for a day', async () => {
    const [old, recent] = ['cache-0.mdb', 'cache-7.mdb'].map((name) => join(folder.path, name)) as [string, string];
    for (const name of [old, recent]) writeFileSync(name, 'other');
    const dayBefore = Date.now() / 1_000 - 90_000;
    utimesSync(old, dayBefore, dayBefore);
    expect(await expectSound()).toEqual([expect.stringContaining('removed: cache-0.mdb')]);
    expect(readdirSync(folder.path)).toEqual(expect.arrayContaining(['cache-7.mdb']));
    expect(readdirSync(folder.path)).not.toContain('cache-0.mdb');
  });

  it('while it is closed, and cut, does not end the process', async () => {
    await fill();
    truncateSync(file, 10_000);
    expect(await expectSound()).toHaveLength(1);
  });
});

describe('a directory that cannot be used', () => {
  it.each([
    ['a file stands in its place', (path: string) => writeFileSync(path, 'x')],
    ['it leads in a circle', (path: string) => symlinkSync(path, path)],
  ])('is named at start: %s', async (_, make) => {
    const path = join(folder.path, 'taken');
    make(path);
    const failing = diskAt(path);
    await expect(failing).rejects.toBeInstanceOf(CacheBackendError);
    await expect(failing).rejects.toThrow(`The cache in ${path} failed: `);
    await expect(failing).rejects.toThrow('option `disk.directory`');
  });

  it('is named at start where it would be below a file', async () => {
    const taken = join(folder.path, 'taken');
    writeFileSync(taken, 'x');
    await expect(diskAt(join(taken, 'below'))).rejects.toThrow(
      /taken\/below failed: .*Name a directory: a file stands/,
    );
  });

  it('is made where it is not there, with its parents', async () => {
    const { backend } = await diskAt(join(folder.path, 'a', 'b'));
    await backend.set('k', Buffer.from('v'));
    await backend.close();
    expect(readdirSync(join(folder.path, 'a', 'b'))).toContain('cache-2.mdb');
  });
});

describe('one directory in one process', () => {
  it('is opened once for all who use it, and closed with the last', async () => {
    const [one, other] = await Promise.all([diskAt(folder.path), diskAt(folder.path)]);
    await one.backend.set('k', Buffer.from('v'));
    await one.backend.close();
    await one.backend.close();
    expect(String(await other.backend.get('k'))).toBe('v');
    await other.backend.close();
    await expect(other.backend.get('k')).rejects.toThrow('is closed');
    const again = await diskAt(folder.path);
    expect(String(await again.backend.get('k'))).toBe('v');
    await again.backend.close();
  });
});
