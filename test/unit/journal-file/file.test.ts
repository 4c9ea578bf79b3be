import {
  type FileHandle,
  mkdir,
  open as openFile,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { openJournalFile } from '../../../lib/backends/journal/disk.journal.js';
import { readText } from '../../../lib/backends/journal/journal-text.js';
import { rootScope } from '../../../lib/core/scopes.js';
import type { QueuedChange } from '../../../lib/contracts/journal.js';
import { CacheBackendError } from '../../../lib/support/errors.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { deferred, settle } from '../../support/deferred.js';
import { clear, type Folder, key, newFolder, sorted } from './folder.js';

let folder: Folder;
let clock: FakeClock;
beforeEach(async () => {
  folder = await newFolder();
  clock = new FakeClock();
});
afterEach(() => folder.remove());

const open = (directory = folder.path, namespace = 'app') => openJournalFile({ directory, namespace, clock });
const changesIn = async (path: string) => readText(await readFile(path), rootScope('app'));
const only = async () => {
  const files = await folder.files();
  expect(files).toHaveLength(1);
  return files[0]!;
};
/** Larger than any process id. */
const NOBODY = 2 ** 31 - 2;
const longAgo = () => Date.now() / 1000 - 6 * 60;

describe('a journal on disk', () => {
  it('touches no disk before the first change', async () => {
    const journal = open();
    expect(await journal.read()).toEqual([]);
    await journal.append([]);
    await journal.replace([]);
    await expect(stat(folder.path)).rejects.toThrow('ENOENT');
    await journal.close();
    await expect(stat(folder.path)).rejects.toThrow('ENOENT');
    expect(clock.pendingTimers).toBe(0);
  });

  it('has the bytes in the file when append resolves, for nobody else to read', async () => {
    const journal = open();
    await journal.append([key('one')]);
    const path = await only();
    expect(sorted((await changesIn(path))!)).toEqual(sorted([key('one')]));
    await Promise.all([journal.append([key('two')]), journal.append([key('three'), key('four')])]);
    expect((await changesIn(path))!.map((change) => 'name' in change && change.name)).toEqual([
      'one',
      'two',
      'three',
      'four',
    ]);
    expect(basename(path)).toMatch(/^[0-9a-f]{32}\.[\w.%~-]+\.\d+\.[\w-]+\.[\w-]+\.journal$/);
    if (process.platform !== 'win32') {
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect((await stat(folder.path)).mode & 0o777).toBe(0o700);
    }
    await journal.replace([key('five')]);
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
    await journal.close();
  });

  it('puts a replacement in place of everything, and goes on behind it', async () => {
    const journal = open();
    await journal.append([key('one'), key('two')]);
    await journal.replace([key('three')]);
    await journal.append([key('four')]);
    expect(sorted((await changesIn(await only()))!)).toEqual(sorted([key('three'), key('four')]));
    await journal.replace([]);
    expect(await folder.files()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
    await journal.replace([key('five')]);
    expect(sorted((await changesIn(await only()))!)).toEqual(sorted([key('five')]));
    await journal.close();
  });

  it('leaves its changes to the next one at a clean end, even within one process', async () => {
    const first = open();
    await first.append([key('one')]);
    await first.close();
    await first.close();
    expect(clock.pendingTimers).toBe(0);
    await expect(first.append([key('two')])).rejects.toThrow('is closed');

    const second = open();
    expect(sorted(await second.read())).toEqual(sorted([key('one')]));
    const path = await only();
    expect(sorted((await changesIn(path))!)).toEqual(sorted([key('one')]));
    // What it took over is its own by now.
    expect(await second.read()).toEqual([]);
    await second.replace([]);
    await second.close();
    expect(await folder.files()).toEqual([]);
  });

  it('keeps to its own namespace', async () => {
    const other = open(folder.path, 'other');
    await other.append([key('one', rootScope('other'))]);
    await other.close();
    await writeFile(join(folder.path, 'notes.journal'), 'mine');
    const sibling = open();
    await mkdir(await nameOf(sibling));
    await sibling.close();
    const files = await folder.files();
    const journal = open();
    expect(await journal.read()).toEqual([]);
    expect(await folder.files()).toEqual(files);
    await journal.close();
  });
});

describe('an owner', () => {
  /** A file that looks like that of another process. */
  async function forge(change: (parts: string[]) => void, touched = Date.now() / 1000): Promise<string> {
    const journal = open();
    await journal.append([key('left')]);
    const path = await only();
    await journal.close();
    const [, space, host, ...rest] = /^(\w+)\.(.*)\.(\d+)\.([\w-]+)\.([\w-]+)\.journal$/.exec(basename(path))!;
    const parts = [space!, host!, ...rest];
    change(parts);
    const forged = join(dirname(path), `${parts.join('.')}.journal`);
    await rename(path, forged);
    await utimes(forged, touched, touched);
    return forged;
  }

  it('within this process is alive while it touches its file', async () => {
    const owner = open();
    await owner.append([key('left')]);
    const path = await only();
    const journal = open();
    expect(sorted(await journal.read())).toEqual(sorted([key('left')]));
    expect(await only()).toBe(path);
    await journal.close();
    await owner.close();
  });

  it('of another host is alive for five minutes after it touched its file', async () => {
    const path = await forge((parts) => {
      parts[1] = 'elsewhere.example';
      parts[2] = String(NOBODY);
    });
    const journal = open();
    expect(sorted(await journal.read())).toEqual(sorted([key('left')]));
    expect(await only()).toBe(path);
    await utimes(path, longAgo(), longAgo());
    expect(sorted(await journal.read())).toEqual(sorted([key('left')]));
    expect(await only()).not.toBe(path);
    await journal.close();
  });

  it('with our process id and another start is dead: a container that came back', async () => {
    const path = await forge((parts) => (parts[3] = 'another-start'));
    const journal = open();
    expect(sorted(await journal.read())).toEqual(sorted([key('left')]));
    expect(await only()).not.toBe(path);
    await journal.close();
  });

  it('is dead where somebody else has got its process id', async () => {
    // The process that runs this test's worker, or init.
    const path = await forge((parts) => (parts[2] = String(process.ppid || 1)));
    const journal = open();
    await journal.read();
    expect(await only()).toBe(path);
    await utimes(path, longAgo(), longAgo());
    expect(sorted(await journal.read())).toEqual(sorted([key('left')]));
    expect(await only()).not.toBe(path);
    await journal.close();
  });

  it('touches its file every minute', async () => {
    const journal = open();
    await journal.append([key('one')]);
    const path = await only();
    for (let minute = 0; minute < 2; minute += 1) {
      await utimes(path, longAgo(), longAgo());
      await clock.advance(59_999);
      await journal.append([]);
      await journal.read();
      expect((await stat(path)).mtimeMs).toBeLessThan(Date.now() - 300_000);
      await clock.advance(1);
      // Comes after the heartbeat.
      await journal.read();
      expect((await stat(path)).mtimeMs).toBeGreaterThan(Date.now() - 10_000);
    }
    await journal.close();
  });

  it('that was taken for dead writes what nobody has read to a new file', async () => {
    const owner = open();
    await owner.append([key('one')]);
    const path = await only();
    const claim = path.replace(/[\w-]+\.journal$/, 'claimed.journal');
    await rename(path, claim);
    await owner.append([key('two')]);
    expect(sorted((await changesIn(path))!)).toEqual(sorted([key('two')]));
    await owner.append([key('three')]);
    expect(sorted((await changesIn(path))!)).toEqual(sorted([key('two'), key('three')]));

    await rename(path, claim);
    await owner.replace([key('four')]);
    expect(sorted((await changesIn(path))!)).toEqual(sorted([key('four')]));

    // Its heartbeat finds it out as well, and stops.
    await rename(path, claim);
    await clock.advance(60_000);
    await owner.read();
    expect(clock.pendingTimers).toBe(0);

    await owner.append([key('five')]);
    await rm(folder.path, { recursive: true });
    await owner.append([key('six')]);
    expect(sorted((await changesIn(path))!)).toEqual(sorted([key('six')]));
    await owner.close();
  });

  it('that is taken for dead again and again loses nothing', async () => {
    for (let round = 0; round < 40; round += 1) {
      const owner = open();
      const takers = [open(), open()];
      await owner.append([key('first')]);
      const path = await only();
      const writing = { isDone: false };
      // Who finds its files claimed at once, a few times over, gives up and says so: nothing is promised then.
      let isTold = false;
      const taking = takers.map(async (taker) => {
        while (!writing.isDone) {
          await utimes(path, 0, 0).catch(() => {});
          await taker.read();
        }
      });
      let queued: QueuedChange[] = [];
      for (let count = 0; count < 12; count += 1) {
        const change = key(`${round}.${count}`);
        // Others claim the file while it is written, and while it is replaced.
        queued = count % 3 === 2 ? [change] : [...queued, change];
        await (count % 3 === 2 ? owner.replace(queued) : owner.append([change])).catch(() => (isTold = true));
      }
      writing.isDone = true;
      await Promise.all(taking);
      const kept = await Promise.all((await folder.files()).map(async (file) => (await changesIn(file))!));
      if (!isTold) expect(sorted(kept.flat())).toEqual(expect.arrayContaining(sorted(queued)));
      for (const journal of [owner, ...takers]) {
        await journal.replace([]);
        await journal.close();
      }
    }
  });

  it('leaves a draft at most, which goes when it is old', async () => {
    const path = await forge((parts) => (parts[3] = 'another-start'));
    const draft = `${path}.tmp`;
    await rename(path, draft);
    const journal = open();
    expect(await journal.read()).toEqual([]);
    expect(await only()).toBe(draft);
    await utimes(draft, longAgo(), longAgo());
    expect(await journal.read()).toEqual([]);
    expect(await folder.files()).toEqual([]);
    await journal.close();
  });

  it('loses nothing to several that start at once', async () => {
    for (let round = 0; round < 20; round += 1) {
      const left = [];
      for (let count = 0; count < 3; count += 1) {
        const owner = open();
        await owner.append([key(`${round}.${count}`), key(`both.${round}`)]);
        await owner.close();
        left.push(key(`${round}.${count}`));
      }
      const all = [...left, key(`both.${round}`)];
      const journals = Array.from({ length: 4 }, () => open());
      const read = await Promise.all(journals.map((journal) => journal.read()));
      expect(new Set(sorted(read.flat()))).toEqual(new Set(sorted(all)));
      // Whatever each of them saw: together their files hold everything, and theirs alone are left.
      const files = await folder.files();
      expect(files.length).toBeLessThanOrEqual(journals.length);
      const kept = await Promise.all(files.map(async (path) => (await changesIn(path))!));
      expect(new Set(sorted(kept.flat()))).toEqual(new Set(sorted(all)));
      for (const journal of journals) await journal.replace([]);
      for (const journal of journals) await journal.close();
      expect(await folder.files()).toEqual([]);
    }
  });
});

describe('the disk', () => {
  /** What every handle of a file does when its bytes are to reach the disk. */
  async function spyOnSync() {
    const handle = await openFile(import.meta.dirname);
    const spy = jest.spyOn(Object.getPrototypeOf(handle) as FileHandle, 'datasync');
    await handle.close();
    return spy;
  }
  afterEach(() => void jest.restoreAllMocks());

  it('gets what was appended, many at a time, without being waited for', async () => {
    const sync = await spyOnSync();
    const gate = deferred<undefined>();
    sync.mockImplementation(() => gate.promise);
    const journal = open();
    for (let count = 0; count < 20; count += 1) await journal.append([key(String(count))]);
    expect(sync).toHaveBeenCalledTimes(1);
    let isClosed = false;
    const closed = journal.close().then(() => (isClosed = true));
    await new Promise((resolve) => void setTimeout(resolve, 20));
    expect(isClosed).toBe(false);
    gate.resolve(undefined);
    await closed;
    expect(sync).toHaveBeenCalledTimes(2);
  });

  it('has what is taken over before the file of the dead goes', async () => {
    const owner = open();
    await owner.append([key('left')]);
    await owner.close();
    const sync = await spyOnSync();
    const gate = deferred<undefined>();
    sync.mockImplementation(() => gate.promise);
    const journal = open();
    const reading = journal.read();
    await new Promise((resolve) => void setTimeout(resolve, 20));
    gate.reject(Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }));
    await expect(reading).rejects.toThrow('EIO: i/o error, fdatasync. Check that disk');
    expect(await folder.files()).toHaveLength(2);
    await journal.close().catch(() => {});
  });

  it('is reported with the next change when it did not take the last one', async () => {
    const sync = await spyOnSync();
    const gate = deferred<undefined>();
    sync.mockImplementationOnce(() => gate.promise);
    const journal = open();
    await journal.append([key('one')]);
    gate.reject(new Error('EIO'));
    await settle();
    await expect(journal.append([key('two')])).rejects.toThrow(CacheBackendError);
    await journal.append([key('three')]);
    expect(sorted((await changesIn(await only()))!)).toEqual(sorted([clear(), key('one'), key('two'), key('three')]));
    await journal.close();
  });
});

