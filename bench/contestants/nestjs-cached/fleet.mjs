import assert from 'node:assert/strict';
import { now, sleep } from '../../fleet/kit/clock.mjs';
import { openApp } from './open-cache.mjs';

const READY_TIMEOUT_MS = 20_000;

/** Nothing is said to the module but where Redis is, and what a row asks for. @type {import('../../kit/fleet-member.mjs').Open} */
export async function open({ port, load, commandTimeout, coherence }) {
  const redis = {
    url: `redis://127.0.0.1:${port}`,
    ...(commandTimeout && { commandTimeout }),
    ...(coherence && { coherence }),
  };
  // Two ways of coherence on one server are two fleets.
  const { cache } = await openApp({ redis, ...(coherence && { namespace: coherence }) });
  await untilInUse(cache);
  return {
    find: (key) => cache.getOrSet(key, () => load(key)),
    change: (key, value) => cache.set(key, value),
    look: (key) => cache.peek(key),
  };
}

/** L1 is used as soon as this process hears of what others change. @param {import('nestjs-cached').CacheManager} cache */
async function untilInUse(cache) {
  const key = `ready:${process.pid}`;
  const deadline = now() + READY_TIMEOUT_MS;
  while (!(await cache.set(key, 'yes')) || cache.peek(key) !== 'yes') {
    assert(now() < deadline, 'The cache is not in use.');
    await sleep(20);
  }
}
