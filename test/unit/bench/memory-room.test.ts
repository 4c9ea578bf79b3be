import { describe, expect, test } from '@jest/globals';

type Get = (key: string) => unknown;
interface MemoryCache {
  get?: Get;
  set?: (key: string, value: object) => unknown;
  getOrSet?: (key: string, load: () => Promise<object>) => Promise<unknown>;
  hands: string;
}
interface Contestant {
  run(count: number): Promise<unknown>;
  check(): Promise<void>;
}
interface MemoryRoom {
  memoryRoom(row: string, params: object, create: () => MemoryCache): Promise<Contestant | undefined>;
}

// The benchmark is plain JavaScript, which no declaration describes.
const path = '../../../bench/kit/memory-room.mjs';
const { memoryRoom } = (await import(path)) as MemoryRoom;

/** Entered with `change`, which stands for what a library may do wrong. */
async function entered(row: string, change: Partial<MemoryCache> = {}, params: object = {}): Promise<Contestant> {
  const held = new Map<string, object>();
  const cache: MemoryCache = {
    hands: 'its own object',
    get: (key) => held.get(key),
    set: (key, value) => held.set(key, value),
    getOrSet: async (key, load) => {
      if (!held.has(key)) held.set(key, await load());
      return held.get(key);
    },
    ...change,
  };
  return (await memoryRoom(row, params, () => cache))!;
}

describe('who takes part is checked before it is timed', () => {
  test.each(['memory-get', 'get-or-set', 'bytes'])('an honest one passes: %s', async (row) => {
    const contestant = await entered(row, {}, { callers: 4, keys: 8 });
    await contestant.run(200);
    await expect(contestant.check()).resolves.toBeUndefined();
  });

  test('one that answers with another value', async () => {
    const contestant = await entered('memory-get', { get: async () => ({ id: 'someone else' }) });
    await expect(contestant.check()).rejects.toThrow('Expected values to be strictly deep-equal');
  });

  test('one that promises copies, and hands out its own object', async () => {
    const contestant = await entered('memory-get', { hands: 'a copy' });
    await expect(contestant.check()).rejects.toThrow('A caller has changed what the cache holds.');
  });

  test('one that says it hands out its own object, and makes another each time', async () => {
    const held = new Map<string, object>();
    const contestant = await entered('memory-get', {
      set: (key, value) => held.set(key, value),
      get: (key) => ({ ...held.get(key) }),
    });
    await expect(contestant.check()).rejects.toThrow('Another object than before.');
  });

  test('one whose hits load', async () => {
    const contestant = await entered('get-or-set', { getOrSet: (_, load) => load(), hands: 'a copy' }, { way: 'hit' });
    await expect(contestant.check()).rejects.toThrow(/The loader ran \d+ times/);
  });

  test('one that loads a miss twice', async () => {
    const held = new Map<string, object>();
    const twice = async (key: string, load: () => Promise<object>): Promise<unknown> => {
      if (!held.has(key)) held.set(key, (await load()) && (await load()));
      return held.get(key);
    };
    const contestant = await entered('get-or-set', { getOrSet: twice }, { way: 'miss' });
    await expect(contestant.check()).rejects.toThrow('The loader runs once.');
  });

  test('one that has lost what it was given', async () => {
    const contestant = await entered('bytes', { get: () => undefined });
    await contestant.run(100);
    await expect(contestant.check()).rejects.toThrow('Expected values to be strictly deep-equal');
  });
});

test('who cannot do what a row measures takes no part', async () => {
  expect(await memoryRoom('memory-get', {}, () => ({ hands: 'its own object' }))).toBeUndefined();
  expect(await memoryRoom('get-or-set', {}, () => ({ hands: 'its own object' }))).toBeUndefined();
});
