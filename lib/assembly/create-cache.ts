import { nullFeed } from '../contracts/change-feed.js';
import { nullLeases } from '../contracts/lease.js';
import type { ResolvedOptions } from '../config/resolved-options.js';
import { Cache } from '../core/cache.js';
import { CacheManager } from '../core/cache-manager.js';
import { OptionsResolver } from '../core/call-options.js';
import { EventStream } from '../core/event-stream.js';
import { Fence } from '../core/fence.js';
import { ForeignChanges } from '../core/foreign-changes.js';
import { GatheredLooks } from '../core/gathered-looks.js';
import { Filler } from '../core/filler.js';
import { Scopes, type CacheScope } from '../core/scopes.js';
import { SingleFlight } from '../core/single-flight.js';
import { TenantRule } from '../core/tenant-rule.js';
import { WakeUp } from '../core/wake-up.js';
import { DISCREET, OPEN } from '../support/discretion.js';
import { createIsolation } from '../support/isolation.js';
import { createStore } from './create-store.js';

/**
 * One cache from its resolved options. `open` makes its store.
 * @throws CacheDependencyError when an optional package is missing.
 */
export async function createCache(options: ResolvedOptions, open = createStore): Promise<CacheManager> {
  const { clock, random, name, enabled, commandTimeout, operations, http, keyGenerator } = options;
  const events = new EventStream(name);
  const scopes = new Scopes(options.namespace);
  const isolation = createIsolation(options.memory.isolation, options.classInstances);
  const store = await open(options, isolation, {
    onEvicted: (scope, key) => events.evicted(scope as CacheScope, key),
    // Of a tenant, or a nested namespace, it is counted only: its scope is not known from its path.
    onSharedEvicted: (path, key) => {
      if (path === scopes.root.path) events.evicted(scopes.root, key);
      else scopes.root.counters.evictions++;
    },
    onError: (operation, error, key) => events.error(scopes.root, operation, error, key),
    onDegraded: (error) => events.degraded(scopes.root, error),
    onRecovered: () => events.recovered(scopes.root),
  });
  const wakeUp = new WakeUp(clock);
  // The store tells other processes of what this one takes away, never this one.
  const fence = new Fence((id) => (id === undefined ? wakeUp.ringAll() : wakeUp.ring(id)));
  const feed = store.feed ?? nullFeed;
  const changes = new ForeignChanges(fence, wakeUp);
  feed.subscribe((change) => changes.apply(change));
  const resolver = new OptionsResolver({ ttl: options.ttl, ...options.freshness }, random);
  const cache = new Cache({
    name,
    enabled,
    store,
    looks: new GatheredLooks(store),
    isolation,
    clock,
    recent: clock.recent ? clock.recent.bind(clock) : clock.now.bind(clock),
    random,
    events,
    scopes,
    resolver,
    commandTimeout,
    operations,
    http,
    keyGenerator,
    discretion: options.logKeys === 'digest' ? DISCREET : OPEN,
    fence,
    flights: new SingleFlight(fence),
    leases: store.leases ?? nullLeases,
    streams: options.streams,
    feed,
    wakeUp,
    filler: new Filler(store, isolation, clock, events, resolver),
  });
  // A cache that is switched off shares nothing, so it asks nobody whose the call is.
  const tenants = enabled && options.tenant ? new TenantRule(scopes, options.tenant) : undefined;
  return new CacheManager(cache, scopes.root, tenants);
}
