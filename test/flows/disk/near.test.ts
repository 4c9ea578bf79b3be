import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createSharedStore } from '../../../lib/assembly/create-shared-store.js';
import { openDiskRoom } from '../../../lib/assembly/open-disk-room.js';
import { compile } from '../../history/compiled.js';
import { settle, until } from '../../support/deferred.js';
import { diskFleets, scopeIn, type DiskFleet } from '../../support/disk-fleet.js';
import { holdAnswers, type HeldAnswers } from '../../support/held-answers.js';

const fleet = diskFleets();
const tags = ['t'];

/** A cache whose reads of the file can be held up on their way back. */
async function slowly({ join }: DiskFleet) {
  let hold!: () => HeldAnswers;
  const cache = await join({}, async (options, isolation, listener) => {
    const room = await openDiskRoom({ ...options, disk: options.disk! }, listener);
    hold = holdAnswers(room.backend);
    return createSharedStore(room, options, isolation, listener);
  });
  return { cache, hold };
}

describe('memory before a file', () => {
  it('takes in what was read, and what was stored', async () => {
    const { join } = await fleet();
    const [a, b] = [await join(), await join()];
    await a.set('set', 1);
    await a.getOrSet('loaded', () => 2);
    expect([a.peek('set'), a.peek('loaded'), b.peek('set')]).toEqual([1, 2, undefined]);
    expect([await b.get('set'), await b.get('loaded')]).toEqual([1, 2]);
    expect([b.peek('set'), b.peek('loaded')]).toEqual([1, 2]);
    expect(b.getStats().hitsByTier).toEqual({ l1: 0, l2: 2 });
    await b.get('set');
    expect(b.getStats().hitsByTier).toEqual({ l1: 1, l2: 2 });
  });

  it.each(['before', 'after'])(
    'takes nothing in that was changed while the answer to a look was on its way, heard %s it',
    async (when) => {
      const all = await fleet();
      const { cache: a, hold } = await slowly(all);
      const b = await all.join();
      for (const change of [
        () => b.delete('k'),
        () => b.invalidateTags('t'),
        () => b.invalidate('k*'),
        () => b.clear(),
      ]) {
        await b.set('k', 'old', { tags });
        await a.get('other');
        // A looks; the file says: old
        //                              B: the change is through
        // A hears of it, and has the answer
        const held = hold();
        const one = a.get('k');
        await settle();
        await change();
        if (when === 'before') a.peek('k');
        held.stop();
        await held.release();
        await one;
        expect(a.peek('k')).toBeUndefined();
        expect(await a.get('k')).toBeUndefined();
      }
    },
  );

  it('shows nothing that was taken away while the process was blocked, in the same go of the event loop', async () => {
    const { directory, join } = await fleet();
    const program = await compile('../faults/disk/deleter.ts');
    const a = await join();
    await a.set('k', 1);
    expect(a.peek('k')).toBe(1);
    expect(String(execFileSync(process.execPath, [program.path, directory, 'k']))).toBe('true');
    expect(a.peek('k')).toBeUndefined();
    await program.remove();
  }, 30_000);

  it('and versions that are known by heart serve no batch that does not look there', async () => {
    const { join } = await fleet();
    const [a, b] = [await join(), await join()];
    const options = { tags, refreshAhead: 0.001 };
    const batch = async (value: string) => (await a.getOrSetMany(['k'], async () => [value], options)).get('k');
    expect(await batch('old')).toBe('old');
    for (const value of ['second', 'third']) {
      await b.invalidateTags('t');
      expect(await batch(value)).toBe(value);
      expect(await batch('nobody asks')).toBe(value);
    }
  });

  it('is emptied of everything when more was changed elsewhere than is remembered', async () => {
    const { join } = await fleet();
    const [a, b] = [await join(), await join()];
    await a.set('k', 1);
    const keys = (nth: number) => Array.from({ length: 250 }, (_, at) => `n${nth}.${at}`);
    await Promise.all(Array.from({ length: 20 }, (_, nth) => b.deleteMany(keys(nth))));
    expect(a.peek('k')).toBeUndefined();
    expect(await a.get('k')).toBe(1);
    expect(a.peek('k')).toBe(1);
  });

  it('is not looked at while somebody has taken the file away, and begins anew', async () => {
    const { directory, join } = await fleet();
    const a = await join();
    await a.set('k', 1);
    expect(a.peek('k')).toBe(1);
    rmSync(resolve(directory, 'cache-2.mdb'));
    const { feed } = a.cache.parts;
    await until(() => !feed.connected);
    expect(a.peek('k')).toBeUndefined();
    await until(() => feed.connected);
    expect(a.peek('k')).toBeUndefined();
    expect(await a.get('k')).toBeUndefined();
    expect(await a.set('k', 2)).toBe(true);
    expect(a.peek('k')).toBe(2);
  });

  it('keeps out what it shall not hold', async () => {
    const { join } = await fleet();
    const a = await join({ memory: { admit: (key) => key !== 'large' } });
    await a.set('large', 1);
    await a.set('small', 2);
    expect([a.peek('large'), a.peek('small'), await a.get('large')]).toEqual([undefined, 2, 1]);
  });

  it('of tenants is emptied with the scope that is cleared, and no other', async () => {
    const { join } = await fleet();
    const [a, b] = [await join(), await join()];
    await scopeIn(a).set('k', 1);
    await a.forTenant('other').set('k', 2);
    await scopeIn(b).clear();
    expect(scopeIn(a).peek('k')).toBeUndefined();
    expect(a.forTenant('other').peek('k')).toBe(2);
  });

  it('does not outlive the versions it was stored under, when room is made for others', async () => {
    const { join } = await fleet();
    const [a, b] = [await join({ compression: false }), await join({ compression: false })];
    // The version of the namespace is the first in the file, and nobody reads it again who knows it.
    await a.set('first', 1);
    const large = 'x'.repeat(200_000);
    for (let nth = 0; nth < 120; nth++) await a.set(`large${nth}`, large);
    expect(await b.get('first')).toBeUndefined();
    expect((await b.get<string>('large119'))?.length).toBe(large.length);
  });
});
