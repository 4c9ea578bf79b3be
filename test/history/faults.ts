import type { SharedRoom } from '../../lib/assembly/shared-room.js';
import type { EntryStore } from '../../lib/contracts/entry-store.js';
import type { RedisClientLike } from '../../lib/contracts/options.js';
import type { OutageFault } from './orders.js';

type Fleet = NonNullable<SharedRoom['fleet']>;

/** Fills are stored whatever has become of their lease. Everything else is as it should be. */
export function withoutFence<R extends SharedRoom>(room: R): R {
  const { backend, fleet } = room;
  const store: Fleet['store'] = async (item) => {
    if (item.token === undefined) return fleet!.store(item);
    await backend.set(item.value, item.bytes, item.ttlMs);
    await backend.exists(item.value);
    await fleet!.release(item, item.token);
    return true;
  };
  return { ...room, fleet: replaced(fleet!, { store }) };
}

/** Whoever asks for a lease gets it, also while somebody else has it. */
export function withoutLease<R extends SharedRoom>(room: R): R {
  const { fleet } = room;
  const lease: Fleet['lease'] = async (requests, ttlMs) => {
    await Promise.all(requests.map((request) => fleet!.seize(request, request.token, ttlMs)));
    return requests.map(() => 'granted');
  };
  return { ...room, fleet: replaced(fleet!, { lease }) };
}

/**
 * The scripts lose the line that reads again what they have written; and what they tell, which would make up for it: what
 * the server says and what processes say is heard both.
 */
export function forgetSecondReads(client: RedisClientLike): void {
  const send = client.callBuffer.bind(client);
  client.callBuffer = async (command, ...args) => {
    const [text, ...rest] = args;
    // The server may know the whole script from somebody else.
    if (command === 'EVALSHA') throw new Error('NOSCRIPT');
    if (command !== 'EVAL' || typeof text !== 'string') return send(command, ...args);
    const silent = text.replaceAll(/^\s*redis\.p?call\('(?:EXISTS', KEYS\[\d\]|PUBLISH', .*)\)$/gm, '');
    return send(command, silent, ...rest);
  };
}

/** What other processes change reaches what is kept, but not the loads that are under way. */
export function withoutEpoch(store: EntryStore): EntryStore {
  const { feed } = store;
  const deaf = {
    get connected() {
      return feed!.connected;
    },
    subscribe: () => () => {},
  };
  return replaced(store, { feed: deaf });
}

/** What was read while another process changed it is kept all the same. */
export function withoutMarkers(store: EntryStore): EntryStore {
  const { primary } = store as unknown as { primary: { markers: { fell(): void; fellAll(): void } } };
  const { markers } = primary;
  markers.fell = () => {};
  markers.fellAll = () => {};
  return store;
}

/**
 * Faults of what stands between the cache and a server that goes away. Each takes the store that the cache is made of, and
 * returns it with that one thing broken. What is not here yet has nothing to be planted in, and its test waits.
 *
 * - `no journal`: what is queued is dropped, and nothing else: the breaker, the fallback and the answers are as they were.
 * - `no grace`: on its return a process serves at once whatever the server has.
 * - `trusts the server`: the server's `run_id` is always the one that was seen first.
 */
export const OUTAGE_FAULTS: Record<OutageFault, (store: EntryStore) => EntryStore> = {
  'no journal': (store) => {
    const { journal } = store as unknown as { journal: { add: () => Promise<void> } };
    journal.add = () => Promise.resolve();
    return store;
  },
  'no grace': (store) => {
    const { recovery } = store as unknown as { recovery: { parts: { grace: number } } };
    recovery.parts.grace = 0;
    return store;
  },
  'trusts the server': (store) => {
    const { primary } = store as unknown as {
      primary: { far: { serverCheck: { parts: { onServerChange: 'clear' | 'trust' } } } };
    };
    primary.far.serverCheck.parts.onServerChange = 'trust';
    return store;
  },
};

/** The original with other members; its own methods go on calling each other. */
function replaced<T extends object>(original: T, members: Partial<T>): T {
  return new Proxy(original, {
    get(of, name) {
      const member: unknown = Reflect.get(name in members ? members : of, name);
      return typeof member === 'function' ? (member.bind(of) as unknown) : member;
    },
  });
}
