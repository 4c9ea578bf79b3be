import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import { concat, of, range, Subject, throwError } from 'rxjs';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import { deferred, settle, until } from '../../support/deferred.js';
import { everyStore } from '../../support/every-store.js';
import { collect, Tap, take } from '../../support/tap.js';

const { stores } = everyStore();

async function* words(...all: string[]): AsyncGenerator<string> {
  yield* all;
}

describe.each(stores)('streams over $name', ({ make }) => {
  it('are recorded while the first caller reads, and replayed to the next', async () => {
    const { cache } = await make();
    let runs = 0;
    const read = (): Promise<string[]> =>
      collect(
        cache.getOrSetStream('k', () => {
          runs++;
          return words('a', 'b', 'c');
        }),
      );
    expect(await read()).toEqual(['a', 'b', 'c']);
    expect(await read()).toEqual(['a', 'b', 'c']);
    expect(runs).toBe(1);
    expect(await cache.get('k')).toEqual(['a', 'b', 'c']);
    expect(cache.getStats()).toMatchObject({ misses: 1, hits: 2, loads: 1, sets: 1, errors: 0 });
  });

  it.each([
    ['an async iterable', () => words('a', 'b')],
    ['a promise of one', async () => words('a', 'b')],
    ['a ReadableStream', () => ReadableStream.from(words('a', 'b'))],
    ['an observable', () => of('a', 'b')],
  ])('come from %s', async (_, source) => {
    const { cache } = await make();
    expect(await collect(cache.getOrSetStream('k', source))).toEqual(['a', 'b']);
    expect(await cache.get('k')).toEqual(['a', 'b']);
  });

  it('are joined while they are under way: what was emitted by then, and the rest as it comes', async () => {
    const { cache } = await make();
    const tap = new Tap<string>().emit('a', 'b');
    const first = cache.getOrSetStream('k', () => tap);
    expect(await take(first, 2)).toEqual(['a', 'b']);
    const second = cache.getOrSetStream<string>('k', () => words('never'));
    expect(await take(second, 2)).toEqual(['a', 'b']);
    const [one, two] = [first.next(), second.next()];
    tap.emit('c');
    expect([await one, await two]).toEqual([
      { done: false, value: 'c' },
      { done: false, value: 'c' },
    ]);
    tap.end();
    expect([await first.next(), await second.next()]).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
    expect(tap.opened).toBe(1);
    expect(await collect(cache.getOrSetStream('k', () => words('never')))).toEqual(['a', 'b', 'c']);
  });

  it('are asked for an item only when the foremost reader wants it', async () => {
    const { cache } = await make();
    const tap = new Tap<number>().emit(1, 2, 3).end();
    const stream = cache.getOrSetStream('k', () => tap);
    expect(tap.asked).toBe(0);
    await take(stream, 1);
    await settle();
    expect(tap.asked).toBe(1);
    const slow = cache.getOrSetStream<number>('k', () => tap);
    expect(await take(slow, 1)).toEqual([1]);
    await settle();
    expect(tap.asked).toBe(1);
    expect(await collect(stream)).toEqual([2, 3]);
    expect(await collect(slow)).toEqual([2, 3]);
    expect(tap.asked).toBe(4);
  });

  it('go on for the others when the first reader leaves', async () => {
    const { cache } = await make();
    const tap = new Tap<string>().emit('a');
    const first = cache.getOrSetStream('k', () => tap);
    await take(first, 1);
    const second = cache.getOrSetStream<string>('k', () => words('never'));
    await take(second, 1);
    await first.return!();
    expect(await first.next()).toEqual({ done: true, value: undefined });
    tap.emit('b').end();
    expect(await collect(second)).toEqual(['b']);
    expect(tap.returned).toBe(0);
    expect(await cache.get('k')).toEqual(['a', 'b']);
  });

  it('are cancelled when the last reader leaves, and nothing is stored', async () => {
    const { cache } = await make();
    const tap = new Tap<string>().emit('a', 'b');
    let signal: AbortSignal | undefined;
    const stream = cache.getOrSetStream('k', (context) => {
      signal = context.signal;
      return tap;
    });
    const other = cache.getOrSetStream<string>('k', () => tap);
    await take(stream, 1);
    await take(other, 2);
    for await (const item of stream) {
      expect(item).toBe('b');
      break;
    }
    expect([tap.returned, signal!.aborted]).toEqual([0, false]);
    await other.return!();
    expect([tap.returned, signal!.aborted]).toEqual([1, true]);
    // What was cancelled is nobody's to join.
    expect(await collect(cache.getOrSetStream('k', () => words('new')))).toEqual(['new']);
    expect(await cache.get('k')).toEqual(['new']);
    expect(tap.opened).toBe(1);
  });

  it('that fail bring what came before, then the error, to everybody; nothing is stored', async () => {
    const { cache } = await make();
    const tap = new Tap<string>().emit('a');
    const first = cache.getOrSetStream('k', () => tap);
    await take(first, 1);
    const second = cache.getOrSetStream<string>('k', () => tap);
    await take(second, 1);
    const failure = new Error('the line is cut');
    tap.fail(failure);
    await expect(first.next()).rejects.toBe(failure);
    await expect(second.next()).rejects.toBe(failure);
    expect(await first.next()).toEqual({ done: true, value: undefined });
    await settle();
    expect(await cache.has('k')).toBe(false);
    expect(cache.getStats()).toMatchObject({ loadErrors: 1, sets: 0 });
    expect(await collect(cache.getOrSetStream('k', () => words('again')))).toEqual(['again']);
  });

  it('that have failed are begun anew by who asks again at once', async () => {
    const { cache } = await make();
    let runs = 0;
    const read = (): Promise<string[]> =>
      collect(
        cache.getOrSetStream('k', async function* () {
          yield 'a';
          if (++runs === 1) throw new Error('cut');
        }),
      );
    expect(await read().catch(read)).toEqual(['a']);
    expect(runs).toBe(2);
  });

  it.each([
    [
      'throws at once',
      () => {
        throw new Error('no');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['fails before its first item', () => throwError(() => new Error('no'))],
  ])('whose source %s reject, and the source is asked once', async (_, source) => {
    const { cache } = await make();
    let runs = 0;
    const stream = cache.getOrSetStream('k', () => {
      runs++;
      return source() as Promise<AsyncIterable<string>>;
    });
    await expect(stream.next()).rejects.toThrow('no');
    expect(runs).toBe(1);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it("that have failed are nobody's to join: who tries again at once runs its own source", async () => {
    const { cache } = await make();
    const tap = new Tap<string>().emit('half').fail(new Error('cut'));
    const read = async (): Promise<string[]> => {
      try {
        return await collect(cache.getOrSetStream('k', () => tap));
      } catch {
        return collect(cache.getOrSetStream('k', () => words('whole')));
      }
    };
    expect(await read()).toEqual(['whole']);
    expect(await cache.get('k')).toEqual(['whole']);
  });

  it('of something that is no stream reject, and say so', async () => {
    const { cache } = await make();
    const stream = cache.getOrSetStream('k', () => 'text' as unknown as AsyncIterable<string>);
    await expect(stream.next()).rejects.toThrow('What should be a stream is of type string');
  });

  it('are not stored when the loader says so at the end', async () => {
    const { cache } = await make();
    const stream = cache.getOrSetStream('k', async function* ({ skip }) {
      yield 'half a sentence';
      skip();
    });
    expect(await collect(stream)).toEqual(['half a sentence']);
    await settle();
    expect(await cache.has('k')).toBe(false);
  });

  it('take the ttl and the tags that the loader chose', async () => {
    const { cache } = await make();
    const stream = cache.getOrSetStream(
      'k',
      async function* ({ setTtl, setTags }) {
        setTags('late');
        yield 1;
        setTtl('7s');
      },
      { tags: ['early'] },
    );
    await collect(stream);
    expect(await cache.getTtl('k')).toBe(7_000);
    expect(await cache.invalidateTags('late')).toBe(true);
    expect(await cache.has('k')).toBe(false);
  });

  it('hand out copies: nobody changes what the others read', async () => {
    const { cache } = await make();
    const tap = new Tap<{ text: string }>().emit({ text: 'a' });
    const first = cache.getOrSetStream('k', () => tap);
    const [mine] = await take(first, 1);
    mine!.text = 'changed';
    const second = cache.getOrSetStream<{ text: string }>('k', () => tap);
    const [theirs] = await take(second, 1);
    expect(theirs).toEqual({ text: 'a' });
    theirs!.text = 'changed as well';
    tap.end();
    await collect(first);
    expect(await collect(cache.getOrSetStream('k', () => tap))).toEqual([{ text: 'a' }]);
  });

  it('bring every kind of item back identical', async () => {
    const { cache } = await make();
    const items = [
      { type: 'reasoning', text: 'so', at: new Date(0) },
      { type: 'file', mediaType: 'image/png', data: Uint8Array.of(1, 2, 255) },
      { type: 'source', url: new URL('https://example.com/a?b=1') },
      { type: 'tool-call', input: { city: 'Bergen', n: 1n, none: undefined, nothing: null } },
      new Map([['usage', new Set([1, 2])]]),
      undefined,
      null,
      0,
      '',
    ];
    async function* source(): AsyncGenerator {
      yield* items;
    }
    expect(await collect(cache.getOrSetStream('k', source))).toEqual(items);
    const replayed = await collect(cache.getOrSetStream('k', () => words('never') as AsyncIterable<unknown>));
    expect(replayed).toStrictEqual(items);
  });

  it('that are deleted while they are under way go on, are not stored, and are not joined', async () => {
    const { cache } = await make();
    const old = new Tap<string>().emit('old');
    const before = cache.getOrSetStream('k', () => old);
    await take(before, 1);
    expect(await cache.delete('k')).toBe(true);
    const after = await collect(cache.getOrSetStream('k', () => words('new')));
    expect(after).toEqual(['new']);
    old.emit('old too').end();
    expect(await collect(before)).toEqual(['old too']);
    await settle();
    expect(await cache.get('k')).toEqual(['new']);
  });

  it('serve who asks for the value: it waits for the end', async () => {
    const { cache } = await make();
    const tap = new Tap<string>().emit('a');
    const stream = cache.getOrSetStream('k', () => tap);
    await take(stream, 1);
    const value = cache.getOrSet('k', () => ['never']);
    await settle();
    // The stream's reader leaves; somebody still wants what it brings.
    await stream.return!();
    tap.emit('b').end();
    expect(await value).toEqual(['a', 'b']);
    expect(tap.returned).toBe(0);
  });

  it('leave who asks for the value to its own loader when they turn out to be too long', async () => {
    const { cache } = await make({ streams: { maxBytes: 1_000 } });
    const tap = new Tap<string>().emit('a');
    const stream = cache.getOrSetStream('k', () => tap);
    await take(stream, 1);
    const value = cache.getOrSet('k', () => ['own']);
    const values = cache.getOrSetMany<string[]>(['k'], async () => [['never']]);
    await settle();
    const rest = collect(stream);
    tap.emit('x'.repeat(1_000)).end();
    expect(await value).toEqual(['own']);
    expect(await values).toEqual(new Map([['k', ['own']]]));
    expect(await rest).toEqual(['x'.repeat(1_000)]);
    expect(await cache.get('k')).toEqual(['own']);
  });

  it('join a load of the value that is under way', async () => {
    const { cache } = await make();
    let land!: (value: string[]) => void;
    const value = cache.getOrSet('k', () => new Promise<string[]>((resolve) => (land = resolve)));
    await until(() => land !== undefined);
    const stream = collect(cache.getOrSetStream('k', () => words('never')));
    await settle();
    land(['a', 'b']);
    expect(await value).toEqual(['a', 'b']);
    expect(await stream).toEqual(['a', 'b']);
  });

  it('are made once for those who have waited for a batch that did not know the key', async () => {
    const { cache } = await make();
    const batch = deferred<Map<string, string[]>>();
    let asked = false;
    const values = cache.getOrSetMany<string[]>(['k'], () => {
      asked = true;
      return batch.promise;
    });
    await until(() => asked);
    let runs = 0;
    const source = (): AsyncIterable<string> => {
      runs++;
      return words('a');
    };
    const readers = [collect(cache.getOrSetStream('k', source)), collect(cache.getOrSetStream('k', source))];
    await settle();
    batch.resolve(new Map());
    await values;
    expect(await Promise.all(readers)).toEqual([['a'], ['a']]);
    expect(runs).toBe(1);
    expect(await cache.get('k')).toEqual(['a']);
  });

  it('leave alone what is no stream: they are read uncached, and an event says so', async () => {
    const { cache } = await make();
    await cache.set('k', 'a value');
    const errors: string[] = [];
    cache.on('error', ({ operation }) => errors.push(operation));
    expect(await collect(cache.getOrSetStream('k', () => words('a', 'b')))).toEqual(['a', 'b']);
    expect(await cache.get('k')).toBe('a value');
    expect(errors).toEqual(['stream']);
  });

  it('do not wait for themselves', async () => {
    const { cache } = await make();
    const nested = cache.getOrSetStream('k', async function* () {
      yield 'outer';
      yield* cache.getOrSetStream('k', () => words('inner'));
    });
    expect(await collect(nested)).toEqual(['outer', 'inner']);
  });

  it('take an observable as quickly as it comes', async () => {
    const { cache } = await make();
    const subject = new Subject<number>();
    const stream = cache.getOrSetStream('k', () => subject);
    const first = stream.next();
    await until(() => subject.observed);
    subject.next(1);
    subject.next(2);
    subject.complete();
    expect(await first).toEqual({ done: false, value: 1 });
    expect(await collect(stream)).toEqual([2]);
    expect(await cache.get('k')).toEqual([1, 2]);
  });

  it('of an observable that nobody can keep up with fail when too much of it waits', async () => {
    const { cache } = await make();
    const subject = new Subject<number>();
    const stream = cache.getOrSetStream('k', () => subject);
    const first = stream.next();
    await until(() => subject.observed);
    for (let nth = 0; nth < 70_000; nth++) subject.next(nth);
    expect(subject.observed).toBe(false);
    expect(await first).toEqual({ done: false, value: 0 });
    await expect(collect(stream)).rejects.toThrow('65536 items behind an observable');
    expect(await cache.has('k')).toBe(false);
  });

  it('unsubscribe from an observable that brings too much while it is subscribed to', async () => {
    const { cache } = await make();
    const rest = new Subject<number>();
    const stream = cache.getOrSetStream('k', () => concat(range(0, 70_000), rest));
    await expect(collect(stream)).rejects.toThrow('65536 items behind an observable');
    expect(rest.observed).toBe(false);
  });

  it('unsubscribe from an observable that nobody reads any more', async () => {
    const { cache } = await make();
    const subject = new Subject<number>();
    const stream = cache.getOrSetStream('k', () => subject);
    void stream.next();
    await until(() => subject.observed);
    await stream.return!();
    expect(subject.observed).toBe(false);
  });
});

describe('the stream of a caller', () => {
  const [memory] = stores;

  it('does nothing before the first item is asked for', async () => {
    const { cache } = await memory!.make();
    let runs = 0;
    const stream = cache.getOrSetStream('k', () => {
      runs++;
      return words('a');
    });
    await settle();
    expect(runs).toBe(0);
    await stream.return!();
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(runs).toBe(0);
  });

  it('answers in order whoever asks for several items at once', async () => {
    const { cache } = await memory!.make();
    const asked = (stream: AsyncIterator<string, undefined>): Promise<IteratorResult<string, undefined>[]> =>
      Promise.all([stream.next(), stream.next(), stream.next(), stream.next()]);
    const inOrder = [
      { done: false, value: 'a' },
      { done: false, value: 'b' },
      { done: true, value: undefined },
      { done: true, value: undefined },
    ];
    const source = (): AsyncIterable<string> => words('a', 'b');
    expect(await asked(cache.getOrSetStream('k', source))).toEqual(inOrder);
    expect(await asked(cache.getOrSetStream('k', source))).toEqual(inOrder);
  });

  it('tells the failure of its source to whichever question it answers', async () => {
    const { cache } = await memory!.make();
    const failure = new Error('the line is cut');
    const stream = cache.getOrSetStream('k', async function* () {
      yield 'a';
      throw failure;
    });
    expect(await Promise.allSettled([stream.next(), stream.next(), stream.next()])).toEqual([
      { status: 'fulfilled', value: { done: false, value: 'a' } },
      { status: 'rejected', reason: failure },
      { status: 'fulfilled', value: { done: true, value: undefined } },
    ]);
  });

  it('is refused at once for what can never be meant', async () => {
    const { cache } = await memory!.make();
    const source = (): AsyncIterable<string> => words('a');
    expect(() => cache.getOrSetStream('', source)).toThrow('key');
    expect(() => cache.getOrSetStream('k', source, -1)).toThrow('ttl');
  });

  it('is uncached in a cache that is switched off', async () => {
    const { cache } = await memory!.make({ enabled: false });
    let runs = 0;
    const read = (): Promise<string[]> =>
      collect(
        cache.getOrSetStream('k', () => {
          runs++;
          return words('a');
        }),
      );
    expect([await read(), await read(), runs]).toEqual([['a'], ['a'], 2]);
  });
});

describe('a value where a stream is asked for', () => {
  const [memory] = stores;

  it('is not renewed, however soon it goes stale: the source runs once', async () => {
    const { cache, clock } = await memory!.make({ refreshAhead: 1e9 });
    await cache.getOrSet('k', async () => {
      // What took no time is never renewed early.
      await clock.advance(5);
      return 'a value';
    });
    let runs = 0;
    const source = (): AsyncIterable<string> => {
      runs++;
      return words('a');
    };
    expect(await collect(cache.getOrSetStream('k', source))).toEqual(['a']);
    await settle();
    expect(runs).toBe(1);
    expect(await cache.get('k')).toBe('a value');
  });
});

describe('the source of a stream', () => {
  const [memory] = stores;

  it.each([
    ['that is recorded', false],
    ['that is read uncached', true],
  ])('runs in the context of the call that made it, whoever reads: one %s', async (_, isTaken) => {
    const { cache } = await memory!.make();
    if (isTaken) await cache.set('k', 'a value');
    const traces = new AsyncLocalStorage<string>();
    const stream = traces.run('caller', () =>
      cache.getOrSetStream('k', async function* () {
        yield `${traces.getStore()} 1`;
        yield `${traces.getStore()} 2`;
      }),
    );
    expect(await traces.run('reader', () => collect(stream))).toEqual(['caller 1', 'caller 2']);
  });
});

describe('stale streams', () => {
  const [memory] = stores;
  const filled = async (
    options: object,
  ): Promise<{ cache: CacheManager; clock: { advance(ms: number): Promise<void> } }> => {
    const rig = await memory!.make({ ttl: '1m', ...options });
    await collect(rig.cache.getOrSetStream('k', () => words('old')));
    await rig.clock.advance(60_000);
    return rig;
  };

  it('are served while a new one is recorded behind the caller', async () => {
    const { cache } = await filled({ staleWhileRevalidate: '1h' });
    expect(await collect(cache.getOrSetStream('k', () => words('new')))).toEqual(['old']);
    await settle();
    expect(await cache.get('k')).toEqual(['new']);
  });

  it('are served when the source fails before its first item', async () => {
    const { cache } = await filled({ staleIfError: '1h' });
    const failing = cache.getOrSetStream('k', () => throwError(() => new Error('429')));
    expect(await collect(failing)).toEqual(['old']);
    const cut = new Tap<string>().emit('half').fail(new Error('cut'));
    const stream = cache.getOrSetStream('k', () => cut);
    expect(await take(stream, 1)).toEqual(['half']);
    await expect(stream.next()).rejects.toThrow('cut');
  });

  it('are served when the first item keeps them waiting, and the recording goes on', async () => {
    const { cache, clock } = await filled({ staleIfError: '1h', softTimeout: '1s' });
    const tap = new Tap<string>();
    const stream = collect(cache.getOrSetStream('k', () => tap));
    await until(() => tap.asked === 1);
    await clock.advance(1_000);
    expect(await stream).toEqual(['old']);
    tap.emit('new').end();
    await settle();
    expect(await cache.get('k')).toEqual(['new']);
  });

  it('do not hide an item that comes in time', async () => {
    const { cache, clock } = await filled({ staleIfError: '1h', softTimeout: '1s' });
    const tap = new Tap<string>();
    const stream = collect(cache.getOrSetStream('k', () => tap));
    await until(() => tap.asked === 1);
    await clock.advance(999);
    tap.emit('new');
    await until(() => tap.asked === 2);
    await clock.advance(1_000);
    tap.emit('newer').end();
    expect(await stream).toEqual(['new', 'newer']);
  });
});

describe('a limit of time', () => {
  const [memory] = stores;

  it('is for the first item', async () => {
    const { cache, clock } = await memory!.make();
    const tap = new Tap<string>();
    const stream = cache.getOrSetStream('k', () => tap, { hardTimeout: '1s' });
    const first = stream.next();
    const rejected = expect(first).rejects.toThrow('took longer than 1000 ms');
    await until(() => tap.asked === 1);
    await clock.advance(1_000);
    await rejected;
    // Nobody else wants it.
    expect(tap.returned).toBe(1);
  });

  it('is for the first item of an uncached one, too', async () => {
    const { cache, clock } = await memory!.make();
    await cache.set('k', 'a value');
    const tap = new Tap<string>();
    const stream = cache.getOrSetStream('k', () => tap, { hardTimeout: '1s' });
    let failure: unknown;
    stream.next().catch((error: unknown) => (failure = error));
    await until(() => tap.asked === 1);
    await clock.advance(1_000);
    expect(String(failure)).toContain('took longer than 1000 ms');
    expect(tap.returned).toBe(1);
  });

  it('does not count for those that come after', async () => {
    const { cache, clock } = await memory!.make();
    const tap = new Tap<string>().emit('a');
    const stream = cache.getOrSetStream('k', () => tap, { hardTimeout: '1s' });
    expect(await take(stream, 1)).toEqual(['a']);
    await clock.advance(10_000);
    tap.emit('b').end();
    expect(await collect(stream)).toEqual(['b']);
  });
});
