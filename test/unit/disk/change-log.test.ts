import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Buffer } from 'node:buffer';
import { ChangeLog } from '../../../lib/backends/disk/change-log.js';
import { decodeChange, encodeChange, type LoggedChange } from '../../../lib/backends/disk/change-row.js';
import { loadLmdb, openEnvironment, type LmdbEnvironment } from '../../../lib/backends/disk/lmdb-package.js';
import { Tables } from '../../../lib/backends/disk/tables.js';
import { temporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

let folder: TemporaryFolder;
let environment: LmdbEnvironment;
let tables: Tables;
beforeEach(async () => {
  folder = await temporaryFolder();
  environment = openEnvironment(await loadLmdb(), `${folder.path}/log.mdb`);
  tables = new Tables(environment);
});
afterEach(async () => {
  await environment.close();
  await folder.remove();
});

const key = (name: string): LoggedChange => ({ kind: 'key', sender: 'a', key: name });
const logOf = (most: number): ChangeLog => new ChangeLog(tables, () => most);
async function append(log: ChangeLog, ...names: string[]): Promise<void> {
  await environment.childTransaction(() => names.forEach((name) => log.append(key(name))));
  environment.resetReadTxn();
}
const rows = (): number => [...tables.changes.getKeys({})].length;
const numbered = (from: number, count: number): string[] => Array.from({ length: count }, (_, at) => `k${from + at}`);

describe('the log of changes', () => {
  it('begins with none', () => {
    expect(logOf(10).last).toBe(0);
    expect(logOf(10).since(0)).toEqual([]);
  });

  it('tells what came after a number, in order', async () => {
    const log = logOf(10);
    await append(log, 'one', 'two');
    await append(log, 'three');
    expect(log.last).toBe(3);
    expect(log.since(1)).toEqual([key('two'), key('three')]);
    expect(log.since(3)).toEqual([]);
  });

  it('keeps so many, and says when one that is asked for is gone', async () => {
    const log = logOf(4);
    await append(log, ...numbered(1, 6));
    expect(log.since(2)).toEqual(numbered(3, 4).map(key));
    expect(log.since(1)).toBeUndefined();
    expect(rows()).toBe(4);
  });

  it('says so, too, when one in the middle is missing, or the number is of another file', async () => {
    const log = logOf(10);
    await append(log, ...numbered(1, 5));
    await environment.childTransaction(() => tables.changes.removeSync(Buffer.from([0, 0, 0, 0, 0, 0, 0, 3])));
    environment.resetReadTxn();
    expect(log.since(1)).toBeUndefined();
    expect(log.since(3)).toEqual([key('k4'), key('k5')]);
    expect(log.since(9)).toBeUndefined();
  });

  it('becomes as short as the shortest of those who write to it', async () => {
    await append(logOf(300), ...numbered(1, 200));
    expect(rows()).toBe(200);
    await append(logOf(20), ...numbered(201, 64));
    expect(rows()).toBeLessThanOrEqual(20 + 64);
    expect(logOf(20).since(264 - 20)).toHaveLength(20);
  });

  it('undoes what a transaction that fails has appended', async () => {
    const log = logOf(10);
    await append(log, 'one');
    const failing = environment.childTransaction(() => {
      log.append(key('two'));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    environment.resetReadTxn();
    expect([log.last, log.since(0)]).toEqual([1, [key('one')]]);
  });
});

describe('a row of it', () => {
  const sender = 'AbC-_9';
  it.each<LoggedChange>([
    { kind: 'key', sender, key: 'shop:v:{a|ü%u1F600}' },
    { kind: 'key', sender: '', key: '' },
    { kind: 'pattern', sender, path: 'shop/a@b', pattern: 'user:*\n"[ab]"\ud800' },
    { kind: 'everything', sender },
  ])('comes back: %j', (change) => {
    expect(decodeChange(encodeChange(change))).toEqual(change);
  });

  it('that would be long, or cannot be read, is one of everything', () => {
    const pattern = 'x'.repeat(2_000);
    const long = encodeChange({ kind: 'pattern', sender, path: 'p', pattern });
    expect(long.length).toBeLessThan(20);
    expect(decodeChange(long)).toEqual({ kind: 'everything', sender });
    for (const bytes of ['', 'z', 'p\u0000[1', 'p\u0000{}', 'p\u0001x["a"]'])
      expect(decodeChange(Buffer.from(bytes))).toEqual({ kind: 'everything', sender: '' });
  });
});
