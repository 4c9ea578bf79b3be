import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { CacheBackend } from '../../lib/contracts/backend.js';
import type { CacheEvent } from '../../lib/contracts/events.js';
import type { CacheManager } from '../../lib/core/cache-manager.js';
import { CacheTimeoutError, CacheValueError } from '../../lib/support/errors.js';
import { CapableMapBackend } from '../../lib/testing/capable-map.backend.js';
import { FakeClock } from '../../lib/testing/fake-clock.js';
import { FlakyBackend } from '../../lib/testing/flaky.backend.js';
import { MapBackend } from '../../lib/testing/map.backend.js';
import { deferred, settle } from '../support/deferred.js';
import { everyStore, slowStores } from '../support/every-store.js';

const { makeCache } = everyStore();

type ErrorEvent = Extract<CacheEvent, { type: 'error' }>;

async function rigOf(backend: CacheBackend, clock = new FakeClock()) {
  const cache = await makeCache({ clock, backend });
  const errors: ErrorEvent[] = [];
  cache.on('error', (event) => errors.push(event));
  return { cache, clock, errors };
}

/** Every call of the manager, and what its caller is told when the store is of no use. */
const CALLS: readonly [name: string, call: (cache: CacheManager) => Promise<unknown>, answer: unknown][] = [
  ['getOrSet', (cache) => cache.getOrSet('k', () => 'loaded', { tags: ['t'] }), 'loaded'],
  [
    'getOrSetMany',
    async (cache) => [...(await cache.getOrSetMany(['k', 'l'], async (keys) => keys.map((key) => `${key}!`))).values()],
    ['k!', 'l!'],
  ],
  ['get', (cache) => cache.get('k'), undefined],
  ['getMany', async (cache) => (await cache.getMany(['k', 'l'])).size, 0],
  ['has', (cache) => cache.has('k'), false],
  ['getTtl', (cache) => cache.getTtl('k'), undefined],
  ['set', (cache) => cache.set('k', 1, { tags: ['t'] }), false],
  [
    'setMany',
    (cache) =>
      cache.setMany([
        ['k', 1],
        ['l', 2],
      ]),
    false,
  ],
  [
    'warm',
    (cache) =>
      cache.warm([
        ['k', 1],
        ['l', 2],
      ]),
    0,
  ],
  ['delete', (cache) => cache.delete('k'), false],
  ['deleteMany', (cache) => cache.deleteMany(['k', 'l']), false],
  ['expire', (cache) => cache.expire('k'), false],
  ['invalidateTags', (cache) => cache.invalidateTags('t', 'u'), false],
  ['invalidate', (cache) => cache.invalidate('k*'), 0],
  ['clear', (cache) => cache.clear(), false],
  ['explain', async (cache) => (await cache.explain('k')).state, 'unreachable'],
  ['healthCheck', async (cache) => (await cache.healthCheck()).status, 'down'],
];

/** What a method does in place of answering. */
type Trouble = () => never | Promise<never>;

class Troubled extends CapableMapBackend {
  constructor(clock: FakeClock, trouble: Trouble, capable: boolean) {
    super(clock);
    const methods = ['get', 'set', 'delete', 'exists', 'ping'] as const;
    const optional = ['getMany', 'setMany', 'deleteMany', 'touch', 'patch'] as const;
    for (const method of methods) this[method] = trouble;
    for (const method of optional) Object.defineProperty(this, method, { value: capable ? trouble : undefined });
    Object.defineProperty(this, 'scan', {
      value: capable ? () => ({ [Symbol.asyncIterator]: () => ({ next: trouble }) }) : undefined,
    });
  }
}

const TROUBLES: readonly [name: string, trouble: Trouble][] = [
  [
    'throws synchronously',
    () => {
      throw new Error('sync');
    },
  ],
  ['rejects', () => Promise.reject(new Error('async'))],
  [
    'throws what is no error',
    () => {
      throw undefined as unknown as Error;
    },
  ],
  ['hangs', () => new Promise<never>(() => {})],
];

const troubled = TROUBLES.flatMap(([name, trouble]) =>
  [false, true].map((capable) => ({ name, trouble, capable, methods: capable ? 'every method' : 'three methods' })),
);

