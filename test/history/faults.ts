import type { SharedRoom } from '../../lib/assembly/create-shared-store.js';
import type { EntryStore } from '../../lib/contracts/entry-store.js';
import type { RedisClientLike } from '../../lib/contracts/options.js';

/** Fills are stored whatever has become of their lease. Everything else is as it should be. */
export function withoutFence<R extends SharedRoom>(room: R): R {
  const { backend, fleet } = room;
  const store: NonNullable<SharedRoom['fleet']>['store'] = async (item) => {
    if (item.token === undefined) return fleet!.store(item);
    await backend.set(item.value, item.bytes, item.ttlMs);
    await backend.exists(item.value);
    await fleet!.release(item, item.token);
    return true;
  };
  return { ...room, fleet: new Proxy(fleet!, { get: (of, name) => (name === 'store' ? store : bound(of, name)) }) };
}

/** The scripts lose the line that reads again what they have written. */
export function forgetSecondReads(client: RedisClientLike): void {
  const send = client.callBuffer.bind(client);
  client.callBuffer = async (command, ...args) => {
    const [text, ...rest] = args;
    if (command !== 'EVAL' || typeof text !== 'string') return send(command, ...args);
    return send(command, text.replaceAll(/^redis\.call\('EXISTS', KEYS\[\d\]\)$/gm, ''), ...rest);
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
  return new Proxy(store, { get: (of, name) => (name === 'feed' ? deaf : bound(of, name)) });
}

/** A method of the original, whoever it is called on. */
function bound(of: object, name: string | symbol): unknown {
  const member: unknown = Reflect.get(of, name);
  return typeof member === 'function' ? (member.bind(of) as unknown) : member;
}
