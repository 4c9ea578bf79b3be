import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';
import { TTL_MS } from '../../kit/values.mjs';

/** Two tiers and its bus. @type {import('../../kit/fleet-member.mjs').Open} */
export async function open({ port, load }) {
  const connection = { host: '127.0.0.1', port };
  const store = bentostore()
    .useL1Layer(memoryDriver({}))
    .useL2Layer(redisDriver({ connection }))
    .useBus(redisBusDriver({ connection }));
  const cache = new BentoCache({ default: 'tiered', ttl: TTL_MS, stores: { tiered: store } });
  return {
    find: (key) => cache.getOrSet({ key, factory: () => load(key) }),
    change: (key, value) => cache.set({ key, value }),
    look: (key) => cache.get({ key }),
  };
}