describe.each(troubled)('a backend of $methods that $name', ({ trouble, capable }) => {
  it.each(CALLS)('%s answers within one time limit, and never rejects', async (_, call, answer) => {
    const clock = new FakeClock();
    const { cache, errors } = await rigOf(new Troubled(clock, trouble, capable), clock);
    let given: { answer: unknown } | undefined;
    const done = call(cache).then((value) => (given = { answer: value }));
    await clock.advance(100);
    expect(given).toEqual({ answer });
    await done;
    // What could not be stored is taken away behind the call; that has its own limit.
    await clock.advance(100);
    expect(clock.pendingTimers).toBe(0);
    if (!['healthCheck'].includes(_)) expect(errors.length).toBeGreaterThan(0);
    for (const { operation } of errors) expect(operation).toMatch(/^[a-zA-Z]+$/);
    expect(cache.getStats().errors).toBe(errors.length);
  });

  it('a loader runs once, and its error is its caller’s', async () => {
    const clock = new FakeClock();
    const { cache } = await rigOf(new Troubled(clock, trouble, capable), clock);
    let runs = 0;
    const failure = new Error('mine');
    const outcomes = Promise.allSettled(
      Array.from({ length: 10 }, () =>
        cache.getOrSet('k', async () => {
          runs++;
          throw failure;
        }),
      ),
    );
    await clock.advance(100);
    for (const outcome of await outcomes) expect(outcome).toEqual({ status: 'rejected', reason: failure });
    expect(runs).toBe(1);
  });
});

describe('a backend that answers with garbage', () => {
  const GARBAGE: readonly unknown[] = [
    null,
    'text',
    42,
    true,
    {},
    [],
    [null],
    new Map(),
    Symbol('s'),
    new Date(0),
    () => 1,
  ];

  it.each(GARBAGE.map((garbage) => [inspect(garbage), garbage]))('to every question: %s', async (_, garbage) => {
    for (const capable of [true, false]) {
      const clock = new FakeClock();
      const { cache } = await rigOf(new Troubled(clock, (() => garbage) as unknown as Trouble, capable), clock);
      for (const [name, call] of CALLS) {
        const done = call(cache);
        await clock.advance(100);
        const answer = await done;
        if (name.startsWith('getOrSet')) expect(answer).toEqual(name === 'getOrSet' ? 'loaded' : ['k!', 'l!']);
        if (['get', 'getTtl'].includes(name)) expect(answer).toBeUndefined();
      }
      expect(clock.pendingTimers).toBe(0);
    }
  });

  it('lies about counts: no number that cannot be', async () => {
    for (const lie of [Number.NaN, -5, Infinity, 1e9, '7', null, undefined]) {
      const clock = new FakeClock();
      class Liar extends CapableMapBackend {
        override async deleteMany(keys: readonly string[]): Promise<number> {
          await super.deleteMany(keys);
          return lie as number;
        }
        override async delete(key: string): Promise<boolean> {
          await super.delete(key);
          return lie as unknown as boolean;
        }
      }
      const { cache } = await rigOf(new Liar(clock), clock);
      await cache.setMany([
        ['a', 1],
        ['b', 2],
        ['c', 3],
      ]);
      const removed = await cache.invalidate('*');
      expect(Number.isInteger(removed) && removed >= 0 && removed <= 3).toBe(true);
      expect(await cache.getMany(['a', 'b', 'c'])).toEqual(new Map());
      expect(await cache.deleteMany(['a'])).toBe(true);
    }
  });

  it('lists keys it was not asked for: they are left alone', async () => {
    class Talkative extends CapableMapBackend {
      override async *scan(prefix: string): AsyncIterable<string> {
        yield 'somebody:else';
        yield 'cachefoo:v:{x}';
        yield* super.scan(prefix);
      }
    }
    const clock = new FakeClock();
    const backend = new Talkative(clock);
    const { cache, errors } = await rigOf(backend, clock);
    await backend.set('somebody:else', Buffer.from('theirs'));
    await backend.set('cachefoo:v:{x}', Buffer.from('theirs'));
    await cache.set('k', 1);
    expect(await cache.invalidate('*')).toBe(1);
    await cache.clear();
    await settle();
    expect(await backend.get('somebody:else')).toBeDefined();
    expect(await backend.get('cachefoo:v:{x}')).toBeDefined();
    expect(errors).toEqual([]);
  });
});

