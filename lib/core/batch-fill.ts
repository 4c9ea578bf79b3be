import type { Lookup, Stamp, StoreItem } from '../contracts/entry-store.js';
import type { Lease } from '../contracts/lease.js';
import { RuledItem } from './batches/loaded-item.js';
import type { Budget } from './budget.js';
import type { CallOptions } from './call-options.js';
import type { CacheParts } from './parts.js';
import type { CacheScope } from './scopes.js';
import { servesAside } from './serves-aside.js';
import type { Landed } from './landed.js';
import type { Flight } from './single-flight.js';

/** A flight whose turn it is; without a lease its value is not stored. */
export interface BatchItem {
  readonly flight: Flight;
  readonly lease: Lease | undefined;
  readonly lookup: Lookup | undefined;
}

/** What one run of a batch loader brought. */
export interface LoadedBatch {
  readonly items: readonly BatchItem[];
  readonly loaded: ReadonlyMap<string, unknown>;
  /** Milliseconds. */
  readonly duration: number;
}

/** How a flight of the batch comes down. */
export interface BatchLanding {
  readonly flight: Flight;
  readonly landed: Landed;
  /** Whether it was stored. */
  readonly done: boolean;
}

const NO_LOADED = { ttl: undefined, invalidTtl: undefined, tags: [], skipped: false } as const;

/** Stores what a batch loader brought, in one step; it has brought all of the items. Never rejects: what cannot be stored is an event. */
export async function fillAll(
  { store, events, filler }: CacheParts,
  scope: CacheScope,
  { items: batch, loaded, duration }: LoadedBatch,
  options: CallOptions,
  stamp: Stamp | undefined,
  budget: Budget,
): Promise<BatchLanding[]> {
  const items: StoreItem[] = [];
  const inTime = !budget.exhausted || servesAside(store);
  const landings = batch.map(({ flight, lease }) => {
    const { ticket } = flight;
    const at = { ...ticket.address, scope };
    const item = loaded.get(at.key);
    const value = item instanceof RuledItem ? (item.value as unknown) : item;
    const rules = item instanceof RuledItem ? item.rules : NO_LOADED;
    const { invalidTtl, skipped } = rules;
    const whole = { value, duration, ttl: rules.ttl, invalidTtl, skipped, tags: NO_LOADED.tags };
    const ttl = filler.wants(at, whole, options);
    // What is not stored is nobody's to join any more, so that the number of those who have joined is final.
    if (ttl === 0) ticket.seal();
    const kept = ttl > 0 || flight.joined > 0 ? filler.keep(at, value, ttl > 0) : undefined;
    const landed = { value, kept, tags: NO_LOADED.tags };
    const mayStore = ttl > 0 && stamp !== undefined && lease !== undefined && inTime;
    if (kept === undefined || !mayStore || !ticket.admits(options.tags)) return { flight, landed, item: undefined };
    const draft = filler.draft(kept, ttl, options, options.tags, duration);
    const stored = { address: at, draft, stamp, lease };
    items.push(stored);
    return { flight, landed, item: stored };
  });
  const stored = new Map<StoreItem, true | 'aside'>();
  try {
    const done = items.length > 0 ? await budget.spend(`Storing in ${store.name}`, () => store.setMany(items)) : [];
    items.forEach((item, index) => done[index] && stored.set(item, done[index]));
  } catch (error) {
    events.error(scope, 'set', error);
  }
  return landings.map(({ flight, landed, item }) => {
    const kept = item && stored.get(item);
    const done = kept !== undefined;
    const { key } = flight.ticket.address;
    if (kept) events.set(scope, key, kept);
    events.load(scope, { key, duration, stored: done, background: flight.background });
    return { flight, landed, done };
  });
}
