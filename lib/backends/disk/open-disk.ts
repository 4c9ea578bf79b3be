import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { EvictionChoice } from '../../contracts/eviction.js';
import { systemClock } from '../../support/clock.js';
import { createEviction } from '../../support/eviction/create-eviction.js';
import { GuardedEviction } from '../../support/eviction/guarded.eviction.js';
import { DiskBackend } from './disk.backend.js';
import { DiskBus } from './disk-bus.js';
import { DiskFleet } from './disk-fleet.js';
import { DiskStore } from './disk-store.js';
import { loadLmdb } from './lmdb-package.js';
import { StoreFolder } from './store-folder.js';
import type { NamedEviction } from './use-order.js';

export interface DiskParts {
  readonly directory: string;
  /** Bytes. */
  readonly maxBytes: number;
  readonly eviction: EvictionChoice;
  /** Milliseconds of the wall clock. */
  readonly now: () => number;
  /** Milliseconds of a clock that all processes of the machine share and nobody sets: since it has booted. */
  readonly upTime: () => number;
  /** An entry made room for another one. Keys are those of the backend. */
  readonly onEvicted: (key: string) => void;
  /** Told of trouble that no caller waits for. */
  readonly onError: (error: unknown) => void;
}

/** The store as one cache has it. */
export interface OpenDisk {
  readonly backend: DiskBackend;
  /** What keeps all caches in step that share the directory, in whatever process. */
  readonly fleet: DiskFleet;
  readonly bus: DiskBus;
  /** What those should know who started the process: what was damaged, who else is there. */
  readonly notices: readonly string[];
}

/** Opened once in a process, however many caches share it: LMDB must not open a file twice. */
interface Shared {
  readonly store: Promise<DiskStore>;
  readonly users: Set<DiskParts>;
}

const shared = new Map<string, Shared>();
const closing = new Map<string, Promise<void>>();

/**
 * A store in a directory, which is made if it is not there.
 *
 * @throws CacheDependencyError without `lmdb`.
 * @throws CacheConfigError when `eviction` is a function that makes no strategy.
 * @throws CacheBackendError naming the directory, when it cannot be made, read or written.
 */
export async function openDisk(options: DiskParts): Promise<OpenDisk> {
  const lmdb = await loadLmdb();
  const folder = new StoreFolder(resolve(options.directory));
  folder.make();
  const place = realpathSync(folder.directory);
  await closing.get(place);
  const before = shared.get(place);
  const users = before?.users ?? new Set<DiskParts>();
  users.add(options);
  const opening: Shared = before ?? {
    users,
    store: DiskStore.open({
      lmdb,
      folder,
      eviction: evictionOf(options.eviction, (error) => users.forEach(({ onError }) => onError(error))),
      maxBytes: () => Math.min(...[...users].map(({ maxBytes }) => maxBytes)),
      // What has ended for one may not have for another that has a clock of its own.
      now: () => Math.min(...[...users].map(({ now }) => now())),
      onEvicted: (key) => users.forEach(({ onEvicted }) => onEvicted(key)),
      onError: (error) => users.forEach(({ onError }) => onError(error)),
    }),
  };
  shared.set(place, opening);
  try {
    const store = await opening.store;
    let released: Promise<void> | undefined;
    const release = (): Promise<void> => (released ??= leave(place, opening, options, store));
    const { now, upTime } = options;
    const sender = randomBytes(9).toString('base64url');
    return {
      backend: new DiskBackend(store, now, release),
      fleet: new DiskFleet({ store, sender, now, upTime }),
      // When it looks is a matter of the file, whatever time the entries live in.
      bus: new DiskBus({ store, sender, upTime, clock: systemClock }),
      notices: before ? [] : store.notices,
    };
  } catch (error) {
    users.delete(options);
    if (shared.get(place) === opening) shared.delete(place);
    throw error;
  }
}

/** @throws CacheConfigError when a function of the application's own makes no strategy. */
function evictionOf(choice: EvictionChoice, onError: (error: unknown) => void): NamedEviction | GuardedEviction {
  if (typeof choice !== 'function') return choice;
  // Later: whoever hears of it may use the cache, which is in the middle of something.
  const tell = (error: unknown): void => queueMicrotask(() => onError(error));
  return new GuardedEviction(createEviction(choice, 'disk.eviction'), tell);
}

async function leave(place: string, { users }: Shared, user: DiskParts, store: DiskStore): Promise<void> {
  if (users.size > 1) {
    users.delete(user);
    return store.idle();
  }
  shared.delete(place);
  // Its clock and its bounds are asked until the end.
  const closed = store.close();
  closing.set(
    place,
    closed.catch(() => {}),
  );
  await closed;
  closing.delete(place);
}
