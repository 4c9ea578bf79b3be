import { Buffer } from 'node:buffer';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { diskAt, MIB, type OpenedDisk } from '../../support/disk.js';
import { temporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

let folder: TemporaryFolder;
const opened: OpenedDisk[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ backend }) => backend.close()));
  await folder.remove();
});

async function open(parts: Parameters<typeof diskAt>[1] = {}): Promise<OpenedDisk> {
  const disk = await diskAt(folder.path, parts);
  opened.push(disk);
  return disk;
}

const fileSize = (): number => statSync(join(folder.path, 'cache-2.mdb')).size;
const value = (bytes: number, fill = 1): Buffer => Buffer.alloc(bytes, fill);

describe('the bound of a store on disk', () => {
  it('holds by its own measure, and by the file system within a fifth, with sizes from 200 B to 200 KiB', async () => {
    const { backend, evicted } = await open({ maxBytes: 8 * MIB });
    let state = 1;
    const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    const most = { own: 0, file: 0 };
    for (let round = 0; round < 120; round++) {
      const works = Array.from({ length: 12 }, () => {
        const key = `k${Math.floor(random() * 800)}`;
        const choice = random();
        if (choice < 0.15) return backend.delete(key);
        if (choice < 0.3) return backend.get(key);
        // As many in each power of ten; overwrites among them.
        return backend.set(key, value(Math.floor(200 * 1_000 ** random())), choice < 0.5 ? 5 : undefined);
      });
      await Promise.all(works);
      most.own = Math.max(most.own, backend.usage.bytes);
      most.file = Math.max(most.file, fileSize());
    }
    expect(evicted.length).toBeGreaterThan(50);
    expect(most.own).toBeLessThanOrEqual(8 * MIB);
    expect(most.own).toBeGreaterThan(6 * MIB);
    expect(most.file).toBeLessThanOrEqual(8 * MIB * 1.2);
  }, 60_000);

  it('evicts what was not used for longest, and keeps what was read', async () => {
    const { backend, evicted } = await open({ maxBytes: 4 * MIB });
    for (let nth = 0; nth < 60; nth++) await backend.set(`old${nth}`, value(32_000));
    for (let nth = 0; nth < 20; nth++) await backend.get(`old${nth}`);
    for (let nth = 0; nth < 70; nth++) await backend.set(`new${nth}`, value(32_000));
    expect(evicted.length).toBeGreaterThan(0);
    for (let nth = 0; nth < 20; nth++) expect(await backend.exists(`old${nth}`)).toBe(true);
    expect(await backend.exists('old20')).toBe(false);
    expect(evicted[0]).toBe('old20');
  }, 30_000);

  it('evicts what was used least often with lfu, however much passes through once', async () => {
    const { backend } = await open({ maxBytes: 4 * MIB, eviction: 'lfu' });
    const hot = Array.from({ length: 20 }, (_, nth) => `hot${nth}`);
    for (const key of hot) await backend.set(key, value(32_000));
    for (let round = 0; round < 3; round++) for (const key of hot) await backend.get(key);
    // Three times what there is room for, none of it asked for again.
    for (let nth = 0; nth < 360; nth++) await backend.set(`once${nth}`, value(32_000));
    for (const key of hot) expect([key, await backend.exists(key)]).toEqual([key, true]);
    // Overwritten it keeps its uses.
    for (const key of hot) await backend.set(key, value(31_000));
    for (let nth = 360; nth < 610; nth++) await backend.set(`once${nth}`, value(32_000));
    for (const key of hot) expect([key, await backend.exists(key)]).toEqual([key, true]);
    expect(backend.usage.bytes).toBeLessThanOrEqual(4 * MIB);
  }, 30_000);

  it('with lfu lets go in time of what was used often, and is not any more', async () => {
    const { backend } = await open({ maxBytes: 4 * MIB, eviction: 'lfu' });
    const [once, since] = ['once', 'since'].map((name) => Array.from({ length: 20 }, (_, nth) => `${name}${nth}`));
    for (const key of once!) await backend.set(key, value(32_000));
    for (let round = 0; round < 5; round++) for (const key of once!) await backend.get(key);
    for (let round = 0; round < 30; round++) {
      for (const key of since!) if ((await backend.get(key)) === undefined) await backend.set(key, value(32_000));
      // Asked for together they share transactions.
      const passing = Array.from({ length: 60 }, (_, nth) => `pass${round}.${nth}`);
      await Promise.all(passing.map((key) => backend.set(key, value(32_000))));
    }
    const left = async (keys: string[]): Promise<number> =>
      (await Promise.all(keys.map((key) => backend.exists(key)))).filter(Boolean).length;
    expect(await left(once!)).toBe(0);
    expect(await left(since!)).toBe(20);
  }, 60_000);

  it('evicts what was stored first with fifo, however often it is read', async () => {
    const { backend, evicted } = await open({ maxBytes: 4 * MIB, eviction: 'fifo' });
    for (let nth = 0; nth < 60; nth++) await backend.set(`old${nth}`, value(32_000));
    await backend.get('old0');
    for (let nth = 0; nth < 70; nth++) await backend.set(`new${nth}`, value(32_000));
    expect(evicted.slice(0, 3)).toEqual(['old0', 'old1', 'old2']);
  }, 30_000);

  it('removes what has ended before anything that has not', async () => {
    const clock = new FakeClock(Date.now());
    const { backend, evicted } = await open({ maxBytes: 4 * MIB, now: () => clock.now() });
    for (let nth = 0; nth < 40; nth++) await backend.set(`lasting${nth}`, value(32_000));
    for (let nth = 0; nth < 50; nth++) await backend.set(`ending${nth}`, value(32_000), 1_000);
    await clock.advance(2_000);
    for (let nth = 0; nth < 50; nth++) await backend.set(`new${nth}`, value(32_000));
    expect(evicted).toEqual([]);
    expect(await backend.exists('lasting0')).toBe(true);
  }, 30_000);

  it('refuses a value of more than a quarter, and leaves nothing of before under its key', async () => {
    const { backend } = await open({ maxBytes: 4 * MIB });
    await backend.set('k', value(10));
    await expect(backend.set('k', value(MIB + 100_000))).rejects.toThrow(/more than a quarter/);
    expect(await backend.get('k')).toBeUndefined();
  });

  it('gives back large values byte for byte', async () => {
    const { backend } = await open({ maxBytes: 64 * MIB });
    for (const bytes of [1_990, 2_040, 4_071, 4_072, 4_073, 8_144, 3 * MIB + 1]) {
      const large = Buffer.from(Array.from({ length: 997 }, (_, index) => (index * 31) & 255));
      const whole = Buffer.alloc(bytes, large);
      await backend.set('large', whole);
      expect(Buffer.compare((await backend.get('large'))!, whole)).toBe(0);
    }
  });

  it('keeps keys that LMDB cannot take apart, lists them, and deletes them', async () => {
    const { backend } = await open();
    const keys = ['p'.repeat(2_000), `${'p'.repeat(1_999)}q`, 'p', 'p\ud800', 'p\ud801'];
    for (const [index, key] of keys.entries()) await backend.set(key, value(3, index), 60_000);
    for (const [index, key] of keys.entries()) expect((await backend.get(key))?.[0]).toBe(index);
    const listed: string[] = [];
    for await (const key of backend.scan('p')) listed.push(key);
    expect(listed.toSorted()).toEqual(keys.toSorted());
    const under = async (prefix: string): Promise<number> => {
      let count = 0;
      for await (const key of backend.scan(prefix)) count += Number(key.startsWith(prefix));
      return count;
    };
    await backend.set('p\u{1f600}', value(1));
    // Half of the pair.
    expect(await under('p\ud83d')).toBe(1);
    expect(await under('p\u{1f600}')).toBe(1);
    expect(await under('p'.repeat(1_999))).toBe(2);
    expect(await under('q'.repeat(100_000))).toBe(0);
    await backend.delete('p\u{1f600}');
    expect(await backend.deleteMany(keys)).toBe(keys.length);
    expect(backend.usage.entries).toBe(0);
  });

  it('stores with add what is not there, once', async () => {
    const { backend } = await open();
    const added = await Promise.all(['a', 'b', 'c'].map((text) => backend.add('k', Buffer.from(text), 60_000)));
    expect(added).toEqual([true, false, false]);
    expect(String(await backend.get('k'))).toBe('a');
  });

  it('counts entries and bytes', async () => {
    const { backend } = await open();
    const before = backend.usage;
    await backend.set('k', value(100_000));
    expect(backend.usage.entries).toBe(before.entries + 1);
    expect(backend.usage.bytes - before.bytes).toBeGreaterThanOrEqual(100_000);
  });
});
