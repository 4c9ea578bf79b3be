import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Buffer } from 'node:buffer';
import { Hearing } from '../../../lib/backends/disk/hearing.js';
import type { OpenDisk } from '../../../lib/backends/disk/open-disk.js';
import type { BusMessage } from '../../../lib/contracts/invalidation-bus.js';
import { siblingKey, wireKey } from '../../../lib/support/wire-key.js';
import { until } from '../../support/deferred.js';
import { diskAt, MIB } from '../../support/disk.js';
import { temporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

type Heard = BusMessage | 'lost' | 'back';

let folder: TemporaryFolder;
let one: OpenDisk;
let other: OpenDisk;
let heard: Heard[];
beforeEach(async () => {
  folder = await temporaryFolder();
  [one, other] = await Promise.all([open(), open()]);
  heard = hear(other);
});
afterEach(async () => {
  await Promise.all([one, other].map(({ backend, bus }) => Promise.all([bus.close(), backend.close()])));
  await folder.remove();
});

const open = (): Promise<OpenDisk> => diskAt(folder.path, { maxBytes: 4 * MIB });
function hear({ bus }: OpenDisk): Heard[] {
  const said: Heard[] = [];
  bus.listen({
    heard: (message) => said.push(message),
    lost: () => said.push('lost'),
    back: () => said.push('back'),
  });
  return said;
}
const keyOf = (name: string) => {
  const value = wireKey('shop', 'v', name);
  return { value, lease: siblingKey(value, 'l') };
};
const keys = (...names: string[]) => ({ kind: 'keys', keys: names.flatMap((name) => Object.values(keyOf(name))) });
const put = (name: string, more = {}) => ({
  ...keyOf(name),
  bytes: Buffer.from('x'),
  ttlMs: 60_000,
  token: undefined,
  ...more,
});

describe('what a file says of changes', () => {
  it('is heard before a look returns, by the others alone', async () => {
    const own = hear(one);
    await one.fleet.remove([keyOf('a'), keyOf('b')]);
    other.bus.catchUp();
    expect(heard).toEqual([keys('a', 'b')]);
    await one.bus.barrier();
    expect(own).toEqual([]);
  });

  it('is of every command that changes what others may hold, in order', async () => {
    await one.fleet.store(put('set'));
    await one.fleet.patch(keyOf('set'), 0, Buffer.from('y'), Buffer.from('x'));
    await one.fleet.seize(keyOf('put'), 't', 9_000);
    await one.fleet.store(put('put', { token: 't', isPut: true }));
    await one.fleet.tellPattern('shop', 'user:*');
    const version = { key: 'shop:s:{%}', bytes: Buffer.from('1'), ttlMs: undefined };
    const tag = { ...version, key: 'shop:t:{t}' };
    await one.fleet.bump([version]);
    await one.fleet.bumpTags({ key: 'shop:t:{%}', epoch: 'e', marks: ['12345678'] }, [tag]);
    const server = { key: 'shop:r:{%}', version };
    expect(await one.fleet.recognize({ ...server, server: 'first' })).toBe(true);
    expect(await one.fleet.recognize({ ...server, server: 'first' })).toBe(false);
    await other.bus.barrier();
    const told = heard.flatMap<unknown>((said) =>
      typeof said === 'object' && said.kind === 'keys' ? said.keys : [said],
    );
    expect(told).toEqual([
      ...[keys('set'), keys('set'), keys('put')].flatMap((said) => said.keys),
      expect.objectContaining({ kind: 'pattern', path: 'shop', pattern: 'user:*' }),
      version.key,
      'shop:t:{%}',
      tag.key,
      version.key,
    ]);
  });

  it('is not of what changes nothing that others hold', async () => {
    await one.fleet.lease([{ ...keyOf('k'), token: 't', seen: Buffer.alloc(0) }], 9_000);
    await one.fleet.extend(keyOf('k'), 't', 9_000);
    await one.fleet.store(put('k', { token: 't' }));
    expect(await one.fleet.store(put('k', { token: 't', isPut: true }))).toBe(false);
    expect(await one.fleet.patch(keyOf('k'), 0, Buffer.from('y'), Buffer.from('no'))).toBe(false);
    await one.fleet.ensure([{ key: 'shop:s:{%}', bytes: Buffer.from('1'), ttlMs: undefined }]);
    await one.backend.deleteMany([keyOf('k').value]);
    await other.bus.barrier();
    expect(heard).toEqual([]);
  });

  it('is everything when more was changed than is remembered', async () => {
    const many = (nth: number) => Array.from({ length: 250 }, (_, at) => keyOf(`k${nth}.${at}`));
    // In one transaction, so that no look comes between.
    await Promise.all(Array.from({ length: 5 }, (_, nth) => one.fleet.remove(many(nth))));
    await other.bus.barrier();
    expect(heard).toEqual([{ kind: 'everything' }]);
    await one.fleet.remove([keyOf('a')]);
    await other.bus.barrier();
    expect(heard).toEqual([{ kind: 'everything' }, keys('a')]);
  });

  it('is everything when many were removed at once: they push nothing else out', async () => {
    await one.fleet.remove([keyOf('a')]);
    await one.fleet.remove(Array.from({ length: 2_000 }, (_, at) => keyOf(`k${at}`)));
    await other.bus.barrier();
    expect(heard.at(-1)).toEqual({ kind: 'everything' });
    expect(heard).toHaveLength(2);
  });

  it('goes unheard while somebody has taken the file away, and everybody is told before and after', async () => {
    rmSync(join(folder.path, 'cache-2.mdb'));
    await until(() => heard.includes('lost'));
    expect(heard).toEqual(['lost']);
    expect(other.bus.connected).toBe(false);
    await expect(other.bus.barrier()).rejects.toThrow(`${folder.path} cannot be read`);
    await until(() => other.bus.connected);
    expect(heard).toEqual(['lost', 'back']);
    await one.fleet.remove([keyOf('a')]);
    other.bus.catchUp();
    expect(heard).toEqual(['lost', 'back', keys('a')]);
  });
});

describe('one who hears by looking', () => {
  function listener() {
    const file = { last: 7, isInPlace: true, isReadable: true, looks: 0 };
    const said: unknown[] = [];
    let now = 0;
    const hearing = new Hearing({
      read: (work) => {
        file.looks++;
        if (!file.isReadable) throw new Error('no');
        const changes = {
          last: file.last,
          since: (from: number) => Array.from({ length: file.last - from }, () => 'x'),
        };
        return work({ changes } as never);
      },
      isInPlace: () => file.isInPlace,
      now: () => now,
      onLost: () => said.push('told the store'),
    });
    hearing.join({
      heard: (changes) => said.push(changes.length),
      lost: () => said.push('lost'),
      back: () => said.push('back'),
    });
    const pass = (ms: number): void => void (now += ms);
    return { file, said, hearing, pass };
  }
  /** Another go of the event loop. */
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('looks again within a go that takes its time: it may have waited for news', () => {
    const { file, hearing, pass, said } = listener();
    hearing.start();
    hearing.catchUp();
    file.last++;
    hearing.catchUp();
    expect(said).toEqual(['back']);
    pass(0.03);
    hearing.catchUp();
    expect(said).toEqual(['back', 1]);
    hearing.stop();
  });

  it('looks once in each go of the event loop, promises included', async () => {
    const { file, said, hearing } = listener();
    hearing.start();
    await turn();
    file.looks = 0;
    await Promise.resolve();
    for (let call = 0; call < 100; call++) {
      hearing.catchUp();
      await Promise.resolve();
    }
    expect(file.looks).toBeLessThanOrEqual(2);
    file.last++;
    await turn();
    hearing.catchUp();
    expect(said).toEqual(['back', 1]);
    hearing.stop();
  });

  it('notices within a quarter of a second that another file stands there', async () => {
    const { file, said, hearing, pass } = listener();
    hearing.start();
    await turn();
    file.isInPlace = false;
    pass(249);
    hearing.catchUp();
    expect(said).toEqual(['back']);
    await turn();
    pass(1);
    hearing.catchUp();
    expect(said).toEqual(['back', 'lost', 'told the store']);
    await turn();
    hearing.catchUp();
    expect(hearing.isConnected).toBe(false);
    [file.isInPlace, file.last] = [true, 3];
    await turn();
    hearing.catchUp();
    expect(said).toEqual(['back', 'lost', 'told the store', 'back']);
    hearing.stop();
  });

  it('hears nothing of a file that cannot be read, and begins anew where it can', async () => {
    const { file, said, hearing } = listener();
    hearing.start();
    await turn();
    file.isReadable = false;
    hearing.catchUp();
    [file.isReadable, file.last] = [true, 100];
    await turn();
    hearing.catchUp();
    expect(said).toEqual(['back', 'lost', 'told the store', 'back']);
    hearing.stop();
  });
});

describe('a lease that somebody waits for', () => {
  it('is told of when it is given back', async () => {
    const { value, lease } = keyOf('k');
    await one.fleet.lease([{ value, lease, token: 'a', seen: Buffer.alloc(0) }], 60_000);
    const leave = other.bus.attend(lease);
    await one.fleet.release({ value, lease }, 'a');
    await until(() => heard.length === 1);
    expect(heard).toEqual([{ kind: 'keys', keys: [lease] }]);
    leave();
  });
});
