import type { Clock } from '../../contracts/clock.js';
import type { BusListener, BusMessage, InvalidationBus } from '../../contracts/invalidation-bus.js';
import { CacheBackendError } from '../../support/errors.js';
import { siblingKey } from '../../support/wire-key.js';
import type { LoggedChange } from './change-row.js';
import type { DiskStore } from './disk-store.js';
import { LeaseWatch } from './lease-watch.js';

export interface DiskBusParts {
  readonly store: DiskStore;
  /** Whose changes are not told: its own. */
  readonly sender: string;
  /** Milliseconds of the machine's own clock, by which leases end. */
  readonly upTime: () => number;
  /** When it is looked at leases. */
  readonly clock: Clock;
}

/** How a cache hears what other caches of this process, and of others, change in the file: by looking. */
export class DiskBus implements InvalidationBus {
  readonly mode = 'log';
  readonly #listeners = new Set<BusListener>();
  readonly #watch: LeaseWatch;
  readonly #leave: () => void;

  constructor(private readonly parts: DiskBusParts) {
    const { clock, store, upTime } = parts;
    this.#watch = new LeaseWatch({
      bearer: (lease) => store.read(({ leases }) => leases.bearer(lease, upTime())),
      onEnded: (lease) => this.#tell((listener) => listener.heard({ kind: 'keys', keys: [lease] })),
      clock,
    });
    this.#leave = store.hearing.join({
      heard: (changes) => this.#heard(changes),
      lost: () => this.#tell((listener) => listener.lost()),
      back: () => this.#tell((listener) => listener.back()),
    });
  }

  get connected(): boolean {
    return this.parts.store.hearing.isConnected;
  }

  listen(listener: BusListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  catchUp(): void {
    this.parts.store.hearing.catchUp();
  }

  attend(leaseKey: string): () => void {
    return this.#watch.attend(leaseKey);
  }

  async barrier(): Promise<void> {
    this.catchUp();
    if (!this.connected) throw new CacheBackendError(`The cache in ${this.parts.store.directory} cannot be read.`);
  }

  async close(): Promise<void> {
    this.#watch.stop();
    this.#leave();
    this.#listeners.clear();
  }

  #heard(changes: readonly LoggedChange[]): void {
    let keys: string[] = [];
    const tellKeys = (): void => {
      if (keys.length > 0) this.#hear({ kind: 'keys', keys });
      keys = [];
    };
    for (const change of changes) {
      if (change.sender === this.parts.sender) continue;
      if (change.kind === 'key') keys.push(...withLease(change.key));
      else {
        tellKeys();
        this.#hear(change.kind === 'pattern' ? change : EVERYTHING);
      }
    }
    tellKeys();
  }

  #hear(message: BusMessage): void {
    this.#tell((listener) => listener.heard(message));
  }

  #tell(say: (listener: BusListener) => void): void {
    for (const listener of [...this.#listeners]) say(listener);
  }
}

const EVERYTHING: BusMessage = { kind: 'everything' };

/** Whoever changes a value fells the lease of its load. */
function withLease(key: string): string[] {
  return siblingKey(key, 'v') === key ? [key, siblingKey(key, 'l')] : [key];
}
