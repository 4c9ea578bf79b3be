import type { EntryStore, Lookup, Stamp, StoreUsage } from '../contracts/entry-store.js';

const NOTHING: Lookup = { entry: undefined, versions: undefined };
const STAMP: Stamp = { tags: [] };

/** Keeps nothing. Concurrent calls of one key still share one load. */
export const nullBackend: EntryStore = {
  name: 'null',
  tier: 'l1',
  look: () => NOTHING,
  lookMany: (addresses) => addresses.map(() => NOTHING),
  stamp: () => STAMP,
  widen: () => STAMP,
  set: () => false,
  setMany: (items) => items.map(() => false),
  delete: () => false,
  deleteMany: () => 0,
  expire: () => false,
  invalidateTags: () => {},
  invalidate: () => 0,
  clear: () => {},
  keys: async function* () {},
  usage: (): StoreUsage => ({ entries: 0, bytes: 0 }),
  ping: () => {},
  close: () => {},
};
