import { describe, expect, it } from '@jest/globals';
import { shutDown } from '../../../lib/core/shutdown.js';
import type { FlakyBackend } from '../../../lib/testing/flaky.backend.js';
import { deferred } from '../../support/deferred.js';
import { isAway, watchedCaches } from './watched-caches.js';

const watchedCache = watchedCaches();
const TIMEOUT = 100;

/** The backend is as good as ever, but for keys that hold this text. */
function trouble(
  backend: FlakyBackend,
  operation: 'get' | 'set' | 'delete',
  text: string,
  answer: () => Promise<never>,
): { count: number } {
  const asked = { count: 0 };
  const isBad = (key: string): boolean => key.includes(text) && ++asked.count > 0;
  const get = backend.get.bind(backend);
  const set = backend.set.bind(backend);
  const remove = backend.delete.bind(backend);
  if (operation === 'get') backend.get = (key) => (isBad(key) ? answer() : get(key));
  if (operation === 'set') backend.set = (key, value, ttlMs) => (isBad(key) ? answer() : set(key, value, ttlMs));
  if (operation === 'delete') backend.delete = (key) => (isBad(key) ? answer() : remove(key));
  return asked;
}
const never = (): Promise<never> => deferred<never>().promise;

describe('one key', () => {
  it.each(['slow', 'room:OOM:7', 'LOADING'])(
    '“%s” whose read is never answered is asked for once, and everything else is read as ever',
    async (key) => {
      const { cache, clock, backend, said } = await watchedCache();
      await cache.set('good', 1);
      const asked = trouble(backend, 'get', `:v:{${key}`, never);
      const first = cache.get(key);
      await clock.advance(TIMEOUT);
      expect(await first).toBeUndefined();
      // What is not even asked is no failure of the backend, and its name is no word of the backend's.
      for (let turn = 0; turn < 20; turn++) expect(await cache.get(key)).toBeUndefined();
      expect(asked.count).toBe(1);
      expect(said).toEqual([]);
      expect(await cache.get('good')).toBe(1);
    },
  );

  it('that the backend refuses to remove takes its namespace along, and holds nobody up', async () => {
    const { cache, clock, backend, said } = await watchedCache();
    const refuse = (): Promise<never> => Promise.reject(new Error('CLIENT_ERROR bad key'));
    await cache.set('bad key', 'old');
    await cache.set('good', 1);
    trouble(backend, 'delete', 'bad', refuse);
    expect(await cache.delete('bad key')).toBe(false);
    expect(said).toEqual(['degraded: CLIENT_ERROR bad key']);
    await clock.advance(1_000);
    expect(said.at(-1)).toBe('recovered');
    expect(await cache.healthCheck()).toMatchObject({ status: 'up', pendingInvalidations: 0 });
    expect([await cache.get('bad key'), await cache.get('good')]).toEqual([undefined, undefined]);
    expect(await cache.set('good', 2)).toBe(true);
    expect(await cache.get('good')).toBe(2);
  });

  /*
   *     set(k) is sent, never answered     (its deletion waits for its turn behind it, each time it is replayed)
   *     replay: delete(k) -> no answer     replay: delete(k) -> no answer     ...
   */
  it('whose write is never answered does not keep the cache away for ever', async () => {
    const { cache, clock, backend, said } = await watchedCache();
    trouble(backend, 'set', ':v:{stuck', never);
    const put = cache.set('stuck', 1);
    await clock.advance(TIMEOUT);
    expect(await put).toBe(false);
    const removed = cache.delete('stuck');
    await clock.advance(TIMEOUT);
    expect(await removed).toBe(false);
    expect(isAway(cache)).toBe(true);
    await clock.advance(5_000);
    expect(said.at(-1)).toBe('recovered');
    expect(isAway(cache)).toBe(false);
    expect(await cache.healthCheck()).toMatchObject({ status: 'up', pendingInvalidations: 0 });
    expect(await cache.set('other', 1)).toBe(true);
  });
});

it('an expiry that took too long, and was answered with false, is not read fresh afterwards', async () => {
  const { cache, clock, backend } = await watchedCache({}, ['patch']);
  await cache.set('k', 'old', { ttl: '1h', staleWhileRevalidate: '1h' });
  // Each command by itself is in time; the expiry takes several of them.
  backend.delay('all', 60);
  let answer: boolean | undefined;
  void cache.expire('k').then((expired) => (answer = expired));
  await clock.advance(TIMEOUT);
  expect(answer).toBe(false);
  expect(isAway(cache)).toBe(true);
  const read = cache.get('k');
  await clock.advance(TIMEOUT);
  expect(await read).toBeUndefined();
  await clock.advance(5_000);
  expect(isAway(cache)).toBe(false);
  const readAgain = cache.get('k');
  await clock.advance(TIMEOUT);
  expect(await readAgain).toBeUndefined();
});

it('a shutdown while a probe is on its way asks nothing more, and leaves no timer', async () => {
  const { cache, clock, backend } = await watchedCache();
  backend.fail('all', new Error('gone'));
  await cache.delete('k');
  backend.heal();
  const probes = backend.hang('ping');
  await clock.advance(70);
  expect(probes.pending).toBe(1);
  const asked = backend.calls.length;
  await shutDown(cache.cache.parts);
  // No longer than what was on its way may take.
  await clock.advance(TIMEOUT);
  expect(clock.pendingTimers).toBe(0);
  await probes.release();
  await clock.advance(10_000);
  expect(backend.calls.slice(asked).map(({ operation }) => operation)).toEqual(['close']);
});
