import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';
import { twoTierRoom } from '../../kit/two-tier-room.mjs';
import { TTL_MS } from '../../kit/values.mjs';

/** With its bus. @param {string} _row @param {{ port: number }} params */
export async function open(_row, { port }) {
  const connection = { host: '127.0.0.1', port };
  const store = bentostore()
    .useL1Layer(memoryDriver({ maxItems: 10_000 }))
    .useL2Layer(redisDriver({ connection }))
    .useBus(redisBusDriver({ connection }));
  const cache = new BentoCache({ default: 'tiers', ttl: TTL_MS, stores: { tiers: store } });
  return twoTierRoom({
    hands: 'a copy',
    get: (key) => cache.get({ key }),
    set: (key, value) => cache.set({ key, value }),
    close: () => cache.disconnectAll(),
  });
}