describe.each(slowStores(makeCache))('$name', ({ make }) => {
  it('lookup, versions and fill share one time limit', async () => {
    const { cache, backend, clock } = await make();
    await cache.set('warm', 1);
    // 40 ms a command: look-up 40, tag version 40 (and more): what does not fit is left out.
    backend.delay('all', 40);
    const begun = clock.now();
    let ended: number | undefined;
    const call = cache.getOrSet('k', () => 'loaded', { tags: ['a', 'b'] }).then(() => (ended = clock.now()));
    await clock.advance(1_000);
    await call;
    expect(ended! - begun).toBeLessThanOrEqual(100);
  });

  it('time spent in the loader is not counted', async () => {
    const { cache, backend, clock } = await make();
    await cache.set('warm', 1);
    backend.delay('all', 30);
    const gate = deferred<string>();
    const call = cache.getOrSet('k', () => gate.promise);
    await clock.advance(5_000);
    gate.resolve('loaded');
    await clock.advance(1_000);
    expect(await call).toBe('loaded');
    backend.heal();
    expect(await cache.get('k')).toBe('loaded');
  });

  it('a delete is false while the store cannot be told, and true after', async () => {
    const { cache, backend } = await make();
    await cache.set('k', 1);
    const deleted: boolean[] = [];
    cache.on('delete', ({ complete }) => deleted.push(complete));
    backend.fail('all');
    expect(await cache.delete('k')).toBe(false);
    expect(await cache.invalidateTags('t')).toBe(false);
    expect(await cache.clear()).toBe(false);
    backend.heal();
    expect(await cache.delete('k')).toBe(true);
    expect(await cache.delete('k')).toBe(true);
    expect(deleted).toEqual([false, true, true]);
  });

  it('a reply that is lost is a failure, and what was done stays done', async () => {
    const { cache, backend } = await make();
    backend.loseReply('set', new Error('lost'), 1);
    await cache.set('k', 1);
    await cache.set('k', 1);
    backend.loseReply('delete', new Error('lost'), 1);
    expect(await cache.delete('k')).toBe(false);
    expect(await cache.get('k')).toBeUndefined();
  });

  it('10,000 calls against a store that hangs: all answered within one time limit, nothing held', async () => {
    const { cache, backend, clock } = await make();
    backend.hang('all');
    let runs = 0;
    let answered = 0;
    const calls = Array.from({ length: 10_000 }, async (_, index) => {
      await cache.getOrSet(`k${index % 5_000}`, async () => ++runs);
      answered++;
    });
    await clock.advance(100);
    expect(answered).toBe(10_000);
    await Promise.all(calls);
    expect(runs).toBe(5_000);
    expect(clock.pendingTimers).toBe(0);
    const { fence, flights } = cache.cache.parts;
    expect([fence.size, flights.running.size]).toEqual([0, 0]);
  });

  it('writes that a store takes and does not answer have a limit', async () => {
    const { cache, backend, clock } = await make();
    await cache.set('warm', 1);
    const errors: unknown[] = [];
    cache.on('error', ({ error }) => errors.push(error));
    const hang = backend.hang('set');
    for (let round = 0; round < 3; round++) {
      const sets = Array.from({ length: 1_000 }, (_, index) => cache.set(`k${round}:${index}`, 1));
      await clock.advance(100);
      expect((await Promise.all(sets)).some(Boolean)).toBe(false);
    }
    expect(hang.pending).toBe(1_000);
    expect(errors.at(-1)).toHaveProperty('message', expect.stringContaining('has not answered 1000 writes'));
    backend.heal();
    await hang.release();
    await settle();
    expect(await cache.set('again', 1)).toBe(true);
  });

  it('writes of one key that wait have a limit, whatever is asked for', async () => {
    const { cache, backend, clock } = await make();
    await cache.set('warm', 1);
    const hang = backend.hang('set', 1);
    const begun = backend.calls.length;
    const calls: Promise<unknown>[] = [];
    for (let round = 0; round < 2_000; round++) calls.push(cache.set('k', round), cache.delete('k'));
    await clock.advance(100);
    await Promise.all(calls);
    await hang.release();
    await settle();
    // The one that hung, and the removal of it; not four thousand writes one after the other.
    const writes = backend.calls.slice(begun).filter(({ keys }) => keys.some((key) => key.includes('{k}')));
    expect(writes.filter(({ operation }) => operation !== 'get').length).toBeLessThan(5);
    expect(await cache.get('k')).toBeUndefined();
  });
});

