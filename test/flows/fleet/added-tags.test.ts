import { describe, expect, it } from '@jest/globals';
import { MAX_MARKS } from '../../../lib/contracts/fleet.js';
import { deferred, settle } from '../../support/deferred.js';
import { fleets, type Instance } from '../../support/fleet-caches.js';
import { PLACES, Row } from './scene.js';

const fleet = fleets();
const COUNTER = 'cache:t:{%}';
const ADDED = 'cache:t:{added}';
const others = (count: number): string[] => Array.from({ length: count }, (_, index) => `other${index}`);

describe.each(PLACES)('G2 a tag that the loader adds, $backend by $mode', ({ mode, backend }) => {
  /** A is loading under `t`, has read what will be out of date, and will add a tag when `gate` opens. */
  async function open() {
    const { join, server } = fleet(mode);
    const [a, b] = [await join({ backend }), await join({ backend })];
    const row = new Row();
    const gate = deferred<void>();
    const load = (): Promise<string> =>
      a.cache.getOrSet(
        'k',
        async ({ setTags }) => {
          const value = row.read();
          await gate.promise;
          setTags('added');
          return value;
        },
        { tags: ['t'] },
      );
    const lands = async (one: Promise<string>, stored: boolean): Promise<void> => {
      gate.resolve();
      expect(await one).toBe('old');
      for (const { cache } of [a, b]) expect(await cache.get('k')).toBe(stored ? 'old' : undefined);
    };
    return { a, b, server, row, load, lands, gate };
  }

  it.each([
    [0, true],
    [1, true],
    [MAX_MARKS, true],
    [MAX_MARKS + 1, false],
    [2 * MAX_MARKS, false],
  ])('%s others bumped meanwhile by another process, in one step: stored: %s', async (count, stored) => {
    const { b, load, lands } = await open();
    const one = load();
    await settle();
    await b.cache.invalidateTags(...others(count));
    await lands(one, stored);
  });

  it.each([
    [MAX_MARKS, true],
    [MAX_MARKS + 1, false],
  ])('%s others bumped meanwhile one by one, by both processes: stored: %s', async (count, stored) => {
    const { a, b, load, lands } = await open();
    const one = load();
    await settle();
    for (const [index, tag] of others(count).entries()) await (index % 2 ? a : b).cache.invalidateTags(tag);
    await lands(one, stored);
  });

  it.each([0, MAX_MARKS - 1, MAX_MARKS])('bumped itself, and %s others after it: not stored', async (count) => {
    const { b, load, lands } = await open();
    const one = load();
    await settle();
    await b.cache.invalidateTags('added', ...others(count));
    await lands(one, false);
  });

  it('bumped before the load began: stored', async () => {
    const { b, load, lands } = await open();
    await b.cache.invalidateTags('added', ...others(MAX_MARKS - 1));
    const one = load();
    await settle();
    await b.cache.invalidateTags('other');
    await lands(one, true);
  });

  it.each<[string, (by: Instance) => Promise<unknown>]>([
    ['lost', ({ client }) => client.backend.delete(COUNTER)],
    ['lost, and begun anew', async ({ client, cache }) => (await client.backend.delete(COUNTER), cache.invalidateTags('x'))], // prettier-ignore
    ['damaged', ({ client }) => client.backend.set(COUNTER, Buffer.from('NV\u0001{"v":"nothing"}', 'latin1'))],
    ['no record', ({ client }) => client.backend.set(COUNTER, Buffer.from('nothing'))],
  ])('the counter %s meanwhile: not stored, but the next load is', async (_, harm) => {
    const { a, b, load, lands } = await open();
    const one = load();
    await settle();
    await harm(b);
    await lands(one, false);
    const next = (): string => 'new';
    expect(await a.cache.getOrSet('k', ({ setTags }) => (setTags('added'), next()), { tags: ['t'] })).toBe('new');
    // A counter that is damaged stays for who reads it until a tag is bumped.
    await b.cache.invalidateTags('y');
    await a.cache.getOrSet('k', ({ setTags }) => (setTags('added'), next()), { tags: ['t'] });
    expect(await b.cache.get('k')).toBe('new');
  });

  const reads = (command: string): boolean => command === 'get' || command === 'getMany';
  it.each<[string, 'requests' | 'answers', (command: string, keys: readonly string[]) => boolean]>([
    ['its version is read', 'requests', (command, keys) => reads(command) && keys.includes(ADDED)],
    ['that it has no version is told', 'answers', (command, keys) => reads(command) && keys.includes(ADDED)],
    ['its version is made', 'requests', (command, keys) => command === 'ensure' && keys.includes(ADDED)],
    ['its version is told', 'answers', (command, keys) => command === 'ensure' && keys.includes(ADDED)],
    ['the counter is read', 'requests', (command, keys) => reads(command) && keys[0] === COUNTER],
  ])('new, and bumped by another process before %s: not stored', async (_, way, matches) => {
    const { a, b, row, load, gate } = await open();
    // A loads, reads old, adds a tag that nobody has used before; a step of that is on its way
    //                                                                   B: row = new, that tag is bumped
    // A goes on
    const one = load();
    await settle();
    const held = a.client.hold(way, matches);
    gate.resolve();
    await settle();
    expect(held.count).toBe(1);
    row.value = 'new';
    expect(await b.cache.invalidateTags('added')).toBe(true);
    await held.release();
    expect(await one).toBe('old');
    for (const { cache } of [a, b]) {
      expect(cache.peek('k')).toBeUndefined();
      expect(await cache.get('k')).toBeUndefined();
    }
    expect(await b.cache.getOrSet('k', row.read, { tags: ['t', 'added'] })).toBe('new');
  });

  it('whose bump comes when the counter has been read: stored, and served by nobody', async () => {
    const { a, b, row, load, gate } = await open();
    const one = load();
    await settle();
    const told = a.client.hold('answers', (command, keys) => reads(command) && keys[0] === COUNTER);
    gate.resolve();
    await settle();
    expect(told.count).toBe(1);
    row.value = 'new';
    expect(await b.cache.invalidateTags('added')).toBe(true);
    await told.release();
    expect(await one).toBe('old');
    for (const { cache } of [a, b]) {
      expect(cache.peek('k')).toBeUndefined();
      expect(await cache.get('k')).toBeUndefined();
    }
  });

  it('bumped by another process after this one has bumped something: who calls after that is not given the old value', async () => {
    const { a, b, row, load, gate } = await open();
    // A loads, reads old
    // A bumps a tag: what it writes itself it is not told of
    //                                                          B: row = new, the tag is bumped that A will add
    // A is called again; who loads adds the tag
    const one = load();
    await settle();
    await a.cache.invalidateTags('x');
    row.value = 'new';
    await b.cache.invalidateTags('added');
    const after = a.cache.getOrSet('k', row.read, { tags: ['t'] });
    await settle();
    gate.resolve();
    expect(await one).toBe('old');
    expect(await after).toBe('new');
  });
});
