import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { Subject } from 'rxjs';
import type { CacheModuleOptions } from '../../../lib/contracts/options.js';
import { deferred, settle, until } from '../../support/deferred.js';
import { everyStore, slowStores } from '../../support/every-store.js';
import { collect, Tap, take } from '../../support/tap.js';

const { stores, makeCache } = everyStore();
const END = { done: true, value: undefined };

async function* words(...all: string[]): AsyncGenerator<string> {
  yield* all;
}

describe.each(stores)('who leaves before the first item over $name', ({ make }) => {
  it.each<[string, CacheModuleOptions]>([
    ['when that has a limit of time', { hardTimeout: '1h' }],
    ['when it waits beside something stale', { staleIfError: '1h' }],
    ['when it is uncached', { enabled: false }],
  ])('is answered at once, and the source is told: %s', async (_, options) => {
    const { cache, clock } = await make({ ttl: '1m', ...options });
    await collect(cache.getOrSetStream('k', () => words('old')));
    await clock.advance(60_000);
    const subject = new Subject<string>();
    const stream = cache.getOrSetStream('k', () => subject);
    const next = stream.next();
    await until(() => subject.observed);
    await stream.return!();
    expect(await next).toEqual(END);
    await settle();
    expect(subject.observed).toBe(false);
    expect(cache.cache.parts.flights.running.size).toBe(0);
  });

  it.each<[string, CacheModuleOptions]>([
    ['shared', {}],
    ['uncached', { enabled: false }],
  ])('aborts the signal of a loader that has not opened it yet: %s', async (_, options) => {
    const { cache } = await make(options);
    let signal: AbortSignal | undefined;
    const stream = cache.getOrSetStream('k', (context) => {
      signal = context.signal;
      return new Promise<never>(() => {});
    });
    const next = stream.next();
    await until(() => signal !== undefined);
    await stream.return!();
    expect(await next).toEqual(END);
    expect(signal!.aborted).toBe(true);
    // The loader takes no notice. Nobody waits for it any more, here or in another process.
    await settle();
    expect(cache.cache.parts.flights.running.size).toBe(0);
  });
});

describe('who comes when the last one has just left', () => {
  const [memory] = stores;
  const [slow] = slowStores(makeCache);

  it('reads a stream of its own: the other gave up while the look-up was under way', async () => {
    const { cache, clock, backend } = await slow!.make({ commandTimeout: '10s' });
    const held = backend.hang('get', 1);
    const first = cache.getOrSetStream('k', () => words('old'), { hardTimeout: '1s' });
    const rejected = expect(first.next()).rejects.toThrow('took longer than 1000 ms');
    await clock.advance(1_000);
    await rejected;
    const second = collect(cache.getOrSetStream('k', () => words('new')));
    await settle();
    await held.release();
    expect(await second).toEqual(['new']);
  });

  it('reads a stream of its own: the other, who wanted the value, gave up while it was read for it', async () => {
    const { cache, clock } = await memory!.make();
    const tap = new Tap<string>().emit('old');
    const reader = cache.getOrSetStream('k', () => tap);
    await take(reader, 1);
    const value = cache.getOrSet('k', () => ['never'], { hardTimeout: '1s' });
    // In the same turn as the source is cancelled.
    const next = value.catch(() => collect(cache.getOrSetStream('k', () => words('new'))));
    await settle();
    await reader.return!();
    expect(tap.returned).toBe(0);
    await clock.advance(1_000);
    expect(await next).toEqual(['new']);
    expect(tap.returned).toBe(1);
  });
});

describe('the last reader of a stream that is too long to be stored', () => {
  const [memory] = stores;

  it('ends it, also where it had been begun as a refresh', async () => {
    const options = { ttl: '1m', staleIfError: '1h', softTimeout: '1s', streams: { maxBytes: 1_000 } } as const;
    const { cache, clock } = await memory!.make(options);
    await collect(cache.getOrSetStream('k', () => words('old')));
    await clock.advance(60_000);
    const tap = new Tap<string>();
    const impatient = collect(cache.getOrSetStream('k', () => tap));
    await until(() => tap.asked === 1);
    await clock.advance(1_000);
    expect(await impatient).toEqual(['old']);
    const patient = cache.getOrSetStream<string>('k', () => words('never'), { softTimeout: Infinity });
    tap.emit('x'.repeat(1_000));
    await take(patient, 1);
    expect(tap.returned).toBe(0);
    await patient.return!();
    expect(tap.returned).toBe(1);
  });
});

describe('a Readable of Node that nobody reads any more', () => {
  const [memory] = stores;
  const silent = (): Readable =>
    new Readable({
      read: () => {},
      destroy: (_, done) => done(new Error('the line was cut while it was closed')),
    });

  it('is destroyed while it waits for data', async () => {
    const { cache } = await memory!.make();
    const readable = silent();
    const stream = cache.getOrSetStream('k', () => readable);
    void stream.next();
    await settle();
    await stream.return!();
    expect(readable.destroyed).toBe(true);
    await settle();
  });

  it('is destroyed when it was there too late to be begun', async () => {
    const { cache } = await memory!.make();
    const [readable, opened] = [silent(), deferred<Readable>()];
    const stream = cache.getOrSetStream('k', () => opened.promise);
    void stream.next();
    await settle();
    await stream.return!();
    opened.resolve(readable);
    await settle();
    expect(readable.destroyed).toBe(true);
  });
});
