import { twoTierRoom } from '../../kit/two-tier-room.mjs';
import { openApp } from './open-cache.mjs';

const HANDS = /** @type {const} */ ({ share: 'its own object', freeze: 'a frozen object', clone: 'a copy' });

/** @param {string} _row @param {{ isolation: 'share' | 'freeze' | 'clone', port: number }} params */
export async function open(_row, { isolation, port }) {
  const { app, cache } = await openApp({
    backend: 'tiered',
    ttl: '1h',
    memory: { isolation },
    // A busy machine may stall any process for longer than the default, and this row is about no outage.
    redis: { port, commandTimeout: '3s' },
  });
  return twoTierRoom({
    hands: HANDS[isolation],
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
    close: () => app.close(),
  });
}