describe('a disk that fails', () => {
  it('is reported at the end, which comes all the same', async () => {
    const handle = await openFile(import.meta.dirname);
    const sync = jest.spyOn(Object.getPrototypeOf(handle) as FileHandle, 'datasync');
    await handle.close();
    const gate = deferred<undefined>();
    sync.mockImplementation(() => gate.promise);
    try {
      const journal = open();
      await journal.append([key('one')]);
      const closed = journal.close();
      gate.reject(new Error('EIO'));
      await expect(closed).rejects.toThrow(CacheBackendError);
      expect(clock.pendingTimers).toBe(0);
    } finally {
      sync.mockRestore();
    }
    const next = open();
    expect(sorted(await next.read())).toEqual(sorted([key('one')]));
    await next.close();
  });

  const remedy =
    /journal in .*journals.* failed: .*Name a directory: a file stands in its place \(option `journal.directory`\)/;

  it('names the path and the remedy, never a key', async () => {
    await writeFile(folder.path, '');
    const journal = open();
    await expect(journal.read()).rejects.toThrow(remedy);
    await expect(journal.replace([key('secret')])).rejects.toThrow(remedy);
    const error: unknown = await journal.append([key('secret')]).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CacheBackendError);
    expect(String(error)).toMatch(remedy);
    expect(String(error) + String((error as Error).cause)).not.toContain('secret');
    const below = open(join(folder.path, 'below'));
    await expect(below.append([key('one')])).rejects.toThrow(remedy);
    await journal.close();
    await below.close();
  });

  it('brings a clear along for what did not reach it', async () => {
    await writeFile(folder.path, '');
    const journal = open();
    await expect(journal.append([key('one')])).rejects.toThrow(CacheBackendError);
    await rm(folder.path);
    await journal.append([key('two')]);
    await journal.append([key('three')]);
    expect(sorted((await changesIn(await only()))!)).toEqual(sorted([clear(), key('two'), key('three')]));
    await journal.close();
  });

  it('needs no clear where a replacement has everything', async () => {
    await writeFile(folder.path, '');
    const journal = open();
    await expect(journal.append([key('one')])).rejects.toThrow(CacheBackendError);
    await rm(folder.path);
    await journal.replace([key('one'), key('two')]);
    await journal.append([key('three')]);
    expect(sorted((await changesIn(await only()))!)).toEqual(sorted([key('one'), key('two'), key('three')]));
    await journal.close();
  });

  it('leaves what stood there when a replacement cannot be written', async () => {
    const journal = open();
    await journal.append([key('one')]);
    const path = await only();
    await mkdir(`${path}.tmp`);
    await expect(journal.replace([key('one'), key('two')])).rejects.toThrow(CacheBackendError);
    await rm(`${path}.tmp`, { recursive: true });
    expect(sorted((await changesIn(path))!)).toEqual(sorted([key('one')]));
    await journal.append([key('three')]);
    expect(sorted((await changesIn(path))!)).toEqual(sorted([clear(), key('one'), key('three')]));
    await writeFile(`${path}.tmp`, 'left over');
    await journal.replace([key('four')]);
    expect(sorted((await changesIn(path))!)).toEqual(sorted([key('four')]));
    await journal.close();
  });

  it('leaves a dead owner’s file where its changes cannot be made safe', async () => {
    const owner = open();
    await owner.append([key('left')]);
    await owner.close();
    const journal = open();
    const before = await only();
    // In the place of the file that the journal would make.
    const taken = join(folder.path, basename(await nameOf(journal)));
    await mkdir(taken);
    await expect(journal.read()).rejects.toThrow(CacheBackendError);
    await rm(taken, { recursive: true });
    expect(await only()).not.toBe(before);
    expect(sorted((await changesIn(await only()))!)).toEqual(sorted([key('left')]));
    await journal.close();
    const next = open();
    expect(sorted(await next.read())).toEqual(sorted([key('left')]));
    await next.close();
  });
});

/** Lets a journal show where its file goes. */
async function nameOf(journal: ReturnType<typeof open>): Promise<string> {
  const before = new Set(await folder.files());
  await journal.append([key('probe')]);
  const path = (await folder.files()).find((file) => !before.has(file))!;
  await journal.replace([]);
  return path;
}