describe('a scan that hangs', () => {
  it('does not hang the call, nor the next one', async () => {
    class Frozen extends CapableMapBackend {
      override async *scan(): AsyncIterable<string> {
        await new Promise(() => {});
        yield 'never';
      }
    }
    const clock = new FakeClock();
    const { cache, errors } = await rigOf(new Frozen(clock), clock);
    const invalidated = cache.invalidate('k*');
    await clock.advance(100);
    expect(await invalidated).toBe(0);
    expect(errors).toEqual([
      expect.objectContaining({ operation: 'invalidate', error: expect.any(CacheTimeoutError) }),
    ]);
    expect(await cache.clear()).toBe(true);
    await clock.advance(100);
    expect(errors.at(-1)).toMatchObject({ operation: 'sweep' });
  });
});

describe('listeners', () => {
  it('one that throws, or rejects, harms nobody', async () => {
    const { cache } = await rigOf(new MapBackend());
    const heard: string[] = [];
    const unhandled: unknown[] = [];
    const listen = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', listen);
    for (const type of ['hit', 'miss', 'load', 'set', 'delete', 'invalidate', 'loadError'] as const) {
      cache.on(type, () => {
        throw new Error('a listener of the user’s');
      });
      const asynchronous: () => unknown = async () => {
        throw new Error('an async one');
      };
      cache.on(type, asynchronous);
      cache.on(type, (event) => heard.push(event.type));
    }
    expect(await cache.getOrSet('k', () => 1)).toBe(1);
    expect(await cache.get('k')).toBe(1);
    expect(await cache.delete('k')).toBe(true);
    expect(await cache.clear()).toBe(true);
    await expect(cache.getOrSet('k', () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    await settle();
    process.off('unhandledRejection', listen);
    expect(heard).toEqual(['miss', 'set', 'load', 'hit', 'delete', 'invalidate', 'miss', 'loadError']);
    expect(unhandled).toEqual([]);
  });

  it('one that calls the cache, or leaves, while it is told', async () => {
    const { cache } = await rigOf(new MapBackend());
    let count = 0;
    const off = cache.on('set', () => {
      count++;
      off();
      void cache.set('from a listener', 1);
    });
    await cache.set('k', 1);
    await settle();
    expect(count).toBe(1);
    expect(await cache.get('from a listener')).toBe(1);
  });
});

describe('values and codecs', () => {
  it('what cannot be kept is the setter’s error, and nobody else’s', async () => {
    const { cache, errors } = await rigOf(new MapBackend());
    const socket = { connect: () => {} };
    await expect(cache.set('k', { socket })).rejects.toThrow(CacheValueError);
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => cache.getOrSet('k', () => ({ socket }))));
    expect(outcomes.every((value) => value.socket === socket)).toBe(true);
    expect(await cache.has('k')).toBe(false);
    expect(errors).toEqual([expect.objectContaining({ operation: 'keep', key: 'k' })]);
  });

  it('a codec that cannot encode costs the store, not the caller', async () => {
    const clock = new FakeClock();
    const codec = {
      name: 'bad',
      id: 99,
      encode: () => {
        throw new Error('cannot');
      },
      decode: () => 1,
    };
    const cache = await makeCache({ clock, backend: new MapBackend(clock), codec });
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded');
    expect(await cache.set('k', 1)).toBe(false);
    expect(await cache.setMany([['k', 1]])).toBe(false);
    expect((await cache.getOrSetMany(['k'], async () => ['loaded'])).get('k')).toBe('loaded');
  });
});

it('a store that fails, then works, is used again', async () => {
  const clock = new FakeClock();
  const backend = new FlakyBackend({ clock });
  const { cache } = await rigOf(backend, clock);
  const gate = deferred<void>();
  backend.fail('all');
  expect(await cache.getOrSet('k', async () => 'during')).toBe('during');
  backend.heal();
  gate.resolve();
  expect(await cache.getOrSet('k', async () => 'after')).toBe('after');
  expect(await cache.getOrSet('k', async () => 'never')).toBe('after');
});
