import { Buffer } from 'node:buffer';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EvictionStrategy } from '../../../lib/contracts/eviction.js';
import { wireKey } from '../../../lib/support/wire-key.js';
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

/** The largest goes first; of those that were used, the one used least. */
class LargestFirst implements EvictionStrategy {
  readonly sizes = new Map<string, number>();
  readonly uses = new Map<string, number>();

  added(id: string, bytes: number): void {
    this.sizes.set(id, bytes);
  }

  used(id: string): void {
    this.uses.set(id, (this.uses.get(id) ?? 0) + 1);
  }

  removed(id: string): void {
    this.sizes.delete(id);
    this.uses.delete(id);
  }

  cleared(): void {
    this.sizes.clear();
    this.uses.clear();
  }

  victim(): string | undefined {
    const weight = ([id, bytes]: [string, number]): number => bytes - 1e6 * (this.uses.get(id) ?? 0);
    return [...this.sizes].sort((one, other) => weight(other) - weight(one))[0]?.[0];
  }
}

const value = (bytes: number): Buffer => Buffer.alloc(bytes, 1);

async function open(eviction: () => EvictionStrategy): Promise<OpenedDisk> {
  const disk = await diskAt(folder.path, { maxBytes: 4 * MIB, eviction });
  opened.push(disk);
  return disk;
}

async function fill({ backend }: OpenedDisk, name: string, count: number, bytes: number): Promise<void> {
  for (let nth = 0; nth < count; nth++) await backend.set(`${name}${nth}`, value(bytes));
}

describe('a strategy of the application’s own on disk', () => {
  it('says who makes room, of what was stored and by how it was read', async () => {
    const strategy = new LargestFirst();
    const disk = await open(() => strategy);
    await fill(disk, 'small', 40, 4_000);
    await fill(disk, 'large', 40, 80_000);
    await disk.backend.get('large0');
    await disk.backend.get('large0');
    await fill(disk, 'next', 30, 60_000);
    expect(disk.evicted.length).toBeGreaterThan(10);
    expect(disk.evicted.every((key) => key.startsWith('large'))).toBe(true);
    expect(await disk.backend.exists('large0')).toBe(true);
    expect(disk.errors).toEqual([]);
    // What is gone or deleted it knows no more.
    await disk.backend.delete('small0');
    expect([strategy.sizes.has('small0'), strategy.sizes.has(disk.evicted[0]!)]).toEqual([false, false]);
    expect([strategy.sizes.get('small1'), strategy.uses.get('large0')]).toEqual([4_000, 2]);
  }, 30_000);

  it('knows what was there when the file was opened, and nothing that stands for a whole scope', async () => {
    const first = await open(() => new LargestFirst());
    await fill(first, 'cache:v:{k', 3, 5_000);
    await first.backend.set(wireKey('cache', 's', ''), value(10));
    await Promise.all(opened.splice(0).map(({ backend }) => backend.close()));
    const strategy = new LargestFirst();
    await open(() => strategy);
    expect([...strategy.sizes]).toEqual([0, 1, 2].map((nth) => [`cache:v:{k${nth}`, 5_000]));
  });

  it('that is of no help costs its choice: the first stored goes, and the error is told', async () => {
    const lost = Object.assign(new LargestFirst(), { victim: () => 'nobody' });
    const disk = await open(() => lost);
    await fill(disk, 'k', 130, 32_000);
    expect(disk.evicted.slice(0, 2)).toEqual(['k0', 'k1']);
    expect(String(disk.errors[0])).toMatch(/names what is not there; the oldest entry goes/);
  }, 30_000);

  it('is refused at start where the function makes none', async () => {
    await expect(open(() => ({}) as EvictionStrategy)).rejects.toMatchObject({
      name: 'CacheConfigError',
      faults: [{ path: 'disk.eviction', message: expect.stringMatching(/must return an object with added/) }],
    });
    const disk = await open(() => new LargestFirst());
    expect(await disk.backend.get('k')).toBeUndefined();
  });
});
