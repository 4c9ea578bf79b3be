import { describe, expect, it } from '@jest/globals';
import type { CacheManager } from '../../../lib/core/cache-manager.js';
import type { PutPlan } from '../../../lib/core/writes.js';
import type { FakeClock } from '../../../lib/testing/fake-clock.js';
import { settle } from '../../support/deferred.js';
import { fleets, type Fleet } from '../../support/fleet-caches.js';
import type { Hold } from '../../support/fleet-line.js';
import type { FleetClient } from '../../support/fleet-server.js';

const fleet = fleets();
const TIMEOUT = 100;
const OPTIONS = { redis: { commandTimeout: TIMEOUT } };

type Call = readonly [name: string, (cache: CacheManager) => Promise<unknown>];

/** What `@CachePut` does, with a key that the arguments tell, or the result only. */
const put = (cache: CacheManager, key: string | undefined): Promise<unknown> => {
  const { resolver, scopes } = cache.cache.parts;
  const options = resolver.resolve({ ttl: 1_000 });
  const plan: PutPlan<number> = { key, tags: [], keyOf: () => 'k', optionsOf: () => options };
  return cache.cache.writes.putAfter(scopes.root, async () => 1, plan);
};
const CALLS: readonly Call[] = [
  ['get', (cache) => cache.get('k')],
  ['getMany', (cache) => cache.getMany(['k', 'l'])],
  ['getOrSet', (cache) => cache.getOrSet('k', async () => 1)],
  ['getOrSetMany', (cache) => cache.getOrSetMany(['k', 'l'], async (missing) => missing.map(() => 1))],
  ['set', (cache) => cache.set('k', 1)],
  ['set with ttl 0', (cache) => cache.set('k', 1, { ttl: 0 })],
  ['setMany', (cache) => cache.setMany([['k', 1]])],
  ['setMany with ttl 0', (cache) => cache.setMany([['k', 1]], { ttl: 0 })],
  ['delete', (cache) => cache.delete('k')],
  ['deleteMany', (cache) => cache.deleteMany(['k', 'l'])],
  ['expire', (cache) => cache.expire('k')],
  ['invalidateTags', (cache) => cache.invalidateTags('t')],
  ['clear', (cache) => cache.clear()],
  ['healthCheck', (cache) => cache.healthCheck()],
  ['explain', (cache) => cache.explain('k')],
  ['@CachePut', (cache) => put(cache, 'k')],
  ['@CachePut with a key of the result', (cache) => put(cache, undefined)],
];
/** It may take two limits while the cache opens: a sweep is no command or two. */
const SWEEP: Call = ['invalidate', (cache) => cache.invalidate('*')];

/** It takes everything in, and answers nothing any more. */
function freeze(client: FleetClient): void {
  client.hold('requests');
  client.link.identify = () => new Promise(() => {});
}

/** How many milliseconds the call takes, to within a step. */
async function timed(clock: FakeClock, work: Promise<unknown>, step = 5): Promise<number> {
  const begun = clock.now();
  const call = { isOver: false };
  const end = (): void => void (call.isOver = true);
  work.then(end, end);
  await settle();
  while (!call.isOver && clock.now() - begun < 10 * TIMEOUT) await clock.advance(step);
  return clock.now() - begun;
}

/** A process whose connection is there, and whose first question is sent and not answered yet. */
async function opening({
  server,
  joinWatching,
}: Fleet): Promise<{ cache: CacheManager; client: FleetClient; answers: Hold }> {
  const connect = server.connect.bind(server);
  let answers: Hold | undefined;
  server.connect = (mode) => {
    const client = connect(mode);
    answers = client.hold('answers');
    return client;
  };
  const { cache, client } = await joinWatching(OPTIONS);
  return { cache, client, answers: answers! };
}

describe('one time limit a call', () => {
  it.each([...CALLS, SWEEP])('on a server that freezes: %s', async (_, call) => {
    const { clock, joinWatching } = fleet('tracking');
    const { cache, client } = await joinWatching(OPTIONS);
    await settle();
    expect(await cache.set('k', 0)).toBe(true);
    freeze(client);
    expect(await timed(clock, call(cache))).toBeLessThanOrEqual(TIMEOUT + 5);
  });

  // Waiting for the first answer is a part of it.
  it.each(CALLS)('on one that answers its greeting after 90 ms, and then freezes: %s', async (_, call) => {
    const stage = fleet('tracking');
    const { clock } = stage;
    const { cache, client, answers } = await opening(stage);
    const begun = clock.now();
    const work = call(cache);
    await clock.advance(90);
    freeze(client);
    await answers.release();
    expect(cache.cache.parts.store.condition?.awaySince).toBeUndefined();
    await timed(clock, work);
    expect(clock.now() - begun).toBeLessThanOrEqual(TIMEOUT + 5);
  });
});
