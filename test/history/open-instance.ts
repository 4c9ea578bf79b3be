import { Redis } from 'ioredis';
import { createCache } from '../../lib/assembly/create-cache.js';
import { createSharedStore } from '../../lib/assembly/create-shared-store.js';
import { openDiskRoom } from '../../lib/assembly/open-disk-room.js';
import { openRedisRoom } from '../../lib/backends/redis/open-redis.js';
import { FAIL_FAST } from '../../lib/backends/redis/redis-client.js';
import { resolveOptions } from '../../lib/config/resolved-options.js';
import { validateOptions } from '../../lib/config/validate-options.js';
import type { Clock } from '../../lib/contracts/clock.js';
import type { InvalidationBus } from '../../lib/contracts/invalidation-bus.js';
import type { CacheManager } from '../../lib/core/cache-manager.js';
import { systemClock } from '../../lib/support/clock.js';
import { escapeSegment } from '../../lib/support/wire-key.js';
import {
  OUTAGE_FAULTS,
  forgetSecondReads,
  withoutEpoch,
  withoutFence,
  withoutLease,
  withoutMarkers,
} from './faults.js';
import type { Orders, OutageFault } from './orders.js';

export interface Instance {
  readonly cache: CacheManager;
  readonly bus: InvalidationBus;
  /** The connection that was handed in, if one was. */
  readonly lent: Redis | undefined;
}

/** A cache as the module makes it, but that what tells it of other processes can be asked, and that faults can be planted. */
export async function openInstance(orders: Orders): Promise<Instance> {
  if (orders.disk) return openOnDisk(orders, orders.disk);
  const { url, namespace, mode, lent, connections, fault, commandTimeout } = orders;
  const redis = { url, coherence: mode, ...(commandTimeout === undefined ? {} : { commandTimeout }) };
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + orders.clockOffset };
  if (systemClock.recent) clock.recent = () => systemClock.recent!() + orders.clockOffset;
  const lease = orders.leaseTtl === undefined ? {} : { lease: { ttl: orders.leaseTtl } };
  const resolved = resolveOptions(validateOptions({ redis, namespace, clock, backend: 'tiered', ...lease }));
  const handedIn = lent || fault === 'no second read';
  const client = handedIn ? new Redis(url, { ...FAIL_FAST, protocol: 2 }) : undefined;
  client?.on('error', () => {});
  if (client && fault === 'no second read') forgetSecondReads(client);
  let bus: InvalidationBus | undefined;
  const cache = await createCache(resolved, async (options, isolation, listener) => {
    const sound = await openRedisRoom({
      connection: client ? { client } : { url, connectTimeout: 2_000 },
      connections,
      coherence: mode,
      rootPath: escapeSegment(namespace),
      clock: options.clock,
      random: options.random,
      onError: (operation, error) => listener.onError(operation, error),
    });
    const room = fault === 'no fence' ? withoutFence(sound) : fault === 'no lease' ? withoutLease(sound) : sound;
    bus = room.bus;
    const store = await createSharedStore(room, options, isolation, listener);
    if (fault === 'no markers') return withoutMarkers(store);
    if (fault === 'no epoch') return withoutEpoch(store);
    const plant = OUTAGE_FAULTS[fault as OutageFault];
    return plant ? plant(store) : store;
  });
  return { cache, bus: bus!, lent: client };
}

/** The same in a directory. */
async function openOnDisk(orders: Orders, { backend, directory }: NonNullable<Orders['disk']>): Promise<Instance> {
  const { commandTimeout, fault, namespace } = orders;
  const timeout = commandTimeout === undefined ? {} : { commandTimeout };
  const resolved = resolveOptions(validateOptions({ namespace, backend, disk: { directory }, ...timeout }));
  let bus: InvalidationBus | undefined;
  const cache = await createCache(resolved, async (options, isolation, listener) => {
    const sound = await openDiskRoom({ ...options, disk: options.disk! }, listener);
    const room = fault === 'no fence' ? withoutFence(sound) : fault === 'no lease' ? withoutLease(sound) : sound;
    bus = room.bus;
    const store = await createSharedStore(room, options, isolation, listener);
    return fault === 'no epoch' ? withoutEpoch(store) : store;
  });
  return { cache, bus: bus!, lent: undefined };
}
