import type { CacheBackend } from '../../lib/contracts/backend.js';
import type { Clock } from '../../lib/contracts/clock.js';
import type { FleetCommands } from '../../lib/contracts/fleet.js';
import type { InvalidationBus } from '../../lib/contracts/invalidation-bus.js';
import { FleetBackend } from './fleet-backend.js';
import { FleetBus, type PushHold } from './fleet-bus.js';
import { FleetScripts } from './fleet-commands.js';
import { FleetKeyspace, type FleetFault } from './fleet-keyspace.js';
import { FleetLink } from './fleet-link.js';
import { FleetLine, type Hold, type Matcher, type SentCommand } from './fleet-line.js';

export interface FleetOptions {
  /** What this server does not do. */
  readonly without?: FleetFault;
}

/** What stands on the server. To look has no effect: nothing is tracked, and what has expired is gone, but untold. */
export interface FleetData {
  get(key: string): Uint8Array | undefined;
  /** Milliseconds left; `Infinity` without an end, `undefined` without a value. */
  ttl(key: string): number | undefined;
  /** Sorted. */
  keys(prefix?: string): string[];
}

/** One process's connection. */
export interface FleetClient {
  readonly backend: CacheBackend;
  readonly fleet: FleetCommands;
  /** Used only where a cache is made with it. */
  readonly link: FleetLink;
  readonly bus: InvalidationBus & {
    /** The channel breaks: `lost()`, and everything goes unheard. Commands still work. */
    drop(): void;
    /** `back()`. */
    restore(): void;
  };
  /** Every command in the order sent, held back or not. */
  readonly sent: SentCommand[];
  /**
   * Holds commands of this client back before they reach the server (`requests`), or what they were answered on its way
   * back (`answers`). Those that do not match overtake.
   */
  hold(what: 'requests' | 'answers', matches?: Matcher): Hold;
  /** Holds invalidation messages to this client back, and what its `barrier()` waits for. */
  holdPushes(): PushHold;
}

/**
 * A Redis in memory that several processes, in one test, share. Commands run in the order sent, each in one step, at least
 * a microtask after they were sent. What others are to hear of a change reaches them before its maker has the answer, unless
 * a test holds it back. Time is the clock's: that of a fake clock moves leases and expiries.
 *
 * A client with `tracking` hears of every change of a key that it has read, once. One with `pubsub` hears what the
 * commands of `fleet` tell, of whichever client; plain commands of the backend tell it nothing, and neither does an expiry.
 */
export class FleetServer {
  /** Another one after a restart. */
  runId = 'first';
  readonly data: FleetData;
  readonly #space: FleetKeyspace;

  constructor(clock: Clock, options: FleetOptions = {}) {
    const space = new FleetKeyspace(clock, options.without);
    this.#space = space;
    this.data = {
      get: (key) => space.look(key)?.bytes.slice(),
      ttl: (key) => {
        const stored = space.look(key);
        return stored && stored.expiresAt - clock.now();
      },
      keys: (prefix = '') => space.keys(prefix),
    };
  }

  connect(mode: 'tracking' | 'pubsub' = 'tracking'): FleetClient {
    const bus = new FleetBus(mode, this.#space.fault === 'push');
    const view = this.#space.view(bus);
    const line = new FleetLine();
    return {
      backend: new FleetBackend(line, view),
      fleet: new FleetScripts(line, view),
      bus,
      link: new FleetLink(line, () => this.runId),
      sent: line.sent,
      hold: (what, matches) => line.hold(what, matches),
      holdPushes: () => bus.hold(),
    };
  }

  /**
   * Drops what has expired, and tells those who track it. Without it that happens when a command comes across the key,
   * and the client of that command is not told.
   */
  expireDue(): void {
    this.#space.expireAll(undefined);
  }
}
