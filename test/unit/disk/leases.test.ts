import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Buffer } from 'node:buffer';
import { WITNESS_LENGTH, type LeaseAnswer } from '../../../lib/contracts/fleet.js';
import type { OpenDisk } from '../../../lib/backends/disk/open-disk.js';
import type { Tables } from '../../../lib/backends/disk/tables.js';
import { FakeClock } from '../../../lib/testing/fake-clock.js';
import { siblingKey, wireKey } from '../../../lib/support/wire-key.js';
import { diskAt, MIB } from '../../support/disk.js';
import { temporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

let folder: TemporaryFolder;
let upTime: number;
let wall: FakeClock;
let disk: OpenDisk;
beforeEach(async () => {
  folder = await temporaryFolder();
  upTime = 50_000;
  wall = new FakeClock(Date.now());
  disk = await open();
});
afterEach(async () => {
  await disk.backend.close();
  await folder.remove();
});

const open = (): Promise<OpenDisk> => diskAt(folder.path, { upTime: () => upTime, now: () => wall.now() });
const value = wireKey('shop', 'v', 'k');
const key = { value, lease: siblingKey(value, 'l') };
const TTL = 2_000;
const NOTHING = Buffer.alloc(0);

async function ask(token: string, seen: Uint8Array = NOTHING, by = disk): Promise<LeaseAnswer> {
  return (await by.fleet.lease([{ ...key, token, seen }], TTL))[0]!;
}
const fill = (token: string, text = 'filled'): Promise<boolean> =>
  disk.fleet.store({ ...key, bytes: Buffer.from(text), ttlMs: 60_000, token });
const stored = async (): Promise<string | undefined> => (await disk.backend.get(value))?.toString();
async function listed(): Promise<string[]> {
  const leases: string[] = [];
  for await (const lease of disk.backend.scan('shop:l:{')) leases.push(lease);
  return leases;
}

describe('a lease in a file', () => {
  it('is one at a time, and given back with the fill', async () => {
    expect(await ask('a')).toBe('granted');
    expect(await ask('b')).toBe('taken');
    expect(await fill('b')).toBe(false);
    expect(await stored()).toBeUndefined();
    expect(await fill('a')).toBe(true);
    expect(await stored()).toBe('filled');
    expect(await listed()).toEqual([]);
    expect(await fill('a', 'again')).toBe(false);
  });

  it('of many who ask at once is one’s', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => ask(`t${at}`)));
    expect(answers.filter((answer) => answer === 'granted')).toHaveLength(1);
  });

  it('is not given to somebody who has seen something else', async () => {
    const bytes = Buffer.alloc(9_000, 'x');
    await disk.backend.set(value, bytes);
    expect(await ask('a')).toBe('changed');
    expect(await ask('a', Buffer.alloc(WITNESS_LENGTH, 'y'))).toBe('changed');
    expect(await ask('a', bytes.subarray(0, WITNESS_LENGTH))).toBe('granted');
    await disk.backend.set(value, Buffer.from('short'), 1_000);
    expect(await ask('b', Buffer.from('short'))).toBe('taken');
    await wall.advance(1_001);
    expect(await ask('b')).toBe('taken');
  });

  it('is given to somebody who has seen nothing where a part of the value is missing', async () => {
    await disk.backend.set(value, Buffer.alloc(50_000, 'x'));
    const { tables } = disk.backend['store']['read'](({ entries }) => entries) as never as { tables: Tables };
    const remove = (): void => {
      for (const part of [...tables.parts.getKeys({})].slice(3)) tables.parts.removeSync(part);
    };
    await disk.backend['store'].change({ pages: 0, run: remove });
    expect(await disk.backend.get(value)).toBeUndefined();
    expect(await ask('a')).toBe('granted');
    expect(await fill('a')).toBe(true);
    expect(await stored()).toBe('filled');
  });

  it('ends by the time of the machine, whatever the wall clock says', async () => {
    await ask('a');
    await wall.advance(3_600_000);
    expect(await ask('b')).toBe('taken');
    upTime += TTL;
    expect(await fill('a')).toBe(false);
    expect(await ask('b')).toBe('granted');
    expect(await disk.fleet.extend(key, 'a', TTL)).toBe(false);
  });

  it('is extended by whoever has it', async () => {
    await ask('a');
    upTime += 1_500;
    expect(await disk.fleet.extend(key, 'b', TTL)).toBe(false);
    expect(await disk.fleet.extend(key, 'a', TTL)).toBe(true);
    upTime += 1_500;
    expect(await fill('a')).toBe(true);
  });

  it('of before the machine was started again is void', async () => {
    await ask('a');
    upTime = 100;
    expect(await ask('b')).toBe('granted');
    expect(await fill('a')).toBe(false);
  });

  it('is seized from whoever has it', async () => {
    await ask('a');
    await disk.fleet.seize(key, 'put', TTL);
    expect(await fill('a')).toBe(false);
    expect(await fill('put', 'by hand')).toBe(true);
  });

  it('is given back by its owner alone', async () => {
    await ask('a');
    await disk.fleet.release(key, 'b');
    expect(await ask('c')).toBe('taken');
    await disk.fleet.release(key, 'a');
    expect(await ask('c')).toBe('granted');
    // Taken from it in the moment in which it gives it back.
    await Promise.all([disk.fleet.seize(key, 'd', TTL), disk.fleet.release(key, 'c')]);
    expect(await fill('d')).toBe(true);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a removal', () => disk.fleet.remove([key])],
    ['a value by hand', () => disk.fleet.store({ ...key, bytes: Buffer.from('old'), ttlMs: 9, token: undefined })],
    ['a patch', () => disk.fleet.patch(key, 1, Buffer.from('x'), Buffer.from('o'))],
    ['its felling', () => disk.fleet.fell([key.lease])],
  ])('falls with %s', async (_, change) => {
    await disk.backend.set(value, Buffer.from('old'));
    expect(await ask('a', Buffer.from('old'))).toBe('granted');
    await change();
    expect(await fill('a')).toBe(false);
  });

  it('does not fall with a patch of what is another value by now', async () => {
    await disk.backend.set(value, Buffer.from('old'));
    await ask('a', Buffer.from('old'));
    expect(await disk.fleet.patch(key, 1, Buffer.from('x'), Buffer.from('other'))).toBe(false);
    expect(await fill('a')).toBe(true);
  });

  it('does not fall, and the value stays, when a fill that may not is too large', async () => {
    await disk.backend.set(value, Buffer.from('old'));
    await ask('a', Buffer.from('old'));
    const bytes = Buffer.alloc(5 * MIB);
    await expect(disk.fleet.store({ ...key, bytes, ttlMs: 9, token: 'b' })).rejects.toThrow(/more than a quarter/);
    expect(await stored()).toBe('old');
    await expect(disk.fleet.store({ ...key, bytes, ttlMs: 9, token: 'a' })).rejects.toThrow(/more than a quarter/);
    expect(await stored()).toBeUndefined();
    expect(await listed()).toEqual([]);
  });

  it('of others is listed, for those who take leases away by a pattern', async () => {
    await ask('a');
    const other = await open();
    const there = wireKey('shop', 'v', 'k2');
    await other.fleet.lease([{ value: there, lease: siblingKey(there, 'l'), token: 'b', seen: NOTHING }], TTL);
    expect((await listed()).toSorted()).toEqual(['shop:l:{k2}', 'shop:l:{k}'].toSorted());
    expect(disk.backend.usage.entries).toBe(0);
    await other.backend.close();
  });

  it('that nobody came back for does not stay in the file', async () => {
    for (let nth = 0; nth < 40; nth++) await disk.fleet.seize({ ...key, lease: `shop:l:{n${nth}}` }, 'dead', TTL);
    upTime += TTL;
    for (let nth = 0; nth < 6; nth++) {
      await disk.fleet.release(key, 'a');
      await ask('a');
    }
    expect(await listed()).toEqual([key.lease]);
  });
});
