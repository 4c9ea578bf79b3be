import { describe, expect, it } from '@jest/globals';
import type { GetOrSetOptions } from '../../../lib/core/call-options.js';
import { NO_HIT } from '../../../lib/core/cache.js';
import { CacheTimeoutError } from '../../../lib/support/errors.js';
import { deferred, settle } from '../../support/deferred.js';
import { fleets, type Instance } from '../../support/fleet-caches.js';
import { PLACES, Row, standing } from './scene.js';

const fleet = fleets();
const TIMEOUT = 10_000;
const WAIT = 500;
const NAP = 80;
const gone = new Error('gone');

/** A call for `k` that its caller may leave. */
function leavable<T>(
  { cache: { cache, scope } }: Instance,
  loader: (context: { signal: AbortSignal }) => T | Promise<T>,
  options?: GetOrSetOptions,
): { leave(): void; answer: Promise<T> } {
  const leaving = new AbortController();
  const resolved = cache.parts.resolver.resolve(options);
  const answer = cache.read(scope, 'k', loader, resolved, NO_HIT, leaving.signal);
  answer.catch(() => {});
  return { leave: () => leaving.abort(gone), answer };
}

describe.each(PLACES)('who leaves one of several processes, $backend by $mode', ({ mode, backend }) => {
  async function open() {
    const { join, clock, server } = fleet(mode);
    const [a, b] = [await join({ backend }), await join({ backend, lease: { waitTimeout: WAIT } })];
    return { a, b, clock, server, row: new Row(), gate: deferred<void>() };
  }

  it('as the last one of his process, gives the lease back: the next process loads at once', async () => {
    const { a, b, server, row } = await open();
    const one = leavable(a, ({ signal }) => {
      row.read();
      return new Promise<string>((_, reject) => signal.addEventListener('abort', () => reject(gone)));
    });
    await settle();
    const two = leavable(b, row.read);
    await settle();
    expect(row.reads).toBe(1);
    one.leave();
    await expect(one.answer).rejects.toBe(gone);
    await settle();
    expect(await two.answer).toBe('old');
    expect(row.reads).toBe(2);
    expect(await a.cache.get('k')).toBe('old');
    expect(standing(server, 'l')).toEqual([]);
  });

  it('while another still waits there: the load goes on for both processes', async () => {
    const { a, b, row, gate } = await open();
    const one = leavable(a, row.slowly(gate));
    await settle();
    const calls = [a.cache.getOrSet('k', row.read), b.cache.getOrSet('k', row.read)];
    await settle();
    one.leave();
    await expect(one.answer).rejects.toBe(gone);
    gate.resolve();
    expect(await Promise.all(calls)).toEqual(['old', 'old']);
    expect(row.reads).toBe(1);
  });

  it('before the lease is granted: it is given back, and nothing is loaded by a loader that looks at its signal', async () => {
    const { a, b, server, row } = await open();
    const granted = a.client.hold('answers', (command) => command === 'lease');
    const one = leavable(a, ({ signal }) => {
      signal.throwIfAborted();
      return row.read();
    });
    await settle();
    one.leave();
    await expect(one.answer).rejects.toBe(gone);
    await granted.release();
    expect(row.reads).toBe(0);
    expect(standing(server, 'l')).toEqual([]);
    expect(await b.cache.getOrSet('k', row.read)).toBe('old');
  });

  it.each(['a call', 'a batch'])(
    'and who is to load for himself in the end has left: nobody loads for him (%s)',
    async (kind) => {
      const { a, b, clock, row, gate } = await open();
      const stale = { ttl: 1_000, staleIfError: 300 } as const;
      await a.cache.set('k', 'stale', stale);
      await clock.advance(1_000);
      // A loads, slowly
      //               B: two wait for that, beside something stale; one leaves
      //               B: what is stale expires, A takes too long
      const first = a.cache.getOrSet('k', row.slowly(gate), stale);
      await settle();
      const [own, left] = [new Row(), new Row()];
      const stays = b.cache.getOrSet('k', own.read, stale);
      if (kind === 'a call') {
        const two = leavable(b, left.read, stale);
        await settle();
        two.leave();
        await expect(two.answer).rejects.toBe(gone);
      } else {
        const two = b.cache.getOrSetMany(['k'], (keys) => Promise.resolve(keys.map(left.read)), {
          ...stale,
          hardTimeout: 100,
        });
        two.catch(() => {});
        await clock.advance(100);
        await expect(two).rejects.toBeInstanceOf(CacheTimeoutError);
      }
      await clock.advance(WAIT + NAP);
      expect(await stays).toBe('old');
      expect([own.reads, left.reads]).toEqual([1, 0]);
      gate.resolve();
      await first;
    },
  );

  it.each(['a call', 'a batch'])(
    'and is looking whether he may join a load that may be deaf: nothing is loaded for him (%s)',
    async (kind) => {
      const { a, clock, row, gate } = await open();
      // A asks for the lease: no answer within the limit; loads without
      // the answer comes, and the lease is given back
      // A is called again: looks first, and its caller leaves
      const answer = a.client.hold('answers', (command) => command === 'lease');
      const one = a.cache.getOrSet('k', row.slowly(gate));
      await clock.advance(TIMEOUT);
      expect(row.reads).toBe(1);
      await answer.release();
      const looked = a.client.hold('answers');
      const late = new Row();
      if (kind === 'a call') {
        const two = leavable(a, late.read);
        await settle();
        two.leave();
        await expect(two.answer).rejects.toBe(gone);
      } else {
        const two = a.cache.getOrSetMany(['k'], (keys) => Promise.resolve(keys.map(late.read)), { hardTimeout: 100 });
        two.catch(() => {});
        await clock.advance(100);
        await expect(two).rejects.toBeInstanceOf(CacheTimeoutError);
      }
      await looked.release();
      await settle();
      expect(late.reads).toBe(0);
      gate.resolve();
      expect(await one).toBe('old');
    },
  );
});
