import { beforeEach, describe, expect, it } from '@jest/globals';
import type { EntryStore, Lookup } from '../../../lib/contracts/entry-store.js';
import type { Address } from '../../../lib/contracts/scope.js';
import { GatheredLooks } from '../../../lib/core/gathered-looks.js';
import { rootScope } from '../../../lib/core/scopes.js';
import { OverdueError } from '../../../lib/support/overdue-error.js';
import { settle } from '../../support/deferred.js';

const scope = rootScope('app');
const other = rootScope('other');
const NO_TAGS: readonly string[] = [];

/** What was asked for, question by question. A key that is `late` cannot be asked for, one that is `broken` fails. */
interface Asked {
  readonly keys: string[];
  readonly callers: number | undefined;
}
let asked: Asked[];
/** Of each answer, in bytes. */
let size: number;
let late: Set<string>;
let broken: Set<string>;
let looks: GatheredLooks;

function use(gathers: EntryStore['gathers']): void {
  const lookMany = async (
    addresses: readonly Address[],
    _tags: readonly string[],
    callers?: number,
  ): Promise<Lookup[]> => {
    asked.push({ keys: addresses.map(({ key }) => key), callers });
    const keyOf = (among: Set<string>): string | undefined => addresses.find(({ key }) => among.has(key))?.key;
    if (keyOf(late) !== undefined) throw new OverdueError(`${keyOf(late)} is late.`);
    if (keyOf(broken) !== undefined) throw new Error(`${keyOf(broken)} is broken.`);
    return addresses.map(({ key }) => ({ entry: undefined, versions: key, size }));
  };
  looks = new GatheredLooks({ ...(gathers ? { gathers } : {}), lookMany } as unknown as EntryStore);
}
beforeEach(() => {
  asked = [];
  size = 100;
  late = new Set();
  broken = new Set();
  use('all');
});

/** Resolves to the key, by which an answer tells whose it is. */
const look = async (key: string, tags = NO_TAGS, at = scope): Promise<unknown> =>
  (await looks.look({ scope: at, key, id: at.idOf(key) }, tags)).versions;
const questions = (): string[] => asked.map(({ keys }) => keys.join(' '));

describe('looks of one turn', () => {
  it('are one question, and each has its own answer', async () => {
    expect(await Promise.all(['a', 'b', 'c'].map((key) => look(key)))).toEqual(['a', 'b', 'c']);
    expect(asked).toEqual([{ keys: ['a', 'b', 'c'], callers: 3 }]);
  });

  it('go together also when some come out of promises that other code of the turn has settled', async () => {
    const inPromises = (): Promise<unknown> =>
      Promise.resolve()
        .then(() => {})
        .then(() => look('b'));
    // Not from within a promise: what is due next would come after all promises by itself.
    await new Promise((resolve) => setImmediate(() => resolve(Promise.all([look('a'), inPromises()]))));
    expect(questions()).toEqual(['a b']);
  });

  it('wait for no other turn', async () => {
    const first = look('a');
    await settle();
    await Promise.all([first, look('b')]);
    expect(questions()).toEqual(['a', 'b']);
  });

  it('of other scopes, other tags and other lanes go by themselves', async () => {
    const tags = ['t'];
    await Promise.all([look('a'), look('b', NO_TAGS, other), look('c', tags), look('d'), look('e', tags)]);
    expect(questions()).toEqual(['a d', 'b', 'c e']);
    asked = [];
    use(({ key }) => key.length);
    await Promise.all([look('a'), look('bb'), look('c'), look('dd')]);
    expect(questions()).toEqual(['a c', 'bb dd']);
  });

  describe('are so many in one question', () => {
    const keys = Array.from({ length: 150 }, (_, nth) => `k${nth}`);
    const counts = (): (number | undefined)[] => asked.map(({ callers }) => callers);
    /** As the store is asked when it has answered for a while. */
    async function later(bytes: number): Promise<void> {
      size = bytes;
      for (let nth = 0; nth < 20; nth++) await look('k');
      asked = [];
    }

    // So that the server is at one question while the answer to another is read.
    it.each([
      [16, [16]],
      [17, [16, 1]],
      [64, [22, 22, 20]],
      [150, [50, 50, 50]],
    ])('%i as are three questions, but none of fewer than 16', async (count, expected) => {
      await later(1024);
      await Promise.all(keys.slice(0, count).map((key) => look(key)));
      expect(counts()).toEqual(expected);
    });

    it('as 64, and no more', async () => {
      await later(1024);
      await Promise.all([...keys, ...keys.map((key) => `${key}'`)].map((key) => look(key)));
      expect(counts()).toEqual([64, 64, 64, 64, 44]);
    });

    it('as bring a quarter of a mebibyte, where values are large', async () => {
      await later(100 * 1024);
      await Promise.all(keys.slice(0, 5).map((key) => look(key)));
      expect(counts()).toEqual([2, 2, 1]);
      await later(1024 * 1024);
      await Promise.all(keys.slice(0, 3).map((key) => look(key)));
      expect(counts()).toEqual([1, 1, 1]);
    });

    it('as a few, where nobody knows yet', async () => {
      await Promise.all(keys.slice(0, 20).map((key) => look(key)));
      expect(counts()).toEqual([8, 8, 4]);
    });

    it('as half of those that were too many, perhaps', async () => {
      await later(100);
      broken.add('k0');
      const fail = (): Promise<unknown> => Promise.allSettled(keys.slice(0, 16).map((key) => look(key)));
      await fail();
      await fail();
      expect(counts()).toEqual([16, 8, 8]);
      broken.clear();
      await later(100);
      await Promise.all(keys.slice(0, 16).map((key) => look(key)));
      expect(counts()).toEqual([16]);
    });
  });

  it('join the newest that have room, without a search through all of them', async () => {
    use(({ key }) => key);
    const lanes = Array.from({ length: 40 }, (_, nth) => `k${nth}`);
    await Promise.all([...lanes, 'k39', 'k8', 'k7'].map((key) => look(key)));
    expect(questions().slice(-2)).toEqual(['k39 k39', 'k7']);
    expect(questions()).toContain('k8 k8');
  });

  it('fail alone where the store cannot say with whom they may go', async () => {
    use(({ key }) => {
      if (key === 'b') throw new Error('b has no lane.');
      return key;
    });
    const told: unknown[] = [];
    const ask = (key: string): void =>
      looks.add(
        { at: { scope, key, id: key }, take: ({ versions }) => told.push(versions), fail: (error) => told.push(error) },
        NO_TAGS,
      );
    for (const key of ['a', 'b', 'c']) ask(key);
    await settle();
    expect(told).toEqual([new Error('b has no lane.'), 'a', 'c']);
  });

  it('fail together', async () => {
    broken.add('b');
    const results = await Promise.allSettled([look('a'), look('b')]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(questions()).toEqual(['a b']);
  });

  it('but where one cannot be asked for now, the others are asked for without it', async () => {
    late.add('b');
    const results = await Promise.allSettled([look('a'), look('b'), look('c')]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(questions()).toEqual(['a b c', 'a', 'b', 'c']);
  });
});

it('a store that does not gather is not asked to', () => {
  use(undefined);
  expect(looks.isOn).toBe(false);
});
