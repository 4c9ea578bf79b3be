import { describe, expect, it } from '@jest/globals';
import { Subject } from 'rxjs';
import type { CacheModuleOptions } from '../../../lib/contracts/options.js';
import { settle, until } from '../../support/deferred.js';
import { everyStore } from '../../support/every-store.js';
import { collect } from '../../support/tap.js';

const { stores } = everyStore();
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
  });
});
